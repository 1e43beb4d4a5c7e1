package saml

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"slices"

	// The digests that OAEP may name.
	_ "crypto/sha1"
	_ "crypto/sha256"
	_ "crypto/sha512"

	"github.com/beevik/etree"
)

// maxEncryptedKeys of one assertion: each is tried with every private key.
const maxEncryptedKeys = 4

// blockCipher is how an assertion may be encrypted.
type blockCipher struct {
	keyLen int // bytes
	gcm    bool
}

// Source: XML Encryption 1.1, 5.2; IAM User Guide, SAML encryption: AES in GCM or CBC.
var blockCiphers = map[string]blockCipher{
	nsEncryption + "aes128-cbc":                  {16, false},
	nsEncryption + "aes192-cbc":                  {24, false},
	nsEncryption + "aes256-cbc":                  {32, false},
	"http://www.w3.org/2009/xmlenc11#aes128-gcm": {16, true},
	"http://www.w3.org/2009/xmlenc11#aes192-gcm": {24, true},
	"http://www.w3.org/2009/xmlenc11#aes256-gcm": {32, true},
}

// oaepDigests of key transport, by their names. As MGF1's digest and as OAEP's own, SHA-1 is not weak.
var oaepDigests = map[string]crypto.Hash{
	"":                      crypto.SHA1,
	nsSignature + "sha1":    crypto.SHA1,
	nsEncryption + "sha256": crypto.SHA256,
	nsEncryption + "sha512": crypto.SHA512,
	"http://www.w3.org/2001/04/xmldsig-more#sha384": crypto.SHA384,
}

var mgfDigests = map[string]crypto.Hash{
	"": crypto.SHA1,
	"http://www.w3.org/2009/xmlenc11#mgf1sha1":   crypto.SHA1,
	"http://www.w3.org/2009/xmlenc11#mgf1sha256": crypto.SHA256,
	"http://www.w3.org/2009/xmlenc11#mgf1sha384": crypto.SHA384,
	"http://www.w3.org/2009/xmlenc11#mgf1sha512": crypto.SHA512,
}

var errEncryption = errors.New("it cannot be decrypted")

// decrypt gives the text of an EncryptedAssertion. Callers must not tell why it fails.
func decrypt(sealed *etree.Element, keys []*rsa.PrivateKey) ([]byte, error) {
	data := child(sealed, nsEncryption, "EncryptedData")
	if data == nil {
		return nil, errEncryption
	}
	method := child(data, nsEncryption, "EncryptionMethod")
	if method == nil {
		return nil, errEncryption
	}
	how, known := blockCiphers[attribute(method, "Algorithm")]
	ciphertext, err := cipherValue(data)
	if !known || err != nil {
		return nil, errEncryption
	}
	wrapped := children(sealed, nsEncryption, "EncryptedKey")
	if info := child(data, nsSignature, "KeyInfo"); info != nil {
		wrapped = append(wrapped, children(info, nsEncryption, "EncryptedKey")...)
	}
	if len(wrapped) > maxEncryptedKeys {
		return nil, errEncryption
	}
	for _, w := range wrapped {
		for _, key := range keys {
			content, err := unwrap(w, key)
			if err != nil || len(content) != how.keyLen {
				continue
			}
			if clear, err := how.open(content, ciphertext); err == nil {
				return clear, nil
			}
		}
	}
	return nil, errEncryption
}

// unwrap decrypts the key of the content. RSA with PKCS #1 v1.5 is not taken: it answers who asks often enough.
func unwrap(e *etree.Element, key *rsa.PrivateKey) ([]byte, error) {
	method := child(e, nsEncryption, "EncryptionMethod")
	if method == nil || len(children(method, nsEncryption, "OAEPparams")) > 0 {
		return nil, errEncryption
	}
	var digest, mask string
	if d := child(method, nsSignature, "DigestMethod"); d != nil {
		digest = attribute(d, "Algorithm")
	}
	if m := child(method, "http://www.w3.org/2009/xmlenc11#", "MGF"); m != nil {
		mask = attribute(m, "Algorithm")
	}
	switch attribute(method, "Algorithm") {
	case nsEncryption + "rsa-oaep-mgf1p":
		mask = "" // MGF1 with SHA-1, whatever the digest
	case "http://www.w3.org/2009/xmlenc11#rsa-oaep":
	default:
		return nil, errEncryption
	}
	hash, known := oaepDigests[digest]
	mgf, also := mgfDigests[mask]
	ciphertext, err := cipherValue(e)
	if !known || !also || err != nil {
		return nil, errEncryption
	}
	return key.Decrypt(rand.Reader, ciphertext, &rsa.OAEPOptions{Hash: hash, MGFHash: mgf})
}

func cipherValue(e *etree.Element) ([]byte, error) {
	data := child(e, nsEncryption, "CipherData")
	if data == nil {
		return nil, errEncryption
	}
	value := child(data, nsEncryption, "CipherValue")
	if value == nil {
		return nil, errEncryption
	}
	return decodeBase64(text(value))
}

func (how blockCipher) open(key, ciphertext []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if how.gcm {
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		if len(ciphertext) < aead.NonceSize() {
			return nil, errEncryption
		}
		return aead.Open(nil, ciphertext[:aead.NonceSize()], ciphertext[aead.NonceSize():], nil)
	}
	if len(ciphertext) < 2*aes.BlockSize || len(ciphertext)%aes.BlockSize != 0 {
		return nil, errEncryption
	}
	clear := slices.Clone(ciphertext[aes.BlockSize:])
	cipher.NewCBCDecrypter(block, ciphertext[:aes.BlockSize]).CryptBlocks(clear, clear)
	padding := int(clear[len(clear)-1])
	if padding < 1 || padding > aes.BlockSize {
		return nil, errEncryption
	}
	return clear[:len(clear)-padding], nil
}
