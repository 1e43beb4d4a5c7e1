// Package turns bounds work that takes seconds of a processor and is done while a caller waits: what a policy change would do, who
// can reach what, a map of an account. It exists so that many such calls at the same time leave the decision path its
// processors, and so that no account takes the turns of another; it knows nothing of the work itself.
package turns
