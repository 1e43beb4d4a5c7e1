// Package sigv4 makes and verifies AWS Signature Version 4, in the Authorization header and presigned in the query. It
// exists so that one reading of a request is both authenticated and acted upon; it looks up no key, reads no clock,
// opens nothing, and knows no operation.
package sigv4
