package sigv4

import (
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/warder-iam/warder/internal/seal"
)

// TestDerive checks the derivation against the key that botocore derives from the same words.
func TestDerive(t *testing.T) {
	k := derive([]byte(vectorSecret), &Claim{Date: "20150830", Region: "us-east-1", Service: "iam", terminator: terminator})
	if got, want := hex.EncodeToString(k.key[:]), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"; got != want {
		t.Errorf("derived %s, want %s", got, want)
	}
}

func TestKeyCache(t *testing.T) {
	r, s, now := signedCall(t)
	rules := Rules{Skew: SkewIAM, Services: []string{"sts"}}
	c, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	cache := NewKeyCache(8)
	if err := c.Verify(seal.NewSecret([]byte("another")), now, rules, cache); !errors.Is(err, ErrMismatch) || cache.Len() != 0 {
		t.Fatalf("a wrong signature: %v, %d keys cached", err, cache.Len())
	}
	for range 2 {
		if err := c.Verify(s.Secret, now, rules, cache); err != nil || cache.Len() != 1 {
			t.Fatalf("%v, %d keys cached", err, cache.Len())
		}
	}
	if err := c.Verify(seal.NewSecret([]byte("another")), now, rules, cache); !errors.Is(err, ErrMismatch) {
		t.Fatalf("the key of an old secret was used: %v", err)
	}
	if err := c.Verify(seal.Secret{}, now, rules, cache); !errors.Is(err, ErrMismatch) {
		t.Fatalf("the empty secret: %v", err)
	}
}

// TestKeyCacheBounded: keys that are in use stay, the others go, and there are never more than the limit.
func TestKeyCacheBounded(t *testing.T) {
	const limit = 16
	cache := NewKeyCache(limit)
	secret := func(i int) seal.Secret { return seal.NewSecret(fmt.Append(nil, "secret ", i)) }
	use := func(i int) (cached bool) {
		c := &Claim{Date: "20260301", Region: "us-east-1", Service: "iam", terminator: terminator}
		key, cached := cache.key(secret(i), c)
		if !cached {
			cache.put(secret(i), c, key)
		}
		return cached
	}
	for i := range 1000 {
		use(i)
		if i > 0 && i%(limit/2) != 0 {
			use(0)
		}
		if cache.Len() > limit {
			t.Fatalf("%d keys, limit %d", cache.Len(), limit)
		}
	}
	if !use(0) {
		t.Error("a key in use was dropped")
	}
}

func TestKeyCacheConcurrent(t *testing.T) {
	cache := NewKeyCache(4)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 200 {
				r, s, now := signedCall(t)
				s.Secret = seal.NewSecret(fmt.Append(nil, (worker+i)%6))
				if err := s.Sign(r, now); err != nil {
					t.Error(err)
				}
				c, err := Parse(r)
				if err != nil {
					t.Error(err)
					return
				}
				if err := c.Verify(s.Secret, now, Rules{Skew: SkewIAM, Services: []string{"sts"}}, cache); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
