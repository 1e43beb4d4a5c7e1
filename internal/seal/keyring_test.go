package seal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"
)

// The two vectors of c2sp.org/XAES-256-GCM; the second has the other value of the bit that doubling carries.
func TestXAESVectors(t *testing.T) {
	for _, v := range []struct{ key, aad, want string }{
		{strings.Repeat("\x01", 32), "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"},
		{strings.Repeat("\x03", 32), "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"},
	} {
		x, err := newXAES((*[keySize]byte)([]byte(v.key)))
		if err != nil {
			t.Fatal(err)
		}
		const nonce = "ABCDEFGHIJKLMNOPQRSTUVWX"
		aead, err := x.derive([]byte(nonce))
		if err != nil {
			t.Fatal(err)
		}
		got := aead.Seal(nil, []byte(nonce[12:]), []byte("XAES-256-GCM"), []byte(v.aad))
		if hex.EncodeToString(got) != v.want {
			t.Errorf("key %x…: got %x, want %s", v.key[:2], got, v.want)
		}
		plain, ok := x.open(append([]byte(nonce), got...), []byte(v.aad))
		if !ok || string(plain) != "XAES-256-GCM" {
			t.Errorf("key %x…: does not open", v.key[:2])
		}
	}
}

func testRing(t testing.TB) (*Keyring, Master, []byte) {
	t.Helper()
	m := NewMaster()
	k, wrapped, err := NewKeyring(m)
	if err != nil {
		t.Fatal(err)
	}
	return k, m, wrapped
}

