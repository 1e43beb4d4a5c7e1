package session

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

func TestCertificateKey(t *testing.T) {
	k := newKeys(t)
	plain := []byte("-----BEGIN PRIVATE KEY-----\ncanary")
	sealed, err := k.SealCertificateKey("ASCA1", plain)
	if err != nil || bytes.Contains(sealed, []byte("canary")) {
		t.Fatalf("sealed %q, error %v", sealed, err)
	}
	opened, err := k.OpenCertificateKey("ASCA1", sealed)
	if err != nil || !bytes.Equal(opened.Reveal(), plain) || strings.Contains(fmt.Sprintf("%v%+v%#v", opened, opened, opened), "canary") {
		t.Errorf("opened %v, error %v", opened, err)
	}
	if _, err := k.OpenCertificateKey("ASCA2", sealed); err == nil {
		t.Error("the key of another certificate opens")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := k.OpenCertificateKey("ASCA1", sealed); err == nil {
		t.Error("a changed key opens")
	}
}

func TestServicePasswords(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		p := NewServicePassword()
		if len(p.Show()) != 60 || !strings.HasSuffix(p.Show(), "=") || seen[p.Show()] {
			t.Fatalf("password of %d characters, again: %t", len(p.Show()), seen[p.Show()])
		}
		seen[p.Show()] = true
		if sum := sha256.Sum256([]byte(p.Show())); !bytes.Equal(sum[:], p.Hash) {
			t.Fatal("the hash is another's")
		}
	}
	key := NewServiceAPIKey("ann-at-111122223333")
	text, ok := strings.CutPrefix(key.Show(), "ABSK")
	plain, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || !strings.HasPrefix(string(plain), "ann-at-111122223333:") || len(plain) != len("ann-at-111122223333:")+60 {
		t.Errorf("API key holds %d bytes, error %v", len(plain), err)
	}
	if text := fmt.Sprintf("%v %+v", key, *key); strings.Contains(text, key.Show()) {
		t.Errorf("printed as %s", text)
	}
}
