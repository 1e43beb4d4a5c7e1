// Package escalation finds the ways by which a principal that is no administrator becomes one: the steps that its evaluated
// permissions allow, one after the other, on a model of the account that changes as they do, and the smallest set of
// statements that stands behind all of them. It exists so that a path is a list of requests that can be made, and not a
// guess from the names of actions; it may do no I/O, read no clock, and decide nothing itself: every yes is that of
// audit/access.
package escalation
