// Package arn is Amazon Resource Names as data: parse, print and match them. It exists so that every part of Warder
// builds and splits a name the same way; it knows no account and looks nothing up.
package arn
