package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
)

// version names one state of one account's records: every change of a record gives the account a new, random one, in the
// same transaction. So a transaction can tell, on any engine and after any failure, whether a state that is held in memory
// is the one that it meets, by reading one record. Revisions cannot tell that: they are known only after the commit,
// count what other accounts do, and are given again when a commit fails.
type version struct {
	ID string `json:"id,omitempty"` // "" of an account that never was
	// Records is the number of the account's entities: a record that an engine loses is missed.
	Records int `json:"records"`
}

func newVersion(records int) version {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: it ends the process instead
	return version{ID: hex.EncodeToString(id[:]), Records: records}
}

// records counts an account's entities in a snapshot.
func records(s *directory.Snapshot, account string) int {
	if a := s.Account(account); a != nil {
		return a.Len()
	}
	return 0
}

// check compares the number of records that were found.
func (v version) check(account string, found int) error {
	if v.Records == found {
		return nil
	}
	return &DamagedError{
		Key: versionKey(account),
		Err: fmt.Errorf("it counts %d records of the account, %d are there", v.Records, found),
	}
}

// readVersion gives the zero version for an account that never was.
func (s *Store) readVersion(r kv.Reader, account string) (v version, err error) {
	_, err = s.read(r, versionKey(account), &v)
	return v, err
}

// read opens one record; it is false where there is none.
func (s *Store) read(r kv.Reader, key string, record any) (bool, error) {
	value, err := r.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.codec.decode(key, value, record)
}

// write seals one record into the transaction.
func (s *Store) write(txn kv.Txn, key string, record any) error {
	value, err := s.codec.encode(key, record)
	if err != nil {
		return err
	}
	return txn.Put(key, value)
}
