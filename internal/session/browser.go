package session

import (
	"encoding/base64"
	"encoding/json"
	"slices"
)

// Browser is what a cookie remembers of a browser that people have signed in from: it is nobody's proof of anything, but that
// these people did. Who guesses passwords elsewhere cannot keep them out of it.
type Browser struct {
	// ID is random.
	ID string `json:"id"`
	// Principals who have signed in from it, by unique id, the last one last.
	Principals []string `json:"principals"`
	// Account is the id or alias that was typed last, to be shown in the form.
	Account string `json:"account,omitempty"`
}

const (
	mostPrincipals = 8 // of a browser; one more, and the first is forgotten
	maxBrowser     = 1 << 10
)

// Knows reports whether that principal has signed in from the browser.
func (b *Browser) Knows(principal string) bool { return slices.Contains(b.Principals, principal) }

// Add notes that a principal has signed in.
func (b *Browser) Add(principal string) {
	b.Principals = slices.DeleteFunc(b.Principals, func(p string) bool { return p == principal })
	b.Principals = append(b.Principals, principal)
	if over := len(b.Principals) - mostPrincipals; over > 0 {
		b.Principals = b.Principals[over:]
	}
}

// SealBrowser makes the cookie's text.
func (k *Keys) SealBrowser(b *Browser) (string, error) {
	plain, err := json.Marshal(b)
	if err != nil {
		return "", err
	}
	box, err := k.ring.Seal(plain, browserData())
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(box), nil
}

// OpenBrowser reads the cookie's text; anything else than what SealBrowser made is no browser.
func (k *Keys) OpenBrowser(text string) (*Browser, bool) {
	if text == "" || len(text) > maxBrowser {
		return nil, false
	}
	box, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, false
	}
	plain, err := k.ring.Open(box, browserData())
	if err != nil {
		return nil, false
	}
	b := new(Browser)
	return b, json.Unmarshal(plain, b) == nil
}

func browserData() []byte { return []byte("browser that people signed in from, version 1") }
