package sigv4

import "strings"

// Bearer gives the token of a request that is authenticated by a bearer token (RFC 6750, section 2.1); "" where it has
// none. It refuses what Parse refuses before it looks at a signature, and a token beside a signature in the query.
func Bearer(r *Request) (token string, err error) {
	values := r.Header["Authorization"]
	if len(values) != 1 {
		return "", nil
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", nil
	}
	if refusal := checkBearer(r, token); refusal != nil {
		return "", refusal
	}
	return token, nil
}

func checkBearer(r *Request, token string) *Error {
	_, params, err := parseTarget(r.RawTarget, r.PathAsSent)
	if err != nil {
		return err
	}
	if err := checkHeader(r.Header); err != nil {
		return err
	}
	query, err := authParams(params)
	switch {
	case err != nil:
		return err
	case query != nil:
		return incomplete("The request has both an 'Authorization' header and query-string authentication; only one is allowed.")
	case !isBearerToken(token):
		return incomplete("The bearer token in the 'Authorization' header is not one.")
	}
	return nil
}

// isBearerToken reports whether s has the form of a token: letters, digits and -._~+/ with = at the end.
func isBearerToken(s string) bool {
	s = strings.TrimRight(s, "=")
	for i := 0; i < len(s); i++ {
		if kinds[s[i]]&unreserved == 0 && s[i] != '+' && s[i] != '/' {
			return false
		}
	}
	return s != ""
}
