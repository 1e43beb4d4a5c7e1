package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// appendCanonical appends the canonical request: method, path, query, signed headers with their values, their names, and
// the hash of the body, or what the client put in its place. It fails if a signed header is not in the request.
func (c *Claim) appendCanonical(b []byte, rules Rules) ([]byte, *Error) {
	b = append(b, c.request.Method...)
	b = append(b, '\n')
	b = appendPath(b, c.path, c.request.PathAsSent)
	b = append(b, '\n')
	b = appendQuery(b, c.params)
	b = append(b, '\n')
	for name := range strings.SplitSeq(c.SignedHeaders, ";") {
		var err *Error
		if b, err = c.appendHeader(b, name); err != nil {
			return nil, err
		}
	}
	b = append(b, '\n')
	b = append(b, c.SignedHeaders...)
	b = append(b, '\n')
	if word := c.unsignedPayload(); word != "" && rules.UnsignedPayload {
		return append(b, word...), nil
	}
	at := len(b)
	if b = append(b, c.request.BodySHA256...); len(b) == at {
		body := sha256.Sum256(c.request.Body)
		b = hex.AppendEncode(b, body[:])
	}
	return b, c.checkContent(b[at:])
}

// unsigned is what a client signs in place of its body's hash. The streaming forms sign the pieces of the body, if at
// all, inside the body, where nobody here reads them.
const (
	unsigned          = "UNSIGNED-PAYLOAD"
	streaming         = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	streamingTrailer  = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	streamingUnsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
)

// unsignedPayload is what stands in place of the body's hash, "" if nothing does. A request presigned for S3 that declares
// nothing leaves its body unsigned.
func (c *Claim) unsignedPayload() string {
	declared, ok := "", false
	if v, there := c.request.Header[headerContent]; there {
		declared, ok = v[0], true
	}
	for _, p := range c.params {
		if p.name == headerContent && !ok {
			declared, ok = p.value, true
		}
	}
	switch declared {
	case unsigned, streaming, streamingTrailer, streamingUnsigned:
		return declared
	}
	if !ok && c.Presigned && c.request.PathAsSent {
		return unsigned
	}
	return ""
}

// PayloadSigned reports whether the signature covers the body. Where Verify took the claim and it does not, anyone on the
// way may have changed the body.
func (c *Claim) PayloadSigned() bool { return c.unsignedPayload() == "" }

// checkContent compares the hash that the client declared, if it did, with the body's. UNSIGNED-PAYLOAD and the
// STREAMING- forms are no hashes and so are refused: without a rule that takes them nothing may leave its body unsigned.
func (c *Claim) checkContent(hash []byte) *Error {
	if v, ok := c.request.Header[headerContent]; ok && v[0] != string(hash) {
		return mismatch("The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	for _, p := range c.params {
		if p.name == headerContent && p.value != string(hash) {
			return mismatch("The provided 'X-Amz-Content-Sha256' parameter does not match what was computed.")
		}
	}
	return nil
}

// appendHeader appends "name:value,value\n". Values are trimmed and their runs of spaces made one.
func (c *Claim) appendHeader(b []byte, name string) ([]byte, *Error) {
	b = append(b, name...)
	b = append(b, ':')
	if name == "host" {
		if !hostOK(c.request.Host) {
			return nil, mismatch("The signed header 'host' is missing or not valid.")
		}
		b = append(b, c.request.Host...)
		return append(b, '\n'), nil
	}
	var canonical [64]byte
	values, ok := c.request.Header[string(appendCanonicalName(canonical[:0], name))]
	if !ok || len(values) == 0 {
		return nil, mismatch("The signed header '%s' is not in the request.", shown(name))
	}
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		if b, ok = appendValue(b, v); !ok {
			return nil, mismatch("The signed header '%s' holds a line break.", shown(name))
		}
	}
	return append(b, '\n'), nil
}

// hostOK refuses an empty host and one with blanks, which would be a second spelling of one signed value.
func hostOK(host string) bool {
	for i := 0; i < len(host); i++ {
		if host[i] <= ' ' || host[i] > '~' {
			return false
		}
	}
	return host != ""
}

// appendValue appends a header value in canonical form, or reports that it could forge a line of its own.
func appendValue(b []byte, v string) ([]byte, bool) {
	plain := true
	previous := byte(' ')
	for i := 0; i < len(v); i++ {
		c := v[i]
		if kinds[c]&control != 0 {
			return b, false
		}
		plain = plain && c != '\t' && (c != ' ' || previous != ' ')
		previous = c
	}
	if plain && (v == "" || previous != ' ') {
		return append(b, v...), true
	}
	v = strings.Trim(v, " \t")
	for {
		before, after, found := strings.Cut(v, "  ")
		b = append(b, before...)
		if !found {
			return b, true
		}
		b = append(b, ' ')
		v = strings.TrimLeft(after, " ")
	}
}

// appendCanonicalName appends a lower-case header name as net/http spells it.
func appendCanonicalName(b []byte, name string) []byte {
	start := true
	for i := 0; i < len(name); i++ {
		c := name[i]
		if start && kinds[c]&lower != 0 {
			c -= 'a' - 'A'
		}
		b = append(b, c)
		start = c == '-'
	}
	return b
}

// appendStringToSign appends what is signed: the algorithm, the time, the scope, and the canonical request's hash.
func (c *Claim) appendStringToSign(b []byte, canonical []byte) []byte {
	sum := sha256.Sum256(canonical)
	b = append(b, algorithm...)
	b = append(b, '\n')
	b = append(b, c.stamp...)
	b = append(b, '\n')
	b = c.appendScope(b)
	b = append(b, '\n')
	return hex.AppendEncode(b, sum[:])
}

// appendScope appends date/region/service/aws4_request.
func (c *Claim) appendScope(b []byte) []byte {
	b = append(b, c.Date...)
	b = append(b, '/')
	b = append(b, c.Region...)
	b = append(b, '/')
	b = append(b, c.Service...)
	b = append(b, '/')
	return append(b, c.terminator...)
}
