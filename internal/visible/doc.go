// Package visible says which characters of other people's text do not show as they stand. It exists so that a name in an
// account can do nothing to a terminal or a reader anywhere; it may not know what the texts are.
package visible
