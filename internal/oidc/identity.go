package oidc

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// skew is how far a provider's clock may be ahead.
const skew = 5 * time.Minute

// Identity is what a verified token says.
type Identity struct {
	Subject string
	// Audience is the client that the token is for: azp, or else aud.
	Audience string
	// Keys are the condition keys that the token gives, by their names after "host/path:": one value or several.
	Keys []Key
	// SourceIdentity, Tags and TransitiveTagKeys are those of the session that the token asks for.
	SourceIdentity    string
	Tags              []Tag
	TransitiveTagKeys []string
}

// Key is one condition key.
type Key struct {
	Name   string
	Values []string
	// Many is set for claims that are lists.
	Many bool
}

// Tag is a session tag.
type Tag struct{ Key, Value string }

// identity checks the claims of a token whose signature is good.
func (t *Token) identity(p *Provider, now time.Time) (*Identity, error) {
	if t.Issuer != p.Issuer {
		return nil, invalid("The ID Token's issuer is not the provider")
	}
	if err := t.checkTimes(now); err != nil {
		return nil, err
	}
	id := new(Identity)
	var ok bool
	if id.Subject, ok = t.text1("sub"); !ok {
		return nil, missing("sub")
	}
	if len(id.Subject) > maxSubject || strings.ContainsFunc(id.Subject, unicode.IsControl) {
		return nil, invalid("The subject of the ID Token is longer than 255 characters, or has control characters")
	}
	if err := t.audience(p, id); err != nil {
		return nil, err
	}
	id.Keys = t.keys(id)
	if err := t.session(id); err != nil {
		return nil, err
	}
	return id, nil
}

const maxSubject = 255

func (t *Token) checkTimes(now time.Time) error {
	expires, found, ok := t.instant("exp")
	switch {
	case !found:
		return missing("exp")
	case !ok:
		return invalid(noJWT)
	case !now.Before(expires):
		return &Error{Kind: Expired, Message: "Token expired: current date/time " + strconv.FormatInt(now.Unix(), 10) +
			" must be before the expiration date/time " + strconv.FormatInt(expires.Unix(), 10)}
	}
	for _, name := range []string{"nbf", "iat"} {
		at, found, ok := t.instant(name)
		switch {
		case found && !ok:
			return invalid(noJWT)
		case found && at.After(now.Add(skew)):
			return &Error{Kind: Rejected, Message: "The ID Token is not valid yet: its claim " + name + " lies in the future"}
		}
	}
	return nil
}

// audience checks for whom the token is. With azp that is the client, as on AWS; without it there must be one audience.
// Source: IAM User Guide, "Available keys for AWS OIDC federation"; OpenID Connect Core 3.1.3.7.
func (t *Token) audience(p *Provider, id *Identity) error {
	aud := t.texts("aud")
	if len(aud) == 0 {
		return missing("aud")
	}
	azp, given := t.text1("azp")
	switch {
	case given:
		id.Audience = azp
	case t.claims["azp"] != nil, len(aud) > 1:
		return invalid(badAudience)
	default:
		id.Audience = aud[0]
	}
	if !slices.Contains(p.ClientIDs, id.Audience) {
		return invalid(badAudience)
	}
	return nil
}

// namespace begins the claims that ask for something of the session.
const namespace = "https://aws.amazon.com/"

// registered are claims that never become condition keys of their own.
var registered = []string{"iss", "exp", "nbf", "iat", "jti", "azp", "aud", "sub", "oaud", "nonce", "at_hash", "c_hash"}

// keys are the condition keys: aud, oaud, sub, and every other claim that is a text, number, truth value or list of
// texts. AWS gives amr, email and, of some providers that it knows, more; Warder's providers are its users' own.
func (t *Token) keys(id *Identity) []Key {
	list := []Key{{Name: "aud", Values: []string{id.Audience}}, {Name: "sub", Values: []string{id.Subject}}}
	aud := t.texts("aud")
	list = append(list, Key{Name: "oaud", Values: aud, Many: len(aud) > 1})
	for name, raw := range t.claims {
		if slices.Contains(registered, strings.ToLower(name)) || strings.HasPrefix(name, namespace) {
			continue
		}
		if k := key(name, raw); k.Values != nil {
			list = append(list, k)
		}
	}
	return list
}

func key(name string, raw jsontext.Value) Key {
	k := Key{Name: name}
	switch raw.Kind() {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) == nil {
			k.Values = []string{s}
		}
	case '0', 't', 'f':
		k.Values = []string{raw.String()}
	case '[':
		k.Many = true
		if json.Unmarshal(raw, &k.Values) != nil {
			k.Values = nil
		}
	}
	return k
}

// session reads source identity and tags, in either form: nested, or each under a name of its own.
// Source: IAM User Guide, "Pass session tags in AWS STS", "Passing session tags using AssumeRoleWithWebIdentity".
func (t *Token) session(id *Identity) error {
	if raw := t.claims[namespace+"source_identity"]; raw != nil {
		s, ok := t.text1(namespace + "source_identity")
		if !ok {
			return invalid("The claim " + namespace + "source_identity is no text")
		}
		id.SourceIdentity = s
	}
	tags, transitive, err := t.tagClaims()
	if err != nil {
		return invalid("The claim " + namespace + "tags is not in its form")
	}
	for name, values := range tags {
		value, ok := one(values)
		if !ok {
			return invalid("The tag " + name + " has not one value")
		}
		id.Tags = append(id.Tags, Tag{name, value})
	}
	slices.SortFunc(id.Tags, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	id.TransitiveTagKeys = transitive
	return nil
}

// tagClaims gives the values of every tag, each a text or a list of one, and the keys of those that are transitive.
func (t *Token) tagClaims() (tags map[string]jsontext.Value, transitive []string, err error) {
	var nested struct {
		Principal  map[string]jsontext.Value `json:"principal_tags"`
		Transitive []string                  `json:"transitive_tag_keys"`
	}
	if raw := t.claims[namespace+"tags"]; raw != nil {
		if err := json.Unmarshal(raw, &nested, json.RejectUnknownMembers(true)); err != nil {
			return nil, nil, err
		}
	}
	tags, transitive = nested.Principal, nested.Transitive
	for name, raw := range t.claims {
		key, ok := strings.CutPrefix(name, namespace+"tags/principal_tags/")
		switch {
		case ok:
			if tags == nil {
				tags = map[string]jsontext.Value{}
			}
			if _, twice := tags[key]; twice {
				return nil, nil, errTwice
			}
			tags[key] = raw
		case name == namespace+"tags/transitive_tag_keys":
			var more []string
			if err := json.Unmarshal(raw, &more); err != nil {
				return nil, nil, err
			}
			transitive = append(transitive, more...)
		}
	}
	return tags, transitive, nil
}

// one is a text, or the text of a list of one.
func one(raw jsontext.Value) (string, bool) {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s, true
	}
	var list []string
	if json.Unmarshal(raw, &list) != nil || len(list) != 1 {
		return "", false
	}
	return list[0], true
}
