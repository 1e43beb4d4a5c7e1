// Package lint finds what is wrong, dangerous or useless in a policy document, with the issue codes and finding types of
// AWS IAM Access Analyzer's ValidatePolicy. It exists so that the command line, the server and an editor give the same
// advice as AWS does; it looks at the document and the catalogue alone, and may not decide anything.
//
// Its one import from elsewhere, go-json-experiment/json, reads documents that policy.Parse refuses, with the place of
// every value: most findings are about such documents.
package lint
