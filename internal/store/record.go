package store

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/seal"
)

// schema is the version of the records' JSON. A reader knows all versions up to its own.
const schema = 1

// DamagedError: a record is not what was stored. It was changed, cut off, swapped for another, lost, or sealed by
// another keyring. Restore the data from a backup, or start with the keyring that belongs to it.
type DamagedError struct {
	Key string
	Err error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("store: record %q is damaged: %v", e.Key, e.Err)
}

func (e *DamagedError) Unwrap() error { return e.Err }

// A value is the schema version, then the box. Both the version and the full key are additional data of the box, so that
// a value is good in its place only. In the box, one byte tells how the JSON after it is packed.
const (
	plainJSON   = 0
	deflateJSON = 1

	// Documents may be blown up by white space to many times the size that quotas count; deflate takes it out again.
	deflateAbove = 8 << 10
	maxJSON      = 32 << 20
)

type codec struct{ keyring *seal.Keyring }

func additional(key string, schema byte) []byte {
	return append([]byte("warder record\x00"+key+"\x00"), schema)
}

// encode makes the value of a record.
func (c codec) encode(key string, record any) ([]byte, error) {
	text, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode record %q: %w", key, err)
	}
	return c.seal(key, text)
}

// seal makes the value of a record whose text is given.
func (c codec) seal(key string, text []byte) ([]byte, error) {
	plain, err := pack(text)
	if err != nil {
		return nil, fmt.Errorf("pack record %q: %w", key, err)
	}
	box, err := c.keyring.Seal(plain, additional(key, schema))
	if err != nil {
		return nil, fmt.Errorf("seal record %q: %w", key, err)
	}
	return append([]byte{schema}, box...), nil
}

// decode opens a value into record, which is a pointer. Its errors are *DamagedError.
func (c codec) decode(key string, value []byte, record any) error {
	text, err := c.open(key, value)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, record, json.RejectUnknownMembers(true)); err != nil {
		return &DamagedError{Key: key, Err: err}
	}
	return nil
}

// open gives the text of a record. Its errors are *DamagedError.
func (c codec) open(key string, value []byte) ([]byte, error) {
	text, err := c.unseal(key, value)
	if err != nil {
		return nil, &DamagedError{Key: key, Err: err}
	}
	return text, nil
}

func (c codec) unseal(key string, value []byte) ([]byte, error) {
	if len(value) == 0 {
		return nil, errors.New("it is empty")
	}
	if value[0] != schema {
		return nil, fmt.Errorf("its schema version is %d, this Warder knows %d", value[0], schema)
	}
	plain, err := c.keyring.Open(value[1:], additional(key, value[0]))
	if err != nil {
		return nil, err
	}
	return unpack(plain)
}

// pack refuses what unpack would not read again.
func pack(text []byte) ([]byte, error) {
	if len(text) > maxJSON {
		return nil, fmt.Errorf("%w: it has %d bytes", kv.ErrLimit, len(text))
	}
	if len(text) <= deflateAbove {
		return append([]byte{plainJSON}, text...), nil
	}
	packed := bytes.NewBuffer([]byte{deflateJSON})
	w, err := flate.NewWriter(packed, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return packed.Bytes(), err
}

func unpack(plain []byte) ([]byte, error) {
	if len(plain) == 0 {
		return nil, errors.New("its box is empty")
	}
	switch packing, rest := plain[0], plain[1:]; packing {
	case plainJSON:
		return rest, nil
	case deflateJSON:
		text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(rest)), maxJSON+1))
		if err == nil && len(text) > maxJSON {
			err = errors.New("it is too large")
		}
		return text, err
	default:
		return nil, fmt.Errorf("its packing is %d, which this Warder does not know", packing)
	}
}

// entity opens the value of an entity. key is the full key, own the entity's key inside its account.
func (c codec) entity(key, own string, value []byte) (directory.Entity, error) {
	e := blank(own)
	if e == nil {
		return nil, &DamagedError{Key: key, Err: errors.New("this Warder knows no such kind of record")}
	}
	if err := c.decode(key, value, e); err != nil {
		return nil, err
	}
	if e.Key() != own {
		return nil, &DamagedError{Key: key, Err: fmt.Errorf("it holds %q", e.Key())}
	}
	return e, nil
}

// blank gives an empty entity of the kind that a key names, or nil.
func blank(key string) directory.Entity {
	kind, _, _ := strings.Cut(key, "/")
	switch kind {
	case "account":
		return new(directory.AccountInfo)
	case "user":
		return new(directory.User)
	case "group":
		return new(directory.Group)
	case "role":
		return new(directory.Role)
	case "policy":
		return new(directory.Policy)
	case "profile":
		return new(directory.InstanceProfile)
	case "key":
		return new(directory.AccessKey)
	case "sshkey":
		return new(directory.SSHPublicKey)
	case "signingcertificate":
		return new(directory.SigningCertificate)
	case "servercertificate":
		return new(directory.ServerCertificate)
	case "servicecredential":
		return new(directory.ServiceCredential)
	case "roledeletion":
		return new(directory.RoleDeletion)
	case "passwords":
		return new(directory.PasswordPolicy)
	case "login":
		return new(directory.LoginProfile)
	case "mfa":
		return new(directory.MFADevice)
	case "oidc":
		return new(directory.OIDCProvider)
	case "issuer":
		return new(directory.TokenIssuer)
	case "saml":
		return new(directory.SAMLProvider)
	case "trail":
		return new(directory.Trail)
	case "alarm":
		return new(directory.Alarm)
	case "websession":
		return new(directory.WebSession)
	case "contact":
		return new(directory.Contact)
	case "alternatecontact":
		return new(directory.AlternateContact)
	case "setup":
		return new(directory.Setup)
	}
	return nil
}
