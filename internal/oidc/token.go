package oidc

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"math"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Limits on a token. STS takes 20,000 characters.
const (
	maxToken = 20_000
	maxDepth = 32
)

// Token is a JSON Web Token in compact form that was read and not verified: nothing in it is true yet but that it says so.
type Token struct {
	// Issuer is the claim iss, by which the provider is found.
	Issuer string

	text   string
	header header
	claims map[string]jsontext.Value
}

// header is the protected header, with the members that matter.
type header struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	// Each of these lets a token say by which key it is to be verified, or what must be understood: none is taken.
	JKU      jsontext.Value `json:"jku"`
	JWK      jsontext.Value `json:"jwk"`
	X5U      jsontext.Value `json:"x5u"`
	X5C      jsontext.Value `json:"x5c"`
	Critical jsontext.Value `json:"crit"`
}

func (h *header) names() bool {
	for _, v := range []jsontext.Value{h.JKU, h.JWK, h.X5U, h.X5C, h.Critical} {
		if v != nil {
			return true
		}
	}
	return false
}

// Parse reads a token of three parts. The error is an *Error.
func Parse(text string) (*Token, error) {
	if len(text) > maxToken {
		return nil, invalid(noJWT)
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 || parts[2] == "" {
		return nil, invalid(noJWT)
	}
	t := &Token{text: text}
	if decodePart(parts[0], &t.header) != nil || t.header.Algorithm == "" || t.header.names() {
		return nil, invalid(noJWT)
	}
	if decodePart(parts[1], &t.claims) != nil || foldedTwins(t.claims) {
		return nil, invalid(noJWT)
	}
	issuer, ok := t.text1("iss")
	if !ok {
		return nil, missing("iss")
	}
	t.Issuer = issuer
	return t, nil
}

func missing(claim string) *Error { return invalid("Missing a required claim: " + claim) }

var (
	errDepth = errors.New("oidc: JSON is nested too deeply")
	errPart  = errors.New("oidc: not base64url")
	errTwice = errors.New("oidc: a tag stands in the token twice")
)

// decodePart reads one part of a token: base64url without padding, one JSON object without a member twice.
func decodePart(part string, into any) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil || strings.ContainsAny(part, "\r\n") {
		return errPart
	}
	return decodeJSON(raw, into)
}

// decodeJSON reads JSON of bounded depth, without a member twice.
func decodeJSON(raw []byte, into any) error {
	d := jsontext.NewDecoder(bytes.NewReader(raw))
	for {
		if d.StackDepth() > maxDepth {
			return errDepth
		}
		if _, err := d.ReadToken(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	return json.Unmarshal(raw, into)
}

// foldedTwins reports whether two claims differ in case only: condition keys have no case, so that one could pass for the
// other.
func foldedTwins(claims map[string]jsontext.Value) bool {
	seen := make(map[string]bool, len(claims))
	for name := range claims {
		name = strings.ToLower(name)
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}

// text1 is a claim that is one text, not empty.
func (t *Token) text1(name string) (string, bool) {
	var s string
	err := json.Unmarshal(t.claims[name], &s)
	return s, err == nil && s != ""
}

// texts is a claim that is a text or a list of texts.
func (t *Token) texts(name string) []string {
	if s, ok := t.text1(name); ok {
		return []string{s}
	}
	var list []string
	if json.Unmarshal(t.claims[name], &list) != nil {
		return nil
	}
	return list
}

// instant is a claim in seconds since 1970. found is false where there is none, ok where it is none.
func (t *Token) instant(name string) (at time.Time, found, ok bool) {
	raw, found := t.claims[name]
	if !found {
		return time.Time{}, false, true
	}
	var seconds float64
	if json.Unmarshal(raw, &seconds) != nil || math.IsNaN(seconds) || seconds < 0 || seconds > lastTime {
		return time.Time{}, true, false
	}
	return time.Unix(int64(seconds), 0).UTC(), true, true
}

// lastTime is the end of the year 9999.
const lastTime = 253402300799
