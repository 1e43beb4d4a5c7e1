// Package report writes the report of an audit in the forms that people and other tools read. It exists so that each form is
// one file that knows nothing of the others; it may do no I/O but to the writer that it is given, and decides nothing: what a
// report says was said by package audit.
package report
