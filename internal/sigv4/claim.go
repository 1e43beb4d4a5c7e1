package sigv4

import (
	"strconv"
	"strings"
	"time"
)

// Claim is what a request says about who made it. Until Verify returns nil it is an unproven statement of a stranger.
type Claim struct {
	// AccessKeyID is 1 to 128 letters, digits or underscores.
	AccessKeyID string
	// Date (YYYYMMDD), Region and Service are the credential scope.
	Date, Region, Service string
	// SessionToken comes from the same place as the signature; "" if there is none.
	SessionToken string
	// Time of signing, in UTC.
	Time time.Time
	// Presigned is true when the signature stands in the query.
	Presigned bool
	// Expires is how long a presigned request lives from Time; 0 when it does not say, which then is as long as a
	// signature in the header.
	Expires time.Duration
	// SignedHeaders is the list as it was sent: "host;x-amz-date".
	SignedHeaders string

	request    *Request
	path       string
	params     []param
	terminator string
	stamp      string // Time as it is signed: 20150830T123600Z
	signature  [32]byte
}

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	stampForm  = "20060102T150405Z"

	queryAlgorithm  = "X-Amz-Algorithm"
	queryCredential = "X-Amz-Credential"
	queryDate       = "X-Amz-Date"
	queryExpires    = "X-Amz-Expires"
	querySigned     = "X-Amz-SignedHeaders"
	querySignature  = "X-Amz-Signature"
	queryToken      = "X-Amz-Security-Token"

	maxExpires = 604800 // seconds, seven days
	maxKeyID   = 128
)

