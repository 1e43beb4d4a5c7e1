// Package sarif is the Static Analysis Results Interchange Format 2.1.0, as far as Warder writes it. It exists so that findings
// about policies and findings about accounts come in one form; it holds the shapes and nothing else.
//
// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
package sarif
