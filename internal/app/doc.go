// Package app turns a configuration into a running server: it opens the data, makes the first account, listens, runs the
// background jobs, drains and stops. It exists so that the parts are put together in one place; it may not decide what
// a request means.
package app
