package seal

import (
	"bytes"
	"errors"
	"testing"
)

// cheap keeps the tests quick; what it costs is written in each box.
var cheap = cost{Time: 1, MemoryKiB: 8, Threads: 1}

func TestPassphrase(t *testing.T) {
	plain, aad := []byte("the secret"), []byte("AKIA1")
	box, err := SealPassphrase([]byte("correct horse"), plain, aad)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenPassphrase([]byte("correct horse"), box, aad); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q %v", got, err)
	}
	if bytes.Contains(box, plain) {
		t.Error("the box shows what it holds")
	}
	again, err := SealPassphrase([]byte("correct horse"), plain, aad)
	if err != nil || bytes.Equal(box[:passphraseHeader], again[:passphraseHeader]) {
		t.Errorf("two boxes have one salt (%v)", err)
	}
}

// Every changed byte, another passphrase and another belonging are refused; no box makes opening dear.
func TestPassphraseRefuses(t *testing.T) {
	box, err := sealPassphrase([]byte("right"), []byte("x"), []byte("a"), cheap)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenPassphrase([]byte("wrong"), box, []byte("a")); !errors.Is(err, ErrPassphrase) {
		t.Errorf("wrong passphrase: %v", err)
	}
	if _, err := OpenPassphrase([]byte("right"), box, []byte("b")); !errors.Is(err, ErrPassphrase) {
		t.Errorf("another belonging: %v", err)
	}
	for i := range box {
		bad := bytes.Clone(box)
		bad[i] ^= 1
		if i >= passphraseHeader-9 && i < passphraseHeader {
			bad[i] = 0xff // a cost beyond every bound: it must be refused before it is paid
		}
		if _, err := OpenPassphrase([]byte("right"), bad, []byte("a")); err == nil {
			t.Errorf("byte %d changed, and it opens", i)
		}
	}
	for n := range box {
		if _, err := OpenPassphrase([]byte("right"), box[:n], []byte("a")); err == nil {
			t.Errorf("%d of %d bytes open", n, len(box))
		}
	}
}

func FuzzPassphraseHeader(f *testing.F) {
	box, err := sealPassphrase([]byte("right"), []byte("x"), nil, cheap)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(box)
	f.Add([]byte(passphraseMagic))
	f.Fuzz(func(t *testing.T, box []byte) {
		salt, c, err := readPassphraseHeader(box)
		if err == nil && (len(salt) != passphraseSalt || c.MemoryKiB > maxMemoryKiB || c.Time > maxTime || c.Time == 0 || c.Threads == 0) {
			t.Errorf("%v %+v", salt, c)
		}
	})
}
