package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
)

// parseHeader reads an Authorization header: the algorithm, then Credential, SignedHeaders and Signature in any order,
// each once and nothing else.
func (c *Claim) parseHeader(authorization string) *Error {
	a, err := parseAuthorization(authorization)
	if err != nil {
		return err
	}
	stamp, err := c.headerTime()
	if err != nil {
		return err
	}
	if a.credential == "" || a.signed == "" || a.signature == "" || stamp == "" {
		return incompleteHeader(a, stamp, authorization)
	}
	if token, ok := c.request.Header[headerToken]; ok {
		if token[0] == "" {
			return ErrUnknownKey
		}
		c.SessionToken = token[0]
	}
	if err := c.setTime(stamp); err != nil {
		return err
	}
	return c.set(a.algorithm, a.credential, a.signed, a.signature)
}

type authorization struct{ algorithm, credential, signed, signature string }

// parseAuthorization splits the header into its parts; those that are not there stay empty.
func parseAuthorization(header string) (authorization, *Error) {
	var a authorization
	var rest string
	a.algorithm, rest, _ = strings.Cut(header, " ")
	if a.algorithm != algorithm {
		return a, incomplete("Unsupported AWS 'algorithm': '%s'.", shown(a.algorithm))
	}
	if rest = strings.Trim(rest, " "); rest == "" {
		return a, nil
	}
	for pair := range strings.SplitSeq(rest, ",") {
		name, value, ok := strings.Cut(strings.Trim(pair, " "), "=")
		if !ok {
			return a, incomplete("'%s' not a valid key=value pair (missing equal-sign) in Authorization header %s.",
				shown(name), fingerprint(header))
		}
		var field *string
		switch name {
		case "Credential":
			field = &a.credential
		case "SignedHeaders":
			field = &a.signed
		case "Signature":
			field = &a.signature
		default:
			return a, incomplete("'%s' is not a parameter of the Authorization header.", shown(name))
		}
		if *field != "" || value == "" {
			return a, incomplete("Authorization header requires '%s' parameter exactly once.", name)
		}
		*field = value
	}
	return a, nil
}

func incompleteHeader(a authorization, stamp, header string) *Error {
	var b strings.Builder
	for _, p := range []struct{ name, value string }{
		{"Credential", a.credential}, {"Signature", a.signature}, {"SignedHeaders", a.signed},
	} {
		if p.value == "" {
			b.WriteString("Authorization header requires '" + p.name + "' parameter. ")
		}
	}
	if stamp == "" {
		b.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	return incomplete("%sAuthorization header %s.", b.String(), fingerprint(header))
}

// fingerprint lets a client find its own header again without showing it: people put other secrets there by mistake.
func fingerprint(header string) string {
	sum := sha256.Sum256([]byte(header))
	return "(hashed with SHA-256 and encoded with Base64): '" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// http1123 is the form of RFC 9110; botocore writes "-0000" for "GMT".
const http1123 = "Mon, 02 Jan 2006 15:04:05 GMT"

// headerTime gives X-Amz-Date, or Date in the form of X-Amz-Date; "" if there is neither. X-Amz-Date wins: HTTP clients
// set Date on their own.
func (c *Claim) headerTime() (string, *Error) {
	if v, ok := c.request.Header[headerDate]; ok {
		return v[0], nil
	}
	v, ok := c.request.Header["Date"]
	if !ok {
		return "", nil
	}
	for _, form := range []string{http1123, time.RFC1123Z} {
		if t, err := time.Parse(form, v[0]); err == nil {
			return t.UTC().Format(stampForm), nil
		}
	}
	return v[0], nil
}

func (c *Claim) setTime(stamp string) *Error {
	t, ok := parseStamp(stamp)
	if !ok {
		return incomplete("Date must be in ISO-8601 'basic format'. Got '%s'.", shown(stamp))
	}
	c.Time, c.stamp = t, stamp
	return nil
}

// parseStamp reads 20150830T123600Z, and nothing that merely means the same.
func parseStamp(s string) (time.Time, bool) {
	if len(s) != len(stampForm) || s[8] != 'T' || s[15] != 'Z' {
		return time.Time{}, false
	}
	for i := range len(s) {
		if i != 8 && i != 15 && (s[i] < '0' || s[i] > '9') {
			return time.Time{}, false
		}
	}
	two := func(at int) int { return int(s[at]-'0')*10 + int(s[at+1]-'0') }
	year, month, day, hour, minute, second := two(0)*100+two(2), two(4), two(6), two(9), two(11), two(13)
	if year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	return t, t.Day() == day
}
