// Package awsapi is the wire of AWS's APIs: operations, shapes, validation, errors, codecs. It exists so that generated
// API packages hold only data; it may not know any one operation.
package awsapi
