package trail

import (
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
)

// Fingerprint names a public key as CloudTrail does: MD5 of the key in PKCS #1 form, 32 hexadecimal digits. It tells keys
// apart for whoever trusts all of them; it proves nothing.
func Fingerprint(key *rsa.PublicKey) string {
	sum := md5.Sum(x509.MarshalPKCS1PublicKey(key))
	return hex.EncodeToString(sum[:])
}

// Sign signs a digest whose text Encode gave. The signature, in hexadecimal digits, goes into the metadata of the
// digest's object and into the next digest. d.KeyFingerprint must be the key's.
func (d *Digest) Sign(key *rsa.PrivateKey, text []byte) (signature string, err error) {
	if fingerprint := Fingerprint(&key.PublicKey); fingerprint != d.KeyFingerprint {
		return "", fmt.Errorf("trail: digest %q names key %s and is to be signed by %s", d.Object, d.KeyFingerprint, fingerprint)
	}
	return sign(key, d.StringToSign(text))
}

// VerifySignature checks a digest's signature, given in hexadecimal digits. text is what was read, uncompressed.
func (d *Digest) VerifySignature(key *rsa.PublicKey, text []byte, signature string) error {
	return verifySignature(key, d.StringToSign(text), signature)
}

// sign makes the same signature each time: PKCS #1 v1.5 needs no randomness.
func sign(key *rsa.PrivateKey, text string) (string, error) {
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("trail: sign: %w", err)
	}
	return hex.EncodeToString(signature), nil
}

func verifySignature(key *rsa.PublicKey, text, signature string) error {
	raw, err := hex.DecodeString(signature)
	if err != nil {
		return fmt.Errorf("trail: the signature is not in hexadecimal digits: %w", err)
	}
	sum := sha256.Sum256([]byte(text))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw); err != nil {
		return fmt.Errorf("trail: the signature is not that of key %s over this text: %w", Fingerprint(key), err)
	}
	return nil
}
