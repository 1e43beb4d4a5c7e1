package session

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/warder-iam/warder/directory"
)

// The form of claims, version 1: each field in a fixed order, a string as its length and its bytes, a list as its count
// and its items, a time as seconds since 1970 with 0 for none. Lengths are unsigned varints of the shortest form, so that
// claims have exactly one encoding. A new field is a new version, or stands at the end where it is not empty: whoever does not
// know it then opens the token as little as one of another version.

// appendFixed appends the fields of bounded size.
func (c *Claims) appendFixed(b []byte) []byte {
	b = append(b, byte(c.Type))
	for _, t := range []time.Time{c.Issued, c.Expires, c.MFA} {
		b = appendTime(b, t)
	}
	for _, s := range []string{
		c.Account, c.PrincipalID, c.SessionName, c.SourceIdentity, c.IssuerARN, c.IssuerID, c.FederatedProvider,
	} {
		b = appendString(b, s)
	}
	switch {
	case c.Type == Console:
		return appendString(b, c.WebSession)
	case len(c.ProviderKeys) == 0:
		return b
	}
	return appendProviderKeys(b, c.ProviderKeys)
}

func appendProviderKeys(b []byte, keys []ProviderKey) []byte {
	b = binary.AppendUvarint(b, uint64(len(keys)))
	for _, k := range keys {
		b = appendString(b, k.Name)
		if !k.List {
			b = appendString(append(b, 0), k.Values[0])
			continue
		}
		b = appendStrings(append(b, 1), k.Values)
	}
	return b
}

// appendPacked appends the fields that grow with what the client sent: policies and tags. It is empty if there are none.
func (c *Claims) appendPacked(b []byte) []byte {
	if len(c.Policies)+len(c.PolicyARNs)+len(c.Tags)+len(c.TransitiveTagKeys) == 0 {
		return b
	}
	b = appendStrings(b, c.Policies)
	b = appendStrings(b, c.PolicyARNs)
	b = binary.AppendUvarint(b, uint64(len(c.Tags)))
	for _, t := range c.Tags {
		b = appendString(b, t.Key)
		b = appendString(b, t.Value)
	}
	return appendStrings(b, c.TransitiveTagKeys)
}

func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return binary.AppendUvarint(b, 0)
	}
	return binary.AppendUvarint(b, uint64(t.Unix()))
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendStrings(b []byte, list []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, s := range list {
		b = appendString(b, s)
	}
	return b
}

var errForm = errors.New("malformed claims")

// parseFixed reads what appendFixed wrote, up to the end of b.
func (c *Claims) parseFixed(b []byte) error {
	r := reader{rest: b}
	c.Type = Type(r.byte())
	c.Issued, c.Expires, c.MFA = r.time(), r.time(), r.time()
	for _, s := range []*string{
		&c.Account, &c.PrincipalID, &c.SessionName, &c.SourceIdentity, &c.IssuerARN, &c.IssuerID, &c.FederatedProvider,
	} {
		*s = r.string()
	}
	switch {
	case c.Type == Console:
		c.WebSession = r.string()
	case len(r.rest) > 0:
		c.ProviderKeys = r.providerKeys()
	}
	return r.end()
}

// parsePacked reads what appendPacked wrote, up to the end of b.
func (c *Claims) parsePacked(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	r := reader{rest: b}
	c.Policies, c.PolicyARNs = r.strings(), r.strings()
	if n := r.count(); n > 0 {
		c.Tags = make([]directory.Tag, 0, n)
		for range n {
			c.Tags = append(c.Tags, directory.Tag{Key: r.string(), Value: r.string()})
		}
	}
	c.TransitiveTagKeys = r.strings()
	if len(c.Policies)+len(c.PolicyARNs)+len(c.Tags)+len(c.TransitiveTagKeys) == 0 {
		return errForm // nothing has a shorter form
	}
	return r.end()
}

// reader takes the parts of an encoding; after the first fault it gives zero values, and end reports the fault.
type reader struct {
	rest   []byte
	broken bool
}

func (r *reader) end() error {
	if r.broken || len(r.rest) > 0 {
		return errForm
	}
	return nil
}

func (r *reader) take(n uint64) []byte {
	if r.broken || n > uint64(len(r.rest)) {
		r.broken = true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if r.broken || size <= 0 || size > 1 && r.rest[size-1] == 0 { // a last byte of 0 is a longer form of the same number
		r.broken = true
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// count reads how many items follow; each takes a byte at least, so that no count costs more memory than its input.
func (r *reader) count() uint64 {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.broken = true
		return 0
	}
	return n
}

func (r *reader) string() string { return string(r.take(r.number())) }

func (r *reader) strings() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	list := make([]string, 0, n)
	for range n {
		list = append(list, r.string())
	}
	return list
}

// providerKeys reads one key or more: none have a shorter form.
func (r *reader) providerKeys() []ProviderKey {
	n := r.count()
	keys := make([]ProviderKey, 0, n)
	for range n {
		k := ProviderKey{Name: r.string()}
		switch r.byte() {
		case 0:
			k.Values = []string{r.string()}
		case 1:
			k.List, k.Values = true, r.strings()
		default:
			r.broken = true
		}
		keys = append(keys, k)
	}
	r.broken = r.broken || n == 0
	return keys
}

func (r *reader) time() time.Time {
	n := r.number()
	if n == 0 {
		return time.Time{}
	}
	if n > lastTime {
		r.broken = true
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}

// lastTime is the end of the year 9999, the last that clients can read.
const lastTime = 253402300799
