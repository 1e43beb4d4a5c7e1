// Package audit runs checks over what is known of accounts and reports what they find, with evidence and remedy, what they
// could not assess, and a score. It exists so that every check says the same things in the same form, and so that what was
// not looked at never reads as a pass; it may do no I/O and read no clock, and decides nothing itself: whoever may do what
// is audit/access's answer.
//
// The checks are in audit/checks, the forms of a report in audit/report.
package audit
