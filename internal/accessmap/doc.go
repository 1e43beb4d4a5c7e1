// Package accessmap makes the access map of an account: who is in what, what is attached to whom, who may become whom, and
// who gets in from outside, as a graph with places to draw it at, now and as it was. It exists so that the console and every other
// client show the same picture; it decides nothing itself: every answer is that of audit/access and audit/escalation.
package accessmap
