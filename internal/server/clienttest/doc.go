// Package clienttest reads a server's answers as clients do: with the AWS SDK for Go's deserialisers and with botocore's
// parsers, each told by its own copy of AWS's models what an answer has to hold. It exists because clients drop an element
// that they do not know without a word, and leave nil what is missing, so that a test that only calls sees nothing; it may
// be imported by tests only.
package clienttest
