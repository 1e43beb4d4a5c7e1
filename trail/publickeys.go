package trail

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
)

// maxKeys bounds a file of public keys, in bytes: a CloudTrail of a hundred years has some thousand.
const maxKeys = 1 << 20

// ParsePublicKeys reads public keys that verify digests: what CloudTrail's ListPublicKeys answers, as the AWS CLI prints it
// in JSON, or keys in PEM.
func ParsePublicKeys(text []byte) ([]*rsa.PublicKey, error) {
	if len(text) > maxKeys {
		return nil, fmt.Errorf("trail: not public keys: %d bytes, more than %d", len(text), maxKeys)
	}
	parse := parsePEM
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte{'{'}) {
		parse = parseKeyList
	}
	keys, err := parse(text)
	if err == nil && len(keys) == 0 {
		err = errors.New("there is none; wanted is the JSON that aws cloudtrail list-public-keys prints, or PEM")
	}
	if err != nil {
		return nil, fmt.Errorf("trail: not public keys: %w", err)
	}
	return keys, nil
}

func parseKeyList(text []byte) (keys []*rsa.PublicKey, err error) {
	var list struct {
		PublicKeyList []struct {
			Value       []byte // PKCS #1, in base64
			Fingerprint string
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	for i, k := range list.PublicKeyList {
		key, err := x509.ParsePKCS1PublicKey(k.Value)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if got := Fingerprint(key); got != k.Fingerprint {
			return nil, fmt.Errorf("key %d has the fingerprint %s, and is listed with %.80q", i+1, got, k.Fingerprint)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func parsePEM(text []byte) (keys []*rsa.PublicKey, err error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return keys, nil
		}
		key, err := publicKey(block)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", len(keys)+1, err)
		}
		keys = append(keys, key)
	}
}

func publicKey(block *pem.Block) (*rsa.PublicKey, error) {
	switch block.Type {
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(block.Bytes)
	case "PUBLIC KEY":
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		if key, ok := key.(*rsa.PublicKey); ok {
			return key, nil
		}
		return nil, errors.New("it is no RSA key")
	}
	return nil, fmt.Errorf("a %.40q is no public key", block.Type)
}
