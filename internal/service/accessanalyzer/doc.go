// Package accessanalyzer serves IAM Access Analyzer. It exists so that clients of AWS can have policies checked by Warder as
// they would by AWS; what is wrong with a document is for policy/lint to say.
package accessanalyzer
