// Package setup is the first run of an account's console: who may do it, its steps, and their record on the trail. It exists so that
// the pages, a file and the command line do the same thing; it may not read a request or make a page.
package setup
