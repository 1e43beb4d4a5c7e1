// Package console is the part of Warder that browsers see: the pages for signing in and for the first run, rendered on the
// server and complete without script, and the files of the web application. It exists so that cookies, forms and the
// headers that protect them are made in one place; it may not decide what a person may do: what a page does, an operation
// does, through the same pipeline as for every client.
package console
