// Package linesort puts lines into order that come in none, with a bounded part of them in memory. It exists so that a search
// through a trail of any size shows what it finds in the order of time; what does not fit goes into a temporary file that
// has no name.
package linesort
