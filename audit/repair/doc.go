// Package repair plans how to mend what an audit found: the API calls, what they change, what access is lost by them, and
// the calls that take them back. It exists so that a change is shown and proved before anything is made; it may make no
// call itself. What it plans can be taken back wholly, by calls; where that is not so it says what a person has to do.
package repair
