package session

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

// Credentials are new temporary credentials.
type Credentials struct {
	AccessKeyID string // ASIA…
	Secret      seal.Secret
	Token       string
	Expires     time.Time
	// PackedPolicySize is how much of the room for policies and tags is used, in percent; 0 if there are none.
	PackedPolicySize int
}

var (
	// ErrToken says that a text is no token of this keyring, or was changed. It tells nothing more.
	ErrToken = errors.New("session: not a session token")
	// ErrPackedPolicySize says that policies and tags are too large together: PackedPolicyTooLarge to clients.
	// ErrProviderKeys says that what an identity provider says of its user is too long for a token.
	ErrProviderKeys     = errors.New("session: the provider's condition keys are too long")
	ErrPackedPolicySize = errors.New("session: session policies and tags exceed the packed size limit")
)

// MaxToken bounds a token's characters.
const MaxToken = 16 << 10

// A token is the standard base64 of: a version byte, the key id, and a box that holds the secret, the length of the fixed
// fields (two bytes), the fixed fields, the packing byte, and the packed fields. Version and key id are the box's
// additional data, so that a token opens for no other key. The secret is not compressed together with what a client chose.
const (
	tokenVersion = 1
	tokenHead    = 1 + keyIDLen
	fixedAt      = secretLen + 2
	// maxField is the bytes of one fixed field, maxProviderKeys those of all keys of a provider: six fields, these and
	// maxPacked keep a token below MaxToken.
	maxField        = 960
	maxProviderKeys = 1536
)

// The packing byte.
const (
	packedPlain = iota // as it is
	packedFlate        // compressed
)

// Mint makes temporary credentials that carry these claims, under a key id of its own. Claims that are incomplete are a
// mistake of the caller's and an error.
func (k *Keys) Mint(c Claims) (*Credentials, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	id, err := NewKeyID(PrefixTemporaryKey, c.Account)
	if err != nil {
		return nil, err
	}
	packed, err := k.pack(&c)
	if err != nil {
		return nil, err
	}
	secret := newSecret()
	plain := append(make([]byte, 0, 512), secret...)
	plain = append(plain, 0, 0)
	plain = c.appendFixed(plain)
	fixed := len(plain) - fixedAt
	plain[secretLen], plain[secretLen+1] = byte(fixed>>8), byte(fixed)
	plain = append(plain, packed...)

	head := append([]byte{tokenVersion}, id...)
	box, err := k.ring.Seal(plain, tokenData(head))
	clear(plain)
	if err != nil {
		return nil, fmt.Errorf("session: seal a token: %w", err)
	}
	return &Credentials{
		AccessKeyID: id, Secret: seal.NewSecret(secret), Token: base64.StdEncoding.EncodeToString(append(head, box...)),
		Expires: c.Expires.UTC().Truncate(time.Second), PackedPolicySize: percent(packed),
	}, nil
}

// Open reads a token. Claims.KeyID is the key that it belongs to: the caller refuses it for any other, and when it is
// expired. The error is ErrToken.
func (k *Keys) Open(token string) (*Claims, seal.Secret, error) {
	c, secret, ok := k.open(token)
	if !ok {
		return nil, seal.Secret{}, ErrToken
	}
	return c, secret, nil
}

func (k *Keys) open(token string) (*Claims, seal.Secret, bool) {
	// The decoder skips line breaks: a second spelling of the same token.
	if len(token) > MaxToken || strings.ContainsAny(token, "\r\n") {
		return nil, seal.Secret{}, false
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < tokenHead || raw[0] != tokenVersion {
		return nil, seal.Secret{}, false
	}
	plain, err := k.ring.Open(raw[tokenHead:], tokenData(raw[:tokenHead]))
	if err != nil || len(plain) < fixedAt {
		return nil, seal.Secret{}, false
	}
	defer clear(plain)
	c := &Claims{KeyID: string(raw[1:tokenHead])}
	rest := plain[fixedAt:]
	fixed := int(plain[secretLen])<<8 | int(plain[secretLen+1])
	if fixed > len(rest) || c.parseFixed(rest[:fixed]) != nil || k.unpack(c, rest[fixed:]) != nil || c.check() != nil {
		return nil, seal.Secret{}, false
	}
	return c, seal.NewSecret(plain[:secretLen]), true
}

func tokenData(head []byte) []byte { return append([]byte("session token "), head...) }

// check refuses claims that no session has.
func (c *Claims) check() error {
	switch c.Type {
	case AssumedRole, SessionToken, Federation, Console:
	default:
		return fmt.Errorf("session: claims of unknown type %d", c.Type)
	}
	if err := c.checkConsole(); err != nil {
		return err
	}
	if _, err := parseAccount(c.Account); err != nil {
		return err
	}
	if c.PrincipalID == "" {
		return errors.New("session: claims without a principal")
	}
	for _, t := range []time.Time{c.Issued, c.Expires} {
		if t.Unix() < 1 || t.Unix() > lastTime {
			return fmt.Errorf("session: the time %v is out of range", t)
		}
	}
	if c.Expires.Unix() <= c.Issued.Unix() {
		return errors.New("session: claims expire before they are issued")
	}
	if !c.MFA.IsZero() && (c.MFA.Unix() < 1 || c.MFA.Unix() > lastTime) {
		return fmt.Errorf("session: the time %v is out of range", c.MFA)
	}
	for _, s := range []string{c.PrincipalID, c.SessionName, c.SourceIdentity, c.IssuerARN, c.IssuerID, c.FederatedProvider, c.WebSession} {
		if len(s) > maxField {
			return fmt.Errorf("session: a field of %d bytes is longer than %d", len(s), maxField)
		}
	}
	return checkProviderKeys(c.ProviderKeys)
}

func checkProviderKeys(keys []ProviderKey) error {
	for _, k := range keys {
		if !k.List && len(k.Values) != 1 {
			return fmt.Errorf("session: the key %s has %d values and is no list", k.Name, len(k.Values))
		}
	}
	if len(appendProviderKeys(nil, keys)) > maxProviderKeys {
		return ErrProviderKeys
	}
	return nil
}
