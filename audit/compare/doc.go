// Package compare tells two states of an account apart in terms of access: who gained what, who lost what. It exists because
// the difference of two policies' texts says little about that. Every line of an answer is a request that audit/access
// decides in both states; the package may do no I/O and read no clock.
package compare
