package session

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

// FuzzOpen: whatever text opens is a token, and then carries claims that Mint takes.
func FuzzOpen(f *testing.F) {
	keys := newKeys(f)
	for _, c := range []Claims{simple(), large()} {
		made, err := keys.Mint(c)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(made.Token)
	}
	f.Add("")
	f.Add("AUFTSUE=")
	f.Fuzz(func(t *testing.T, token string) {
		claims, _, err := keys.Open(token)
		if err != nil {
			return
		}
		if err := claims.check(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzClaims feeds what stands inside the seal: it is refused, or prints back to the same bytes.
func FuzzClaims(f *testing.F) {
	for _, c := range []Claims{simple(), large()} {
		f.Add(c.appendFixed(nil), c.appendPacked(nil))
	}
	federated := simple()
	federated.ProviderKeys = []ProviderKey{{Name: "sub", Values: []string{"ann"}}, {Name: "amr", Values: []string{"pwd", "otp"}, List: true}}
	f.Add(federated.appendFixed(nil), []byte{})
	f.Add([]byte{}, []byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, fixed, packed []byte) {
		var c Claims
		if c.parseFixed(fixed) == nil {
			if again := c.appendFixed(nil); !bytes.Equal(again, fixed) {
				t.Fatalf("%x, printed again %x", fixed, again)
			}
		}
		c = Claims{}
		if c.parsePacked(packed) == nil {
			if again := c.appendPacked(nil); !bytes.Equal(again, packed) {
				t.Fatalf("%x, printed again %x", packed, again)
			}
		}
	})
}

// FuzzUnpack: no packing costs more than its bound, and what unpacks packs to the same claims.
func FuzzUnpack(f *testing.F) {
	keys := newKeys(f)
	for _, c := range []Claims{simple(), large()} {
		packed, err := keys.pack(&c)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packed)
	}
	f.Add([]byte{packedFlate})
	f.Add([]byte{packedFlate, 0x03, 0x00})
	f.Fuzz(func(t *testing.T, packed []byte) {
		var c, again Claims
		if keys.unpack(&c, packed) != nil {
			return
		}
		p, err := keys.pack(&c)
		if err != nil {
			return // another compressor made it smaller than ours does
		}
		if err := keys.unpack(&again, p); err != nil || !reflect.DeepEqual(c, again) {
			t.Fatalf("%+v, packed again %+v: %v", c, again, err)
		}
	})
}

// FuzzMessage: of all texts only those that this account's key sealed are decoded, within their time.
func FuzzMessage(f *testing.F) {
	keys, at := newKeys(f), time.Unix(1_700_000_000, 0)
	made, ok, err := keys.EncodeMessage("111122223333", at, []byte("why"))
	if err != nil || !ok {
		f.Fatal(ok, err)
	}
	for _, text := range []string{made, made + "=", made + "\n", made[:len(made)-1], strings.ToUpper(made), ""} {
		f.Add(text, int64(0))
	}
	f.Add(made, int64(24*60*60+1))
	f.Fuzz(func(t *testing.T, text string, age int64) {
		now := at.Add(time.Duration(age%(1<<30)) * time.Second)
		got, ok := keys.DecodeMessage("111122223333", text, now)
		if want := text == made && now.Sub(at) <= 24*time.Hour; ok != want || ok && string(got) != "why" {
			t.Errorf("%q after %v: %q %v, want %v", text, now.Sub(at), got, ok, want)
		}
		if _, ok := keys.DecodeMessage("444455556666", text, now); ok {
			t.Errorf("%q is decoded in another account", text)
		}
	})
}
