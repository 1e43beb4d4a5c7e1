package store

import (
	"time"

	"github.com/warder-iam/warder/directory"
)

// Tx is the state inside one transaction. It is valid only inside the function it was given to.
type Tx struct {
	store   *Store
	account string
	now     time.Time
	next    uint64 // revision that the commit is going to have, as far as is known

	state  *directory.Snapshot // without what stands in late
	writes map[string]write    // by entity key
	order  []string            // the keys of writes, each once
	late   []string            // those that state does not show yet
}

// write is an entity as it is put, or the one that is deleted.
type write struct {
	entity directory.Entity
	gone   bool
}

// Account is the account as it is now, own changes included. It is nil as long as the account does not exist.
func (tx *Tx) Account() *directory.Account { return tx.Directory().Account(tx.account) }

// Directory is the whole state as it is now, own changes included.
func (tx *Tx) Directory() *directory.Snapshot {
	if len(tx.late) > 0 {
		puts, deletes := tx.changes(tx.late)
		tx.state = tx.state.With(tx.next, tx.account, puts, deletes)
		tx.late = nil
	}
	return tx.state
}

// Now is the time of the change: UTC, whole seconds, the same for the whole transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// Put writes an entity: a new one, or a modified Clone in place of the one with its Key. It keeps a copy. It gives a
// *ConflictError where the entity's name, alias or id belongs to another.
func (tx *Tx) Put(e directory.Entity) error {
	if err := tx.conflict(e); err != nil {
		return err
	}
	tx.set(write{entity: directory.Clone(e)})
	return nil
}

// Delete removes the entity with e's Key; it may be absent.
func (tx *Tx) Delete(e directory.Entity) {
	if a := tx.Account(); a != nil {
		if there := a.Get(e.Key()); there != nil {
			tx.set(write{entity: there, gone: true})
		}
	}
}

func (tx *Tx) set(w write) {
	key := w.entity.Key()
	if tx.writes == nil {
		tx.writes = make(map[string]write)
	}
	if _, again := tx.writes[key]; !again {
		tx.order = append(tx.order, key)
	}
	tx.writes[key] = w
	tx.late = append(tx.late, key)
}

// changes gives what becomes of those keys.
func (tx *Tx) changes(keys []string) (puts, deletes []directory.Entity) {
	for _, key := range keys {
		if w := tx.writes[key]; w.gone {
			deletes = append(deletes, w.entity)
		} else {
			puts = append(puts, w.entity)
		}
	}
	return puts, deletes
}

// Quota refuses with a *QuotaError when have has reached the limit: have is the number before the addition.
func (tx *Tx) Quota(name QuotaName, have int) error { return tx.store.quotas.Check(name, have) }

// Quotas are the limits in force.
func (tx *Tx) Quotas() *Quotas { return tx.store.quotas }