func mustSeal(t testing.TB, k *Keyring, plain, aad string) []byte {
	t.Helper()
	box, err := k.Seal([]byte(plain), []byte(aad))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestBoxOpensOnlyAsItWasSealed(t *testing.T) {
	k, _, _ := testRing(t)
	if err := k.Rotate(func([]byte) error { return nil }); err != nil { // so that a changed key number may name a key
		t.Fatal(err)
	}
	other, _, _ := testRing(t)
	for _, plain := range []string{"", "x", strings.Repeat("long ", 100)} {
		box := mustSeal(t, k, plain, "a/1/user/U")
		if got, err := k.Open(box, []byte("a/1/user/U")); err != nil || string(got) != plain || got == nil {
			t.Fatalf("Open: %q, %v", got, err)
		}
		refused := func(what string, ring *Keyring, box, aad []byte) {
			t.Helper()
			if plain, err := ring.Open(box, aad); !errors.Is(err, ErrDamaged) || plain != nil {
				t.Errorf("%s: got %q, %v, want ErrDamaged", what, plain, err)
			}
		}
		for bit := range len(box) * 8 {
			bad := bytes.Clone(box)
			bad[bit/8] ^= 1 << (bit % 8)
			refused("a flipped bit", k, bad, []byte("a/1/user/U"))
		}
		for n := range len(box) {
			refused("a box cut off", k, box[:n], []byte("a/1/user/U"))
		}
		refused("a longer box", k, append(bytes.Clone(box), 0), []byte("a/1/user/U"))
		refused("another place", k, box, []byte("a/1/user/V"))
		refused("no place", k, box, nil)
		refused("bytes moved from box to aad", k, box, append(bytes.Clone(box[:boxHeader]), "a/1/user/U"...))
		refused("another keyring", other, box, []byte("a/1/user/U"))
	}
}

func TestEqualPlaintextsGiveDifferentBoxes(t *testing.T) {
	k, _, _ := testRing(t)
	if bytes.Equal(mustSeal(t, k, "same", "aad"), mustSeal(t, k, "same", "aad")) {
		t.Error("two boxes are equal: the nonce is not fresh")
	}
}

func TestRotate(t *testing.T) {
	k, m, first := testRing(t)
	old := mustSeal(t, k, "old", "aad")

	failed := errors.New("disk")
	if err := k.Rotate(func([]byte) error { return failed }); err != failed {
		t.Fatalf("Rotate: %v, want save's error as it is", err)
	}
	if again, err := OpenKeyring(m, first); err != nil {
		t.Fatal(err)
	} else if _, err := again.Open(mustSeal(t, k, "x", "aad"), []byte("aad")); err != nil {
		t.Errorf("after a save that failed, boxes need a key that was not saved: %v", err)
	}

	var second []byte
	err := k.Rotate(func(w []byte) error {
		second = w
		// Until it is saved, the new key seals nothing.
		if again, err := OpenKeyring(m, first); err != nil {
			return err
		} else if _, err := again.Open(mustSeal(t, k, "x", "aad"), []byte("aad")); err != nil {
			t.Errorf("sealed under a key that is not saved yet: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	fresh := mustSeal(t, k, "new", "aad")
	reopened, err := OpenKeyring(m, second)
	if err != nil {
		t.Fatal(err)
	}
	for _, ring := range []*Keyring{k, reopened} {
		for _, box := range [][]byte{old, fresh} {
			if _, err := ring.Open(box, []byte("aad")); err != nil {
				t.Errorf("after rotation: %v", err)
			}
		}
	}
	before, err := OpenKeyring(m, first)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := before.Open(fresh, []byte("aad")); !errors.Is(err, ErrDamaged) {
		t.Errorf("a box of a later data key: %v", err)
	}
}

func TestWrappedKeysTellWrongMasterFromDamage(t *testing.T) {
	k, m, wrapped := testRing(t)
	if _, err := OpenKeyring(NewMaster(), wrapped); !errors.Is(err, ErrWrongMaster) || errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), m.ID()) {
		t.Errorf("another master key: %v, want ErrWrongMaster with the id of the right one", err)
	}
	if _, err := OpenKeyring(Master{}, wrapped); !errors.Is(err, errNoMaster) {
		t.Errorf("zero Master: %v", err)
	}
	if _, _, err := NewKeyring(Master{}); !errors.Is(err, errNoMaster) {
		t.Errorf("zero Master: %v", err)
	}
	for bit := range len(wrapped) * 8 {
		bad := bytes.Clone(wrapped)
		bad[bit/8] ^= 1 << (bit % 8)
		if _, err := OpenKeyring(m, bad); !errors.Is(err, ErrDamaged) {
			t.Fatalf("bit %d flipped: %v, want ErrDamaged", bit, err)
		}
	}
	for n := range len(wrapped) {
		if _, err := OpenKeyring(m, wrapped[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut to %d bytes: %v, want ErrDamaged", n, err)
		}
	}
	if _, err := OpenKeyring(m, wrapped); err != nil {
		t.Error(err)
	}
	_ = k
}

func TestParseKeysIsStrict(t *testing.T) {
	entry := func(n byte) string { return "\x00\x00\x00" + string(n) + strings.Repeat("k", keySize) }
	for _, plain := range []string{"", "x", entry(0), entry(1) + "x", entry(1) + entry(1), entry(2) + entry(1)} {
		if _, err := parseKeys([]byte(plain)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%q: %v, want ErrDamaged", plain, err)
		}
	}
	keys, err := parseKeys([]byte(entry(1) + entry(3)))
	if err != nil || keys.current != 3 || len(keys.byID) != 2 {
		t.Errorf("two keys: %+v, %v", keys, err)
	}
}

func TestKeyringConcurrently(t *testing.T) {
	k, _, _ := testRing(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if _, err := k.Open(mustSeal(t, k, "x", "aad"), []byte("aad")); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			if err := k.Rotate(func([]byte) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func FuzzOpen(f *testing.F) {
	k, _, _ := testRing(f)
	box := mustSeal(f, k, "plain", "aad")
	f.Add(box, []byte("aad"))
	f.Add(box[:boxOverhead], []byte("aad"))
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, b, aad []byte) {
		plain, err := k.Open(b, aad)
		if bytes.Equal(b, box) && string(aad) == "aad" {
			if err != nil || string(plain) != "plain" {
				t.Fatalf("the box itself: %q, %v", plain, err)
			}
			return
		}
		if !errors.Is(err, ErrDamaged) {
			t.Fatalf("opened a box that was never sealed: %q, %v", plain, err)
		}
	})
}

func FuzzOpenKeyring(f *testing.F) {
	_, m, wrapped := testRing(f)
	f.Add(wrapped)
	f.Add(wrapped[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := OpenKeyring(m, b)
		if (err == nil) != bytes.Equal(b, wrapped) || (k == nil) != (err != nil) {
			t.Fatalf("%x: %v", b, err)
		}
	})
}

// A session token is opened with every request that carries one.
func BenchmarkOpen400(b *testing.B) {
	k, _, _ := testRing(b)
	box, aad := mustSeal(b, k, strings.Repeat("x", 400), "session token"), []byte("session token")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open(box, aad); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSeal400(b *testing.B) {
	k, _, _ := testRing(b)
	plain, aad := make([]byte, 400), []byte("session token")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Seal(plain, aad); err != nil {
			b.Fatal(err)
		}
	}
}

// A derived key depends on the data key and on the purpose, and on nothing else.
func TestDerive(t *testing.T) {
	master := NewMaster()
	k, wrapped, err := NewKeyring(master)
	if err != nil {
		t.Fatal(err)
	}
	derive := func(k *Keyring, number uint32, purpose string) string {
		t.Helper()
		key, err := k.Derive(number, purpose)
		if err != nil || len(key) != keySize {
			t.Fatalf("%d bytes, %v", len(key), err)
		}
		return string(key)
	}
	first := derive(k, k.Newest(), "a")
	if derive(k, 1, "a") != first || derive(k, 1, "b") == first {
		t.Error("the purpose does not decide")
	}
	if err := k.Rotate(func(w []byte) error { wrapped = w; return nil }); err != nil {
		t.Fatal(err)
	}
	if k.Newest() != 2 || derive(k, 2, "a") == first || derive(k, 1, "a") != first {
		t.Error("the data key does not decide")
	}
	again, err := OpenKeyring(master, wrapped)
	if err != nil || derive(again, 1, "a") != first {
		t.Errorf("not the same after opening: %v", err)
	}
	if _, err := k.Derive(3, "a"); !errors.Is(err, ErrDamaged) {
		t.Errorf("a key that is not there: %v", err)
	}
}
