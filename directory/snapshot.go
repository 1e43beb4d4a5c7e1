package directory

import "iter"

// Snapshot is the state of all accounts at one revision. It is immutable: With makes a new one that shares all that
// did not change. All methods are safe for concurrent use; none of the entities given out may be modified.
type Snapshot struct {
	library  *Library
	revision uint64
	accounts tree // by id
	aliases  tree // folded alias, sep, account id -> account id
	emails   tree // folded address of the root user, sep, account id -> account id
	keys     tree // access key id, sep, account id -> account id

	memberships tree // by account id
}

// New makes the empty snapshot of revision 0.
func New(library *Library) *Snapshot { return &Snapshot{library: library} }

// Load makes a snapshot from all records of all accounts, by account id. It takes the entities over: the caller does
// not use them afterwards.
func Load(library *Library, revision uint64, accounts map[string][]Entity) *Snapshot {
	s := New(library)
	s.revision = revision
	for id, entities := range accounts {
		s.change(id, func(a *Account) {
			for _, e := range entities {
				if present(e) {
					a.put(s, e)
				}
			}
		})
	}
	return s
}

// Revision is the commit that made this state: that of the last change to any entity.
func (s *Snapshot) Revision() uint64 { return s.revision }

// Library that this snapshot's documents are prepared in.
func (s *Snapshot) Library() *Library { return s.library }

// Account by its 12-digit id, or nil.
func (s *Snapshot) Account(id string) *Account {
	return valueOf[*Account](&s.accounts, id)
}

// Only is the same state without any other account than that one, whose place in its organization stays.
func (s *Snapshot) Only(account string) *Snapshot {
	next := *s
	next.accounts, next.aliases, next.emails, next.keys, next.memberships = tree{}, tree{}, tree{}, tree{}, tree{}
	a := s.Account(account)
	if a == nil {
		return &next
	}
	next.accounts.set(account, a)
	if place := s.Membership(account); place != nil {
		next.memberships.set(account, place)
	}
	if a.info != nil && a.info.Alias != "" {
		next.aliases.set(fold(a.info.Alias)+sep+account, account)
	}
	if a.info != nil && a.info.Email != "" {
		next.emails.set(fold(a.info.Email)+sep+account, account)
	}
	for key := range values[*AccessKey](a.keys.from("")) {
		next.keys.set(key.ID+sep+account, account)
	}
	return &next
}

// AccountByAlias finds the account with that alias, or nil.
func (s *Snapshot) AccountByAlias(alias string) *Account {
	return s.first(&s.aliases, fold(alias))
}

// AccountByEmail finds the account whose root user has that address, without regard to case, or nil.
func (s *Snapshot) AccountByEmail(email string) *Account {
	return s.first(&s.emails, fold(email))
}

// Accounts in order of their ids.
func (s *Snapshot) Accounts() iter.Seq[*Account] { return values[*Account](s.accounts.from("")) }

// AccessKey by its id with the account that holds it, or nil and nil.
func (s *Snapshot) AccessKey(id string) (*AccessKey, *Account) {
	a := s.first(&s.keys, id)
	if a == nil {
		return nil, nil
	}
	return a.AccessKey(id), a
}

// first resolves an index of accounts. It keeps account ids and not accounts, which change with every commit.
func (s *Snapshot) first(index *tree, name string) *Account {
	for id := range values[string](index.under(name+sep, name+sep)) {
		return s.Account(id)
	}
	return nil
}

// With makes the snapshot in which the entities of deletes are gone from the account and then those of puts are in
// it, in place of those with the same Key. An account that does not exist begins to; one without any entity left ends.
// It takes copies: the caller may go on using what it gave. It never fails: references to what does not exist are kept
// as they are, and deny where a decision needs them.
func (s *Snapshot) With(revision uint64, account string, puts, deletes []Entity) *Snapshot {
	next := *s
	next.revision = revision
	next.accounts, next.keys = s.accounts.edit(), s.keys.edit()
	next.aliases, next.emails = s.aliases.edit(), s.emails.edit()
	next.change(account, func(a *Account) {
		for _, e := range deletes {
			if present(e) {
				a.remove(&next, e)
			}
		}
		for _, e := range puts {
			if present(e) {
				a.put(&next, Clone(e))
			}
		}
	})
	return &next
}

// change replaces one account of a snapshot that is being made.
func (s *Snapshot) change(id string, edit func(*Account)) {
	account := (&Account{id: id, library: s.library}).edit()
	if old := s.Account(id); old != nil {
		account = old.edit()
	}
	edit(account)
	if account.Len() == 0 {
		s.accounts.remove(id)
	} else {
		s.accounts.set(id, account)
	}
}
