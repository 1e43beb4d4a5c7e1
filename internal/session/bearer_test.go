package session

import (
	"reflect"
	"strings"
	"testing"
)

func bearer(t testing.TB, keys *Keys, c Claims) string {
	t.Helper()
	c.KeyID = "AKIAIOSFODNN7EXAMPLE"
	token, err := keys.MintBearer(c)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestBearerCarriesClaims(t *testing.T) {
	keys := newKeys(t)
	for _, want := range []Claims{simple(), large()} {
		got, err := keys.OpenBearer(bearer(t, keys, want))
		if err != nil {
			t.Fatal(err)
		}
		want.KeyID = "AKIAIOSFODNN7EXAMPLE"
		if !reflect.DeepEqual(*got, want) {
			t.Errorf("opened %+v\nwant %+v", *got, want)
		}
	}
}

// No token passes for one of the other kind, nor one that was changed, nor one of another keyring.
func TestBearerIsNothingElse(t *testing.T) {
	keys := newKeys(t)
	token := bearer(t, keys, simple())
	made, err := keys.Mint(simple())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"session token": made.Token, "session token with the prefix": BearerPrefix + made.Token,
		"no prefix": strings.TrimPrefix(token, BearerPrefix), "cut": token[:len(token)-1], "longer": token + "A",
		"line break": token[:20] + "\n" + token[20:], "changed": flip(token), "empty": "", "prefix": BearerPrefix,
		"huge": BearerPrefix + strings.Repeat("A", MaxToken+1),
	} {
		if _, err := keys.OpenBearer(text); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
	if _, _, err := keys.Open(token); err == nil {
		t.Error("a bearer token opened as a session token")
	}
	if _, err := newKeys(t).OpenBearer(token); err == nil {
		t.Error("another keyring opened it")
	}
	c := simple()
	c.KeyID = ""
	if _, err := keys.MintBearer(c); err == nil {
		t.Error("a token of no key was minted")
	}
}

// flip changes one character in the middle to another of the alphabet.
func flip(token string) string {
	i := len(token) / 2
	c := byte('A')
	if token[i] == c {
		c = 'B'
	}
	return token[:i] + string(c) + token[i+1:]
}

// FuzzBearer: whatever text opens is a token of this keyring, and its claims are such that it could have been minted.
func FuzzBearer(f *testing.F) {
	keys := newKeys(f)
	for _, c := range []Claims{simple(), large()} {
		f.Add(bearer(f, keys, c))
	}
	f.Add(BearerPrefix)
	f.Fuzz(func(t *testing.T, token string) {
		c, err := keys.OpenBearer(token)
		if err != nil {
			return
		}
		if _, err := keys.MintBearer(*c); err != nil {
			t.Fatal(err)
		}
	})
}
