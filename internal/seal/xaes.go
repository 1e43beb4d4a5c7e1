package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
)

const (
	keySize   = 32
	nonceSize = 24
	tagSize   = 16
)

// xaes is XAES-256-GCM under one key, as c2sp.org/XAES-256-GCM specifies it: half of the nonce derives an AES-256 key
// with CMAC in the counter mode of NIST SP 800-108, the other half is the nonce of AES-GCM under that key.
type xaes struct {
	block cipher.Block
	k1    [aes.BlockSize]byte // the CMAC subkey for messages of whole blocks
}

func newXAES(key *[keySize]byte) (*xaes, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	x := &xaes{block: block}
	block.Encrypt(x.k1[:], x.k1[:])
	// Doubling in GF(2^128), without a branch on a secret bit.
	carry := x.k1[0] >> 7
	for i := range x.k1[:aes.BlockSize-1] {
		x.k1[i] = x.k1[i]<<1 | x.k1[i+1]>>7
	}
	x.k1[aes.BlockSize-1] = x.k1[aes.BlockSize-1]<<1 ^ 0x87*carry
	return x, nil
}

// derive returns AES-GCM under the key that belongs to the first half of nonce.
func (x *xaes) derive(nonce []byte) (cipher.AEAD, error) {
	var key [keySize]byte
	for half := range 2 {
		// The message is one block: counter, the label 'X', a zero byte, the context.
		block := key[half*aes.BlockSize:][:aes.BlockSize]
		block[1], block[2] = byte(half+1), 'X'
		copy(block[4:], nonce[:nonceSize/2])
		subtle.XORBytes(block, block, x.k1[:])
		x.block.Encrypt(block, block)
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// seal appends a fresh nonce and the ciphertext of plain to dst.
func (x *xaes) seal(dst, plain, aad []byte) ([]byte, error) {
	at := len(dst)
	dst = append(dst, make([]byte, nonceSize)...)
	nonce := dst[at : at+nonceSize]
	_, _ = rand.Read(nonce) // never fails: it ends the process instead
	aead, err := x.derive(nonce)
	if err != nil {
		return nil, err
	}
	return aead.Seal(dst, nonce[nonceSize/2:], plain, aad), nil
}

// open opens what seal appended; ok is false when it is not that, or not under this key and aad.
func (x *xaes) open(sealed, aad []byte) (plain []byte, ok bool) {
	if len(sealed) < nonceSize+tagSize {
		return nil, false
	}
	nonce, ciphertext := sealed[:nonceSize], sealed[nonceSize:]
	aead, err := x.derive(nonce)
	if err != nil {
		return nil, false
	}
	plain, err = aead.Open(make([]byte, 0, len(ciphertext)-tagSize), nonce[nonceSize/2:], ciphertext, aad)
	return plain, err == nil
}