// Parse reads the one signature of a request. Its error is always an *Error: ErrMissing if the request carries no
// authentication, else the refusal for the client. The claim keeps r, which must not change until it was verified.
func Parse(r *Request) (*Claim, error) {
	c, err := parse(r)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func parse(r *Request) (*Claim, *Error) {
	if !isToken(r.Method) {
		return nil, incomplete("The request method is not valid.")
	}
	path, params, err := parseTarget(r.RawTarget, r.PathAsSent)
	if err != nil {
		return nil, err
	}
	if err := checkHeader(r.Header); err != nil {
		return nil, err
	}
	c := &Claim{request: r, path: path, params: params}
	query, err := authParams(params)
	if err != nil {
		return nil, err
	}
	authorization, inHeader := r.Header["Authorization"]
	switch {
	case inHeader && query != nil:
		return nil, incomplete("The request has both an 'Authorization' header and query-string authentication; only one is allowed.")
	case inHeader:
		err = c.parseHeader(authorization[0])
	case query != nil:
		err = c.parsePresigned(query)
	default:
		err = ErrMissing
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Signed reports whether the header, named in lower case, is in the list of signed headers.
func (c *Claim) Signed(name string) bool {
	for s := range strings.SplitSeq(c.SignedHeaders, ";") {
		if s == name {
			return true
		}
	}
	return false
}

// authParams gives the decoded authentication parameters of a query, or nil if it has none. Any one of them makes the
// query a source of authentication: a leftover beside an Authorization header is refused, not ignored.
func authParams(params []param) (map[string]string, *Error) {
	var found map[string]string
	for _, p := range params {
		switch p.name {
		case queryAlgorithm, queryCredential, queryDate, queryExpires, querySigned, querySignature, queryToken, headerContent:
			if _, twice := found[p.name]; twice {
				return nil, incomplete("The query-string parameter '%s' is given twice.", p.name)
			}
			if found == nil {
				found = make(map[string]string, 8)
			}
			found[p.name] = decode(p.value)
		}
	}
	return found, nil
}

func (c *Claim) parsePresigned(query map[string]string) *Error {
	var missing []string
	for _, name := range []string{queryAlgorithm, queryCredential, querySignature, querySigned, queryDate} {
		if _, ok := query[name]; !ok {
			missing = append(missing, "AWS query-string parameters must include '"+name+"'.")
		}
	}
	if missing != nil {
		return incomplete("%s Re-examine the query-string parameters.", strings.Join(missing, " "))
	}
	for _, name := range []string{headerDate, headerToken} {
		if _, ok := c.request.Header[name]; ok {
			return incomplete("'%s' is given in a header beside query-string authentication.", name)
		}
	}
	if token, ok := query[queryToken]; ok && token == "" {
		return ErrUnknownKey
	}
	c.Presigned, c.SessionToken = true, query[queryToken]
	if s, ok := query[queryExpires]; ok {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxExpires || strconv.Itoa(n) != s {
			return incomplete("X-Amz-Expires must be a number of seconds from 1 to %d.", maxExpires)
		}
		c.Expires = time.Duration(n) * time.Second
	}
	if err := c.setTime(query[queryDate]); err != nil {
		return err
	}
	return c.set(query[queryAlgorithm], query[queryCredential], query[querySigned], query[querySignature])
}

// set reads the four parts that both forms have.
func (c *Claim) set(alg, credential, signed, signature string) *Error {
	switch alg {
	case algorithm:
	default: // AWS4-ECDSA-P256-SHA256 (SigV4A) and all others: there is no key to verify them with
		return incomplete("Unsupported AWS 'algorithm': '%s'.", shown(alg))
	}
	if err := c.setCredential(credential); err != nil {
		return err
	}
	if err := c.setSignedHeaders(signed); err != nil {
		return err
	}
	if !decodeSignature(&c.signature, signature) {
		return ErrMismatch
	}
	return nil
}

func (c *Claim) setCredential(credential string) *Error {
	var parts [5]string
	rest := credential
	for i := range 4 {
		part, after, ok := strings.Cut(rest, "/")
		if !ok {
			return badCredential(credential)
		}
		parts[i], rest = part, after
	}
	if strings.Contains(rest, "/") {
		return badCredential(credential)
	}
	parts[4] = rest
	for _, p := range parts {
		if p == "" {
			return badCredential(credential)
		}
	}
	if !keyIDOK(parts[0]) {
		return ErrUnknownKey
	}
	c.AccessKeyID, c.Date, c.Region, c.Service, c.terminator = parts[0], parts[1], parts[2], parts[3], parts[4]
	return nil
}

func badCredential(credential string) *Error {
	return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'",
		shown(credential))
}

func keyIDOK(id string) bool {
	if len(id) > maxKeyID {
		return false
	}
	for i := 0; i < len(id); i++ {
		switch c := id[i]; {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '_':
		default:
			return false
		}
	}
	return id != ""
}

// setSignedHeaders checks the shape of the list, and that it covers what must not change on the way: the host and every
// X-Amz header. The security token may be unsigned; it is bound to its key anyway.
func (c *Claim) setSignedHeaders(list string) *Error {
	c.SignedHeaders = list
	previous, host := "", false
	for name := range strings.SplitSeq(list, ";") {
		if !lowerName(name) || name <= previous {
			return mismatch("'SignedHeaders' must be lower-case, sorted and without repetition.")
		}
		previous, host = name, host || name == "host"
	}
	if !host {
		return mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for name := range c.request.Header {
		if strings.HasPrefix(name, "X-Amz-") && name != headerToken && !c.signedFold(name) {
			return mismatch("'%s' must be a 'SignedHeader' in the AWS Authorization.", shown(name))
		}
	}
	return nil
}

// signedFold is Signed for a name in canonical form.
func (c *Claim) signedFold(name string) bool {
	for s := range strings.SplitSeq(c.SignedHeaders, ";") {
		if len(s) == len(name) && strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}

// decodeSignature reads 64 lower-case hexadecimal digits; upper case would be a second spelling of one signature.
func decodeSignature(dst *[32]byte, s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range dst {
		hi, lo := s[2*i], s[2*i+1]
		h, ok1 := hexDigit(hi)
		l, ok2 := hexDigit(lo)
		if !ok1 || !ok2 || 'A' <= hi && hi <= 'F' || 'A' <= lo && lo <= 'F' {
			return false
		}
		dst[i] = h<<4 | l
	}
	return true
}
