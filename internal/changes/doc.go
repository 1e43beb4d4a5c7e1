// Package changes tells who waits for it that something in an account changed. It exists so that a page which shows what
// happens asks once in a while instead of every few seconds; what changed it does not say, so that it tells nobody what a read of
// the thing itself would not.
package changes
