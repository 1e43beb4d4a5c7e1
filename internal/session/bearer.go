package session

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// BearerPrefix begins every bearer token, so that scanners for leaked secrets find them.
const BearerPrefix = "wdr1_"

// MintBearer makes a bearer token for Warder's own API: whoever has it acts as these claims say until they expire.
// Claims.KeyID is the access key that asked for it, long-term or temporary. A bearer token signs nothing and is no
// session token: each opens as what it is only.
func (k *Keys) MintBearer(c Claims) (token string, err error) {
	if err := c.check(); err != nil {
		return "", err
	}
	if len(c.KeyID) != keyIDLen {
		return "", fmt.Errorf("session: a bearer token for the access key %q", c.KeyID)
	}
	packed, err := k.pack(&c)
	if err != nil {
		return "", err
	}
	c.Issued, c.Expires = c.Issued.UTC().Truncate(time.Second), c.Expires.UTC().Truncate(time.Second)
	plain := append([]byte(c.KeyID), 0, 0)
	plain = c.appendFixed(plain)
	fixed := len(plain) - keyIDLen - 2
	plain[keyIDLen], plain[keyIDLen+1] = byte(fixed>>8), byte(fixed)
	box, err := k.ring.Seal(append(plain, packed...), bearerData())
	if err != nil {
		return "", fmt.Errorf("session: seal a bearer token: %w", err)
	}
	return BearerPrefix + base64.RawURLEncoding.EncodeToString(box), nil
}

// OpenBearer reads a bearer token. Whether it is expired, and whether its key and principal still stand, is for the caller
// to judge. The error is ErrToken.
func (k *Keys) OpenBearer(token string) (*Claims, error) {
	text, ok := strings.CutPrefix(token, BearerPrefix)
	// The decoder skips line breaks: a second spelling of the same token.
	if !ok || len(text) > MaxToken || strings.ContainsAny(text, "\r\n") {
		return nil, ErrToken
	}
	box, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, ErrToken
	}
	plain, err := k.ring.Open(box, bearerData())
	if err != nil || len(plain) < keyIDLen+2 {
		return nil, ErrToken
	}
	c := &Claims{KeyID: string(plain[:keyIDLen])}
	fixed, rest := int(plain[keyIDLen])<<8|int(plain[keyIDLen+1]), plain[keyIDLen+2:]
	if fixed > len(rest) || c.parseFixed(rest[:fixed]) != nil || k.unpack(c, rest[fixed:]) != nil || c.check() != nil {
		return nil, ErrToken
	}
	return c, nil
}

// bearerData keeps the boxes of bearer tokens apart from all others.
func bearerData() []byte { return []byte("bearer token of the service warder, version 1") }
