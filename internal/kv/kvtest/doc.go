// Package kvtest is the contract of kv as tests: every engine runs it, so that what works on one works on all. It exists
// so that the contract is checked and not only written; it may not know any engine.
package kvtest
