package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/trail"
)

const (
	digestKeyBits = 2048 // as CloudTrail's
	digestKeyLife = 30 * 24 * time.Hour
)

// DigestKey is a key pair that signs digests and checkpoints, as CloudTrail's ListPublicKeys tells of it. All accounts
// have the same: who trusts it trusts this Warder.
type DigestKey struct {
	Fingerprint string
	PublicKey   *rsa.PublicKey
	// Start and End are when it signs: UTC, whole seconds. What it signed verifies for ever.
	Start, End time.Time
}

// storedDigestKey is the record. The private half goes when the next key takes over, so that nobody who comes later can
// sign older digests anew.
type storedDigestKey struct {
	Public  []byte    `json:"public"`            // PKCS #1
	Private []byte    `json:"private,omitempty"` // PKCS #8
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
}

// DigestSigner is the private key that signs at a time. It is made at first use, and again when the newest is 30 days
// old.
func (s *Store) DigestSigner(ctx context.Context, now time.Time) (*rsa.PrivateKey, error) {
	now = now.UTC().Truncate(time.Second)
	var key *rsa.PrivateKey
	err := s.engine.View(ctx, func(r kv.Reader) error {
		stored, _, err := s.codec.signingKey(r, now)
		if err == nil && stored != nil && !now.Before(stored.Start) {
			key, err = stored.privateKey()
		}
		return err
	})
	if err != nil || key != nil {
		return key, err
	}
	fresh, err := rsa.GenerateKey(rand.Reader, digestKeyBits)
	if err != nil {
		return nil, fmt.Errorf("store: make a digest key: %w", err)
	}
	_, err = s.engine.Update(ctx, trailScope, func(txn kv.Txn) (err error) {
		key, err = s.nextDigestKey(txn, now, fresh)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: note a digest key: %w", err)
	}
	return key, nil
}

// nextDigestKey gives the key in force where another call made one meanwhile, and stores fresh where there is none. A
// clock that was set back does not make a new key: the one in force is good from then on.
func (s *Store) nextDigestKey(txn kv.Txn, now time.Time, fresh *rsa.PrivateKey) (*rsa.PrivateKey, error) {
	stored, name, err := s.codec.signingKey(txn, now)
	if err != nil {
		return nil, err
	}
	if stored != nil {
		if now.Before(stored.Start) {
			stored.Start = now
			if err := s.write(txn, name, stored); err != nil {
				return nil, err
			}
		}
		return stored.privateKey()
	}
	if err := s.retireDigestKeys(txn); err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(fresh)
	if err != nil {
		return nil, err
	}
	defer clear(private)
	return fresh, s.write(txn, digestKeyKey(trail.Fingerprint(&fresh.PublicKey)), &storedDigestKey{
		Public: x509.MarshalPKCS1PublicKey(&fresh.PublicKey), Private: private, Start: now, End: now.Add(digestKeyLife),
	})
}

// retireDigestKeys takes the private halves out.
func (s *Store) retireDigestKeys(txn kv.Txn) error {
	for pair, err := range txn.Range(digestKeyPrefix, end(digestKeyPrefix)) {
		if err != nil {
			return err
		}
		stored, err := s.codec.digestKey(pair)
		if err != nil {
			return err
		}
		if stored.Private == nil {
			continue
		}
		stored.Private = nil
		if err := s.write(txn, pair.Key, stored); err != nil {
			return err
		}
	}
	return nil
}

// signingKey is the key that has its private half and is not over, or nil.
func (c codec) signingKey(r kv.Reader, now time.Time) (found *storedDigestKey, name string, err error) {
	for pair, err := range r.Range(digestKeyPrefix, end(digestKeyPrefix)) {
		if err != nil {
			return nil, "", err
		}
		stored, err := c.digestKey(pair)
		if err != nil {
			return nil, "", err
		}
		if stored.Private != nil && now.Before(stored.End) {
			return stored, pair.Key, nil
		}
	}
	return nil, "", nil
}

func (c codec) digestKey(pair kv.Pair) (*storedDigestKey, error) {
	stored := new(storedDigestKey)
	if err := c.decode(pair.Key, pair.Value, stored); err != nil {
		return nil, err
	}
	return stored, nil
}

func (k *storedDigestKey) privateKey() (*rsa.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(k.Private)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is no RSA key")
	}
	return key, nil
}

// DigestKeys are the keys that signed, or may have, at some time from from to to, oldest first.
func (s *Store) DigestKeys(ctx context.Context, from, to time.Time) (keys []DigestKey, err error) {
	err = s.engine.View(ctx, func(r kv.Reader) (err error) {
		keys, err = s.codec.digestKeys(r)
		return err
	})
	return slices.DeleteFunc(keys, func(k DigestKey) bool { return k.Start.After(to) || k.End.Before(from) }), err
}

func (c codec) digestKeys(r kv.Reader) (keys []DigestKey, err error) {
	for pair, err := range r.Range(digestKeyPrefix, end(digestKeyPrefix)) {
		if err != nil {
			return nil, err
		}
		stored, err := c.digestKey(pair)
		if err != nil {
			return nil, err
		}
		public, err := x509.ParsePKCS1PublicKey(stored.Public)
		if err != nil {
			return nil, &DamagedError{Key: pair.Key, Err: err}
		}
		keys = append(keys, DigestKey{strings.TrimPrefix(pair.Key, digestKeyPrefix), public, stored.Start, stored.End})
	}
	slices.SortFunc(keys, func(a, b DigestKey) int {
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Fingerprint, b.Fingerprint))
	})
	return keys, nil
}
