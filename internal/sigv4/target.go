package sigv4

import (
	"cmp"
	"slices"
	"strings"
)

// maxTarget bounds the request target: 8 KiB.
const maxTarget = 8 << 10

// param is a parameter of the query in its canonical form: both sides percent-encoded, as they are signed.
type param struct{ name, value string }

// parseTarget splits a raw request target into its path, as received, and the parameters of its query, in the order
// received. It refuses everything that two readers could read differently: absolute form, fragments, bytes that must be
// escaped, bad escapes, empty parameters, and paths that some clients tidy up before they sign them.
func parseTarget(target string, pathAsSent bool) (path string, params []param, _ *Error) {
	if len(target) > maxTarget {
		return "", nil, malformed("the request target is longer than 8 KiB")
	}
	if target == "/" {
		return target, nil, nil
	}
	if target == "" || target[0] != '/' {
		return "", nil, malformed("the request target does not begin with '/'")
	}
	for i := 0; i < len(target); i++ {
		if c := target[i]; c <= ' ' || c > '~' || c == '#' {
			return "", nil, malformed("the request target holds a byte that must be percent-encoded")
		}
	}
	path, query, found := strings.Cut(target, "?")
	if err := checkPath(path, pathAsSent); err != nil {
		return "", nil, err
	}
	if !found || query == "" {
		return path, nil, nil
	}
	params, err := parseQuery(query)
	return path, params, err
}

// checkPath refuses bad escapes, control characters, and the segments "", "." and "..": of those the SDKs sign different
// forms, and no operation needs them. An empty last segment is the path's trailing slash. As S3 signs them, such segments
// have one form: names of objects may hold them.
func checkPath(path string, asSent bool) *Error {
	for i := 0; i < len(path); i++ {
		if path[i] != '%' {
			continue
		}
		c, ok := unescape(path[i:])
		if !ok {
			return malformed("a bad percent-encoding in the path")
		}
		if c < ' ' || c == 0x7f {
			return malformed("a control character in the path")
		}
	}
	if asSent {
		return nil
	}
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		if s == "." || s == ".." || s == "" && i < len(segments)-1 {
			return malformed("the path is not in its simplest form")
		}
	}
	return nil
}

// parseQuery reads a raw query into canonical parameters. A '+' is a plus sign here, never a space.
func parseQuery(query string) ([]param, *Error) {
	params := make([]param, 0, strings.Count(query, "&")+1)
	for piece := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(piece, "=")
		if name == "" {
			return nil, malformed("a parameter without a name")
		}
		n, err := recode(name)
		if err != nil {
			return nil, err
		}
		v, err := recode(value)
		if err != nil {
			return nil, err
		}
		params = append(params, param{n, v})
	}
	return params, nil
}

// recode gives the canonical percent-encoding of a raw name or value: unreserved characters plain, every other byte as
// %XX in upper case. Encoded line breaks stay legal, since a policy document in a GET request has them; NUL does not.
func recode(raw string) (string, *Error) {
	if isCanonical(raw) {
		return raw, nil
	}
	b := make([]byte, 0, len(raw)+16)
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' {
			var ok bool
			if c, ok = unescape(raw[i:]); !ok {
				return "", malformed("a bad percent-encoding in the query")
			}
			i += 2
		}
		if c == 0 {
			return "", malformed("a NUL in the query")
		}
		b = appendEscaped(b, c)
	}
	return string(b), nil
}

// isCanonical reports whether recode would return raw as it is, for the plain case that nothing in it needs an escape.
func isCanonical(raw string) bool {
	for i := 0; i < len(raw); i++ {
		if kinds[raw[i]]&unreserved == 0 {
			return false
		}
	}
	return true
}

// decode gives the bytes that a canonical name or value stands for.
func decode(canonical string) string {
	if !strings.Contains(canonical, "%") {
		return canonical
	}
	b := make([]byte, 0, len(canonical))
	for i := 0; i < len(canonical); i++ {
		c := canonical[i]
		if c == '%' {
			c, _ = unescape(canonical[i:])
			i += 2
		}
		b = append(b, c)
	}
	return string(b)
}

// unescape reads the %XX at the start of s.
func unescape(s string) (byte, bool) {
	if len(s) < 3 {
		return 0, false
	}
	hi, ok := hexDigit(s[1])
	if !ok {
		return 0, false
	}
	lo, ok := hexDigit(s[2])
	return hi<<4 | lo, ok
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// appendPath appends the canonical path: the raw path, whose escapes are escaped once more, as every service but S3
// signs it. As sent, each byte that the path stands for is escaped once.
func appendPath(b []byte, path string, asSent bool) []byte {
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '/' {
			b = append(b, '/')
			continue
		}
		if asSent && c == '%' {
			c, _ = unescape(path[i:]) // checkPath let it through
			i += 2
		}
		b = appendEscaped(b, c)
	}
	return b
}

// appendQuery appends the canonical query: parameters by encoded name, then by encoded value. The signature itself is
// not part of what is signed. It reorders params.
func appendQuery(b []byte, params []param) []byte {
	slices.SortFunc(params, func(x, y param) int {
		return cmp.Or(strings.Compare(x.name, y.name), strings.Compare(x.value, y.value))
	})
	first := true
	for _, p := range params {
		if p.name == querySignature {
			continue
		}
		if !first {
			b = append(b, '&')
		}
		first = false
		b = append(b, p.name...)
		b = append(b, '=')
		b = append(b, p.value...)
	}
	return b
}

func appendEscaped(b []byte, c byte) []byte {
	if kinds[c]&unreserved != 0 {
		return append(b, c)
	}
	const digits = "0123456789ABCDEF"
	return append(b, '%', digits[c>>4], digits[c&15])
}
