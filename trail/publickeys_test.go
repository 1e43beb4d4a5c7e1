package trail

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
)

func keyList(t testing.TB) string {
	t.Helper()
	key := &testKey().PublicKey
	return fmt.Sprintf(`{"PublicKeyList":[{"Value":"%s","ValidityStartTime":1.5,"ValidityEndTime":"2026-01-01T00:00:00+00:00","Fingerprint":"%s"}]}`,
		base64.StdEncoding.EncodeToString(x509.MarshalPKCS1PublicKey(key)), Fingerprint(key))
}

func TestParsePublicKeys(t *testing.T) {
	key := &testKey().PublicKey
	pkix, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(key)}))
	both := pkcs1 + "\n" + string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}))
	for text, n := range map[string]int{"  " + keyList(t): 1, pkcs1: 1, both: 2} {
		keys, err := ParsePublicKeys([]byte(text))
		if err != nil || len(keys) != n || !keys[0].Equal(key) || !keys[n-1].Equal(key) {
			t.Errorf("%.40q: %v, %v", text, keys, err)
		}
	}
	for name, text := range map[string]string{
		"nothing": "", "no key": `{"PublicKeyList":[]}`, "other JSON": `{"a":1}`, "too much": strings.Repeat(" ", maxKeys+1),
		"another fingerprint": strings.Replace(keyList(t), Fingerprint(key), strings.Repeat("0", 32), 1),
		"cut off":             strings.Replace(keyList(t), "MII", "", 1),
		"a private key":       string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(testKey())})),
	} {
		if keys, err := ParsePublicKeys([]byte(text)); err == nil {
			t.Errorf("%s: %v", name, keys)
		}
	}
}

// FuzzParsePublicKeys: what is read has a fingerprint; nothing makes it panic.
func FuzzParsePublicKeys(f *testing.F) {
	f.Add([]byte(keyList(f)))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&testKey().PublicKey)}))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := ParsePublicKeys(text)
		if (err == nil) != (len(keys) > 0) {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		for _, key := range keys {
			if !isHex(Fingerprint(key), 16) {
				t.Fatal("no fingerprint")
			}
		}
	})
}
