package keyscan

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/warder-iam/warder/internal/session"
)

// made are keys that each run of the tests makes anew: none stands in this repository, where scanners would find it.
//
//	{A} {B} {C}  access key ids of account 123456789012
//	{T}          the id of a temporary key
//	{F}          of account 000000000001
//	{O} {P}      ids that hold no account
//	{a} {b} {c}  secrets
type made map[string]string

func makeKeys(t testing.TB) made {
	t.Helper()
	m := made{}
	for _, name := range []string{"A", "B", "C", "T"} {
		prefix := session.PrefixAccessKey
		if name == "T" {
			prefix = session.PrefixTemporaryKey
		}
		id, err := session.NewKeyID(prefix, "123456789012")
		if err != nil {
			t.Fatal(err)
		}
		m[name] = id
	}
	foreign, err := session.NewKeyID(session.PrefixAccessKey, "000000000001")
	if err != nil {
		t.Fatal(err)
	}
	m["F"] = foreign
	m["O"], m["P"] = "AKIAB"+m["A"][5:], "AKIAB"+m["B"][5:] // the bit that says so is not set
	for _, name := range []string{"a", "b", "c"} {
		m[name] = newSecret()
	}
	return m
}

func newSecret() string {
	var b [30]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.StdEncoding.EncodeToString(b[:])
}

var placeholder = regexp.MustCompile(`\{([A-Za-z])\}|\{(wide|big):([^{}]*(?:\{[A-Za-z]\}[^{}]*)*)\}|\{(\d+) bytes\}`)

// fill puts the keys in, {wide:…} as UTF-16, {big:…} with its high bytes first, and {N bytes} as filling.
func (m made) fill(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(s string) string {
		f := placeholder.FindStringSubmatch(s)
		switch {
		case f[1] != "":
			return m[f[1]]
		case f[2] != "":
			return wide(m.fill(f[3]), f[2] == "big")
		}
		var n int
		_, _ = fmt.Sscan(f[4], &n) // it is a number
		return strings.Repeat("filling. ", n/9+1)[:n]
	})
}

func wide(text string, bigEndian bool) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		if bigEndian {
			u = u<<8 | u>>8
		}
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

// name gives a key its name back.
func (m made) name(key string) string {
	for name, value := range m {
		if value == key {
			return name
		}
	}
	return key
}

// nameOfSecret gives the name of the secret that was found.
func (m made) nameOfSecret(hint string) string {
	for _, name := range []string{"a", "b", "c"} {
		if hint != "" && hint == m[name][:4]+"…" {
			return name
		}
	}
	return hint
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
