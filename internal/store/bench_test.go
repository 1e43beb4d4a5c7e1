package store

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/trail"
)

const inlineText = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::home/${aws:username}/*"}]}`

// aUser is a user as it may look: a tag, two groups, every fourth with an inline policy.
func aUser(n int) *directory.User {
	u := &directory.User{
		ID: fmt.Sprintf("AIDA%017d", n*7919), Name: fmt.Sprintf("user-%d", n), Path: "/staff/", Created: time.Unix(int64(n), 0).UTC(),
		Tags: []directory.Tag{{Key: "team", Value: fmt.Sprint(n % 50)}}, Groups: []string{fmt.Sprint("AGPA", n%100), "AGPA100"},
	}
	if n%4 == 0 {
		u.Inline = []directory.InlinePolicy{{Name: "home", Document: directory.Document{Text: inlineText}}}
	}
	return u
}

func openSQLite(b *testing.B) kv.Store {
	b.Helper()
	engine, err := sqlitekv.Open(b.TempDir(), sqlitekv.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = engine.Close() })
	return engine
}

// fillUsers makes users, 50 a transaction.
func fillUsers(b *testing.B, s *Store, n int) {
	b.Helper()
	var (
		next    atomic.Int64
		writers sync.WaitGroup
	)
	for range 64 {
		writers.Go(func() {
			for from := int(next.Add(50)) - 50; from < n; from = int(next.Add(50)) - 50 {
				var users []directory.Entity
				for i := from; i < min(from+50, n); i++ {
					users = append(users, aUser(i))
				}
				if err := put(context.Background(), s, here, users...); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
}

// BenchmarkOpen opens a store of 100,000 users.
func BenchmarkOpen(b *testing.B) {
	engine, keyring := openSQLite(b), testKeyring(b)
	fillUsers(b, testOpen(b, engine, keyring), 100_000)
	for b.Loop() {
		s, err := Open(b.Context(), engine, keyring, Options{Library: directory.NewLibrary(nil)})
		if err != nil {
			b.Fatal(err)
		}
		if n := s.Snapshot().Account(here).Counts().Users; n != 100_000 {
			b.Fatalf("%d users", n)
		}
		_ = s.Close()
	}
}

// BenchmarkCreateUser makes one user a change, from 64 clients at a time, in accounts of 100 and 100,000 users: the
// rates should not differ by more than a fifth.
func BenchmarkCreateUser(b *testing.B) {
	for _, size := range []int{100, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := testOpen(b, openSQLite(b), testKeyring(b))
			fillUsers(b, s, size)
			var n, m atomic.Int64
			n.Store(int64(size))
			b.SetParallelism(32)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					u := aUser(int(n.Add(1)))
					change := &Change{
						Account: here, Judged: s.Snapshot().Revision(), Rejudge: func(*directory.Snapshot) error { return nil },
						Retry: fmt.Appendf(nil, "%032d", m.Add(1)),
						Event: func([]byte, time.Time) *trail.Event { return &trail.Event{EventName: "CreateUser"} },
					}
					_, err := s.Update(context.Background(), change, func(tx *Tx) ([]byte, error) {
						if tx.Account().User(u.Name) != nil {
							return nil, fmt.Errorf("%s is there", u.Name)
						}
						return []byte(u.ID), tx.Put(u)
					})
					if err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
