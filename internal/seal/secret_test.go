package seal

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
)

const canary = "canary-7Hq2"

// hidden holds secrets where fmt may not ask for methods.
type hidden struct {
	secret  Secret
	pointer *Secret
	master  Master
	ring    *Keyring
}

func TestNothingPrintsASecret(t *testing.T) {
	secret := NewSecret([]byte(canary))
	master := newMaster([keySize]byte([]byte(canary + strings.Repeat("x", keySize-len(canary)))))
	ring, _, err := NewKeyring(master)
	if err != nil {
		t.Fatal(err)
	}
	forms := []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprint([]byte(canary)), strings.Trim(fmt.Sprint([]byte(canary)), "[]"),
		strings.Trim(fmt.Sprintf("%#v", []byte(canary)), "[]byte{}"), master.text()}
	values := map[string]any{
		"secret": secret, "pointer": &secret, "in slice": []Secret{secret}, "in map": map[string]Secret{"k": secret}, "in field": struct{ S Secret }{secret},
		"hidden": hidden{secret, &secret, master, ring}, "hidden pointer": &hidden{secret, &secret, master, ring}, "master": master, "ring": ring,
	}
	for name, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%b", "%o", "%c", "%U", "%e", "%g", "%t", "%p", "%T", "%10.3s", "%z"} {
			out := fmt.Sprintf(verb, v)
			for _, form := range forms {
				if strings.Contains(out, form) {
					t.Errorf("%s printed with %s shows the secret: %s", name, verb, out)
				}
			}
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, v := range []any{secret, &secret, master} {
			if out := fmt.Sprintf(verb, v); out != redactedText {
				t.Errorf("%T with %s is %s, want %s", v, verb, out, redactedText)
			}
		}
	}
}

func TestNothingEncodesASecret(t *testing.T) {
	secret := NewSecret([]byte(canary))
	type record struct {
		S Secret
		M Master
	}
	v := record{secret, NewMaster()}
	js, err := json.Marshal(v)
	if err != nil || string(js) != `{"S":"[redacted]","M":"[redacted]"}` {
		t.Errorf("JSON: %s, %v", js, err)
	}
	if err := json.Unmarshal(js, &v); err == nil {
		t.Error("what JSON wrote was read back as a secret")
	}
	x, err := xml.Marshal(v)
	if err != nil || strings.Contains(string(x), canary) || !strings.Contains(string(x), redactedText) {
		t.Errorf("XML: %s, %v", x, err)
	}
	if err := gob.NewEncoder(&bytes.Buffer{}).Encode(v); err == nil {
		t.Error("gob took a secret")
	}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("m", "s", secret, "p", &secret, "r", v, "m", v.M)
	}
	if strings.Contains(log.String(), canary) || strings.Count(log.String(), redactedText) < 6 {
		t.Errorf("slog: %s", log.String())
	}
}

func TestSecretIsIncomparable(t *testing.T) {
	for _, v := range []any{Secret{}, Master{}} {
		if reflect.TypeOf(v).Comparable() {
			t.Errorf("%T can be compared with ==, which takes a time that depends on the secret", v)
		}
	}
}

func TestSecretKeepsACopy(t *testing.T) {
	b := []byte(canary)
	s := NewSecret(b)
	clear(b)
	if string(s.Reveal()) != canary {
		t.Error("the secret changed with the caller's bytes")
	}
	if (Secret{}).Reveal() != nil {
		t.Error("the zero Secret is not empty")
	}
}
