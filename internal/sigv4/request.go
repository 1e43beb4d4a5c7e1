package sigv4

import "strings"

// Request is an HTTP request as it was received, before anything decoded it.
type Request struct {
	// Method as on the request line, "POST".
	Method string
	// RawTarget is the request target as received, path and query, undecoded. In net/http: Request.RequestURI.
	RawTarget string
	// Header holds the header fields under canonical names as net/http makes them ("X-Amz-Date"), without Host. A name in
	// any other form is refused, because it would be a second field of the same meaning.
	Header map[string][]string
	// Host that the client signed. net/http keeps it apart from the header; behind a proxy it is the configured one. The
	// SDKs sign it without the scheme's default port: see SignedHost.
	Host string
	// Body is the whole body, bounded by the caller. It is always hashed, unless BodySHA256 is given.
	Body []byte
	// BodySHA256 is the body's hash as 64 lower-case hexadecimal digits, where whoever received the body has hashed it and
	// the body itself is not at hand; else "".
	BodySHA256 string
	// PathAsSent is true for services that are signed as S3 is: the path is escaped once and never tidied up.
	PathAsSent bool
}

// PathAsSent reports whether requests to the service of that signing name are signed as S3's are.
func PathAsSent(service string) bool { return service == "s3" || strings.HasPrefix(service, "s3-") }

const (
	headerDate    = "X-Amz-Date"
	headerToken   = "X-Amz-Security-Token"
	headerContent = "X-Amz-Content-Sha256"
)

// SignedHost gives a Host header as the SDKs sign it: without the port if that is the default of http (80) or, when
// secure, of https (443). Some clients send that port although they did not sign it.
func SignedHost(host string, secure bool) string {
	if secure {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

// checkHeader refuses what would give a request two meanings: names that are not canonical, Host beside Request.Host,
// and fields that this package reads but that come twice.
func checkHeader(header map[string][]string) *Error {
	for name, values := range header {
		if !canonicalName(name) {
			return incomplete("The name of the header '%s' is not in its canonical form.", shown(name))
		}
		switch name {
		case "Host":
			return incomplete("The request has more than one 'Host'.")
		case "Authorization", headerDate, "Date", headerToken, headerContent:
			if len(values) != 1 {
				return incomplete("The request has %d '%s' headers instead of one.", len(values), name)
			}
		}
	}
	return nil
}

// canonicalName reports whether a header name is a token of RFC 9110 whose letters are upper-case at the start and after
// a hyphen, and lower-case elsewhere.
func canonicalName(name string) bool {
	wrong := byte(lower) // the case that must not stand here
	for i := 0; i < len(name); i++ {
		kind := kinds[name[i]]
		if kind&token == 0 || kind&wrong != 0 {
			return false
		}
		wrong = upper
		if name[i] == '-' {
			wrong = lower
		}
	}
	return name != ""
}

// lowerName reports whether a header name is a token without upper-case letters.
func lowerName(name string) bool {
	for i := 0; i < len(name); i++ {
		if kinds[name[i]]&(token|upper) != token {
			return false
		}
	}
	return name != ""
}

// isToken reports whether s is a token of RFC 9110, section 5.6.2: a header's name or a method.
func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if kinds[s[i]]&token == 0 {
			return false
		}
	}
	return s != ""
}

// What a byte is, as bits.
const (
	upper      = 1 << iota // A to Z
	lower                  // a to z
	token                  // may stand in a header name or a method
	unreserved             // never percent-encoded (RFC 3986)
	control                // breaks a line or ends a string
)

var kinds = func() (t [256]byte) {
	mark := func(chars string, kind byte) {
		for i := range len(chars) {
			t[chars[i]] |= kind
		}
	}
	const (
		uppers = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		lowers = "abcdefghijklmnopqrstuvwxyz"
		digits = "0123456789"
	)
	mark(uppers, upper)
	mark(lowers, lower)
	mark(uppers+lowers+digits+"!#$%&'*+-.^_`|~", token)
	mark(uppers+lowers+digits+"-_.~", unreserved)
	mark("\r\n\x00", control)
	return t
}()
