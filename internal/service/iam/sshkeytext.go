package iam

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"golang.org/x/crypto/ssh"

	api "github.com/warder-iam/warder/internal/api/iam"
)

// The encodings of SSH public keys, by their names in the API.
const (
	encodingSSH = "SSH"
	encodingPEM = "PEM"
)

// Sizes of RSA keys in bits: the least is AWS's; the most is what costs nothing to check.
const (
	leastSSHKeyBits = 2048
	mostSSHKeyBits  = 16384
)

// sshKey is an SSH public key as it was read. IAM takes RSA keys only, as an OpenSSH line or in PEM.
// Source: IAM API Reference, UploadSSHPublicKey.
type sshKey struct {
	encoding string
	public   ssh.PublicKey
	rsa      *rsa.PublicKey
}

// readSSHKey reads one key in either encoding.
func readSSHKey(text string) (*sshKey, error) {
	text = strings.TrimSpace(text)
	var k *sshKey
	var err error
	switch {
	case strings.HasPrefix(text, "-----BEGIN "):
		k, err = readPEMKey(text)
	case strings.HasPrefix(text, ssh.KeyAlgoRSA+" "):
		k, err = readSSHLine(text)
	default:
		return nil, api.UnrecognizedPublicKeyEncoding.New("The public key must be an RSA key in ssh-rsa or PEM encoding.")
	}
	if err != nil {
		return nil, err
	}
	if bits := k.rsa.N.BitLen(); bits < leastSSHKeyBits || bits > mostSSHKeyBits {
		return nil, api.InvalidPublicKey.New("The public key has %d bits; it must have %d to %d.", bits, leastSSHKeyBits, mostSSHKeyBits)
	}
	return k, nil
}

func badSSHKey() error { return api.InvalidPublicKey.New("The public key is malformed.") }

// readSSHLine takes one line of OpenSSH's, without options before it.
func readSSHLine(text string) (*sshKey, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, badSSHKey()
	}
	public, _, options, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil || len(options) > 0 {
		return nil, badSSHKey()
	}
	return rsaKey(encodingSSH, public)
}

// readPEMKey takes one block with a public key, in PKIX form or in that of PKCS #1, and nothing else.
func readPEMKey(text string) (*sshKey, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, badSSHKey()
	}
	var key any
	var err error
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		key, err = x509.ParsePKCS1PublicKey(block.Bytes)
	default: // it may be a private key: say nothing of it
		return nil, api.UnrecognizedPublicKeyEncoding.New("The PEM block holds no public key.")
	}
	if err != nil {
		return nil, badSSHKey()
	}
	public, err := ssh.NewPublicKey(key)
	if err != nil {
		return nil, badSSHKey()
	}
	return rsaKey(encodingPEM, public)
}

func rsaKey(encoding string, public ssh.PublicKey) (*sshKey, error) {
	held, ok := public.(ssh.CryptoPublicKey)
	if !ok {
		return nil, badSSHKey()
	}
	key, ok := held.CryptoPublicKey().(*rsa.PublicKey)
	if !ok {
		return nil, api.UnrecognizedPublicKeyEncoding.New("The public key must be an RSA key in ssh-rsa or PEM encoding.")
	}
	return &sshKey{encoding: encoding, public: public, rsa: key}, nil
}

// fingerprint is the MD5 of the key's wire form, as ssh-keygen -E md5 prints it.
func (k *sshKey) fingerprint() string { return ssh.FingerprintLegacyMD5(k.public) }

// text writes the key in an encoding.
func (k *sshKey) text(encoding string) (string, error) {
	if encoding == encodingSSH {
		return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.public))), nil
	}
	der, err := x509.MarshalPKIXPublicKey(k.rsa)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}
