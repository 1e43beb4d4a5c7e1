package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/warder-iam/warder/internal/kv"
)

// ReportKind is a kind of report. An account has few of each; the oldest goes where a new one is begun.
type ReportKind string

// The kinds of report.
const (
	CredentialReport ReportKind = "credentials"
	AccessReport     ReportKind = "access"
)

// mostReports are how many reports of a kind an account has, and one more while it is made.
var mostReports = map[ReportKind]int{CredentialReport: 1, AccessReport: 100}

// ReportTimeout is how long a report may take to be made. One that is not finished by then never will be: its process
// ended.
const ReportTimeout = 10 * time.Minute

// Report is a text about an account that was made at one time and stays as it was then.
type Report struct {
	ID      string    `json:"-"` // unique in its account; no secret
	Created time.Time `json:"created"`
	// Owner is the id of the principal that asked for it.
	Owner string `json:"owner,omitempty"`
	// Completed is the zero time as long as the report is being made.
	Completed time.Time `json:"completed,omitzero"`
	// Parts is the number of records that hold the text.
	Parts int `json:"parts,omitzero"`
}

// MaxReport is the most bytes of a report.
const MaxReport = 64 << 20

// reportPart is how much of a report one record holds, before it is packed.
const reportPart = 128 << 10

// partsAtATime parts fit into one transaction, also where packing saves nothing.
const partsAtATime = 6

// BeginReport notes that a report is being made for its owner. What is beyond the number that an account may have is deleted.
func (s *Store) BeginReport(ctx context.Context, account string, kind ReportKind, id, owner string, now time.Time) error {
	all, err := s.reports(ctx, account, kind)
	if err != nil {
		return err
	}
	abandoned := func(r Report) bool { return r.Completed.IsZero() && now.Sub(r.Created) > ReportTimeout }
	for i, r := range all {
		if i >= mostReports[kind] || abandoned(r) {
			if err := s.DropReport(ctx, account, kind, r.ID); err != nil {
				return err
			}
		}
	}
	return s.reportUpdate(ctx, account, func(txn kv.Txn) error {
		return s.write(txn, reportKey(account, kind, id), Report{Created: now, Owner: owner})
	})
}

// FinishReport keeps the text of a report that was begun. Until it returns the report is still being made.
func (s *Store) FinishReport(ctx context.Context, account string, kind ReportKind, id string, text []byte, now time.Time) error {
	if len(text) > MaxReport {
		return fmt.Errorf("store: a report of %d bytes: %w", len(text), kv.ErrLimit)
	}
	parts := slices.Collect(slices.Chunk(text, reportPart))
	for first := 0; first < len(parts); first += partsAtATime {
		err := s.reportUpdate(ctx, account, func(txn kv.Txn) error {
			for i := first; i < min(first+partsAtATime, len(parts)); i++ {
				key := reportPartKey(account, kind, id, i)
				value, err := s.codec.seal(key, parts[i])
				if err != nil {
					return err
				}
				if err := txn.Put(key, value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return s.reportUpdate(ctx, account, func(txn kv.Txn) error {
		key := reportKey(account, kind, id)
		r, err := s.readReport(txn, key)
		if err != nil {
			return err
		}
		r.Completed, r.Parts = now, len(parts)
		return s.write(txn, key, r)
	})
}

// LatestReport is the newest report of a kind; ok is false where there is none.
func (s *Store) LatestReport(ctx context.Context, account string, kind ReportKind) (r Report, ok bool, err error) {
	all, err := s.reports(ctx, account, kind)
	if err != nil || len(all) == 0 {
		return Report{}, false, err
	}
	return all[0], true, nil
}

// ReadReport gives a report by its id, and its text once it is finished; ok is false where there is none.
func (s *Store) ReadReport(ctx context.Context, account string, kind ReportKind, id string) (r Report, text []byte, ok bool, err error) {
	err = s.engine.View(ctx, func(reader kv.Reader) error {
		r, err = s.readReport(reader, reportKey(account, kind, id))
		if errors.Is(err, kv.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		r.ID, ok = id, true
		text, err = s.readParts(reader, account, kind, r)
		return err
	})
	if err != nil {
		return Report{}, nil, false, fmt.Errorf("store: read report: %w", err)
	}
	return r, text, ok, nil
}

func (s *Store) readReport(r kv.Reader, key string) (report Report, err error) {
	value, err := r.Get(key)
	if err != nil {
		return Report{}, err
	}
	err = s.codec.decode(key, value, &report)
	return report, err
}

func (s *Store) readParts(reader kv.Reader, account string, kind ReportKind, r Report) ([]byte, error) {
	var text bytes.Buffer
	for i := range r.Parts {
		key := reportPartKey(account, kind, r.ID, i)
		value, err := reader.Get(key)
		if errors.Is(err, kv.ErrNotFound) {
			return nil, &DamagedError{Key: key, Err: errors.New("it is lost")}
		}
		if err != nil {
			return nil, err
		}
		part, err := s.codec.open(key, value)
		if err != nil {
			return nil, err
		}
		text.Write(part)
	}
	return text.Bytes(), nil
}

// reports are all of a kind, newest first.
func (s *Store) reports(ctx context.Context, account string, kind ReportKind) ([]Report, error) {
	var all []Report
	prefix := reportKey(account, kind, "")
	err := s.engine.View(ctx, func(reader kv.Reader) error {
		all = nil
		for pair, err := range reader.Range(prefix, end(prefix)) {
			if err != nil {
				return err
			}
			r := Report{}
			if err := s.codec.decode(pair.Key, pair.Value, &r); err != nil {
				return err
			}
			r.ID = pair.Key[len(prefix):]
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: read reports: %w", err)
	}
	slices.SortFunc(all, func(a, b Report) int { return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// DropReport deletes a report, finished or not. The text goes first: what is left by a failure has its record still, and
// is deleted the next time.
func (s *Store) DropReport(ctx context.Context, account string, kind ReportKind, id string) error {
	prefix := reportPartKey(account, kind, id, -1)
	for done := false; !done; {
		err := s.reportUpdate(ctx, account, func(txn kv.Txn) error {
			var keys []string
			for pair, err := range txn.Range(prefix, end(prefix)) {
				if err != nil {
					return err
				}
				if keys = append(keys, pair.Key); len(keys) == flushAtATime {
					break
				}
			}
			if done = len(keys) < flushAtATime; done {
				keys = append(keys, reportKey(account, kind, id))
			}
			for _, key := range keys {
				if err := eraseIfThere(txn, key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) reportUpdate(ctx context.Context, account string, fn func(kv.Txn) error) error {
	if _, err := s.engine.Update(ctx, account, fn); err != nil {
		return fmt.Errorf("store: write report: %w", err)
	}
	return nil
}

// InBackground runs work beside the requests; Close ends its context and waits for it. It is false, and does nothing, when
// the store is closed.
func (s *Store) InBackground(work func(ctx context.Context)) bool {
	return s.spawn(func() { work(s.closing) })
}
