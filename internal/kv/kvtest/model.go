package kvtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
	"pgregory.net/rapid"
)

// model is the store as a plain map, and the log that Watch has to show.
type model struct {
	values map[string]string
	rev    kv.Revision
	since  kv.Revision // the revision at the last opening; log holds the commits after it
	log    []string
}

func (m *model) sorted(from, to string) (out []string) {
	for _, key := range slices.Sorted(maps.Keys(m.values)) {
		if key >= from && (to == "" || key < to) {
			out = append(out, key, m.values[key])
		}
	}
	return out
}

// testModel runs random programs of transactions, views and reopenings against the store and the model.
func testModel(t *testing.T, h Harness) {
	key := rapid.StringMatching(`[a-d]{1,2}`)
	bound := rapid.StringMatching(`[a-d]{0,2}`)
	rapid.Check(t, func(rt *rapid.T) {
		open := h.New(t)
		s := open()
		defer func() { _ = s.Close() }()
		m := &model{values: map[string]string{}}
		agree := func(r kv.Reader, m *model) {
			from, to := bound.Draw(rt, "from"), bound.Draw(rt, "to")
			wantPairs(rt, r, from, to, m.sorted(from, to)...)
			k := key.Draw(rt, "key")
			if want, ok := m.values[k]; ok {
				wantValue(rt, r, k, want)
			} else {
				wantAbsent(rt, r, k)
			}
		}
		// program draws one transaction and applies it to both.
		program := func(tx kv.Txn, m *model, writes map[string]string) error {
			for range rapid.IntRange(0, 6).Draw(rt, "steps") {
				k := key.Draw(rt, "key")
				switch rapid.IntRange(0, 3).Draw(rt, "step") {
				case 0, 1:
					v := rapid.StringN(0, 3, 12).Draw(rt, "value")
					if err := tx.Put(k, []byte(v)); err != nil {
						return err
					}
					m.values[k], writes[k] = v, "="+v
				case 2:
					if _, ok := m.values[k]; !ok {
						continue // whether that is a commit is left to the engine
					}
					if err := tx.Delete(k); err != nil {
						return err
					}
					delete(m.values, k)
					writes[k] = ""
				default:
					agree(tx, m)
				}
			}
			return nil
		}
		rt.Repeat(map[string]func(*rapid.T){
			"update": func(*rapid.T) {
				var next *model
				var writes map[string]string
				fails := rapid.Bool().Draw(rt, "fails")
				scope := rapid.SampledFrom([]string{"x", "y"}).Draw(rt, "scope")
				rev, err := s.Update(context.Background(), scope, func(tx kv.Txn) error {
					next, writes = &model{values: maps.Clone(m.values)}, map[string]string{}
					err := program(tx, next, writes)
					if err == nil && fails {
						err = errRefused
					}
					return err
				})
				switch {
				case fails && err == errRefused:
				case err != nil || fails:
					rt.Fatalf("Update: %v", err)
				case len(writes) == 0 && rev != m.rev:
					rt.Fatalf("a transaction without writes returned %d, want %d", rev, m.rev)
				case len(writes) > 0:
					if rev <= m.rev {
						rt.Fatalf("revision %d after %d", rev, m.rev)
					}
					m.values, m.rev = next.values, rev
					line := fmt.Sprintf("%d %s:", rev, scope)
					for _, k := range slices.Sorted(maps.Keys(writes)) {
						if writes[k] == "" {
							line += " -" + k
						} else {
							line += " " + k + writes[k]
						}
					}
					m.log = append(m.log, line)
				}
			},
			"view": func(*rapid.T) {
				view(rt, s, func(r kv.Reader) {
					if r.Revision() != m.rev {
						rt.Fatalf("revision %d, want %d", r.Revision(), m.rev)
					}
					agree(r, m)
				})
			},
			"watch": func(*rapid.T) {
				got, err := collect(context.Background(), s, m.since, m.rev)
				if errors.Is(err, kv.ErrCompacted) && len(m.log) >= h.History/2 {
					return
				}
				if err != nil || !slices.Equal(got, m.log) {
					rt.Fatalf("Watch after %d: %q, %v, want %q", m.since, got, err, m.log)
				}
			},
			"reopen": func(*rapid.T) {
				if err := s.Close(); err != nil {
					rt.Fatalf("Close: %v", err)
				}
				s = open()
				m.since, m.log = m.rev, nil
			},
		})
	})
}
