package rewind

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/trail"
)

// History gives the events of an account, the newest first.
type History interface {
	// Since are those of changes after a time.
	Since(t time.Time) iter.Seq2[*trail.Event, error]
	// Before are those about a resource, by its name or ARN, up to a time, itself included; about any where it is "".
	Before(resource string, t time.Time) iter.Seq2[*trail.Event, error]
}

// Reaches reports whether the trail has something of a time or before it. What is kept of a trail has no gaps, so that it then
// has all that came after.
func Reaches(h History, t time.Time) (bool, error) {
	for _, err := range h.Before("", t) {
		return err == nil, err
	}
	return false, nil
}

// Bounds of what is read to answer one question.
const (
	maxEvents   = 20_000 // of changes that are taken back
	maxSearches = 1_000  // entities of which something is looked for
	maxLooked   = 500    // events that are looked through for one of them
)

// ErrTooMany: more changed since than is taken back.
var ErrTooMany = fmt.Errorf("rewind: more than %d changes since then", maxEvents)

// Past is an account as it was.
type Past struct {
	// Snapshot has the account's users, groups, roles and managed policies as they were. All else in it is as it is now.
	Snapshot *directory.Snapshot
	// Unknown is what cannot be known of that time, each in one sentence.
	Unknown []string
}

// To takes back what happened in the account after t. Tags are left as they are now, and told of as unknown where they
// changed. IAM takes a user out of a group that it is not in without a word, and puts it in twice: where no older event tells,
// such a call is taken for a change.
func To(snap *directory.Snapshot, account string, t time.Time, h History) (*Past, error) {
	now := snap.Account(account)
	p := newPast(now, t)
	taken := 0
	for e, err := range h.Since(t) {
		if err != nil {
			return nil, err
		}
		if !e.EventTime.After(t) || e.ErrorCode != "" || e.EventSource != "iam.amazonaws.com" {
			continue
		}
		if taken++; taken > maxEvents {
			return nil, ErrTooMany
		}
		p.undo(e)
	}
	if err := p.resolve(h); err != nil {
		return nil, err
	}
	p.drop()
	puts, deletes := p.changes()
	return &Past{Snapshot: snap.With(snap.Revision(), account, puts, deletes), Unknown: p.sentences()}, nil
}

// past is an account on its way back. Names are in lower case, as IAM compares them.
type past struct {
	now *directory.Account
	at  time.Time

	users    map[string]*directory.User
	groups   map[string]*directory.Group
	roles    map[string]*directory.Role
	policies map[string]*directory.Policy

	wants    map[want]bool
	unknown  map[string]bool
	retagged int
}

func newPast(now *directory.Account, at time.Time) *past {
	p := &past{
		now: now, at: at, users: map[string]*directory.User{}, groups: map[string]*directory.Group{}, roles: map[string]*directory.Role{},
		policies: map[string]*directory.Policy{}, wants: map[want]bool{}, unknown: map[string]bool{},
	}
	for u := range now.Users() {
		p.users[folded(u.Name)] = u.Clone()
	}
	for g := range now.Groups() {
		p.groups[folded(g.Name)] = g.Clone()
	}
	for r := range now.Roles() {
		p.roles[folded(r.Name)] = r.Clone()
	}
	for m := range now.Policies() {
		p.policies[folded(m.Name)] = m.Clone()
	}
	return p
}

func folded(name string) string { return strings.ToLower(name) }

// drop takes out what is younger than the time, though no event tells of its making: the trail does not reach so far.
func (p *past) drop() {
	dropYoung(p.users, p.at, func(u *directory.User) time.Time { return u.Created })
	dropYoung(p.groups, p.at, func(g *directory.Group) time.Time { return g.Created })
	dropYoung(p.roles, p.at, func(r *directory.Role) time.Time { return r.Created })
	dropYoung(p.policies, p.at, func(m *directory.Policy) time.Time { return m.Created })
}

func dropYoung[E any](all map[string]E, at time.Time, created func(E) time.Time) {
	for name, e := range all {
		if created(e).After(at) {
			delete(all, name)
		}
	}
}

// changes are what makes of the account as it is the one as it was.
func (p *past) changes() (puts, deletes []directory.Entity) {
	keep := map[string]bool{}
	put := func(e directory.Entity) {
		keep[e.Key()] = true
		puts = append(puts, e)
	}
	for _, name := range sortedKeys(p.groups) {
		put(p.groups[name])
	}
	for _, name := range sortedKeys(p.roles) {
		put(p.roles[name])
	}
	for _, name := range sortedKeys(p.users) {
		put(p.users[name])
	}
	for _, name := range sortedKeys(p.policies) {
		put(p.policies[name])
	}
	for e := range p.now.Entities() {
		switch e.(type) {
		case *directory.User, *directory.Group, *directory.Role, *directory.Policy:
			if !keep[e.Key()] {
				deletes = append(deletes, e)
			}
		}
	}
	return puts, deletes
}

func sortedKeys[E any](m map[string]E) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (p *past) sentences() []string {
	all := sortedKeys(p.unknown)
	if p.retagged > 0 {
		all = append(all, fmt.Sprintf("Tags are those of today: they were changed %d times since.", p.retagged))
	}
	return all
}

// holder is the user, group or role of that kind and name, or nil.
func (p *past) holder(kind, name string) directory.Entity {
	switch kind {
	case "user":
		return entityOrNil(p.users, name)
	case "group":
		return entityOrNil(p.groups, name)
	case "role":
		return entityOrNil(p.roles, name)
	}
	return nil
}

func entityOrNil[E interface {
	comparable
	directory.Entity
}](all map[string]E, name string) directory.Entity {
	var none E
	if e := all[folded(name)]; e != none {
		return e
	}
	return nil
}

// attached is the list of managed policies of a user, group or role, and inline that of its own.
func attached(e directory.Entity) *[]string {
	switch e := e.(type) {
	case *directory.User:
		return &e.Attached
	case *directory.Group:
		return &e.Attached
	case *directory.Role:
		return &e.Attached
	}
	return nil
}

func inline(e directory.Entity) *[]directory.InlinePolicy {
	switch e := e.(type) {
	case *directory.User:
		return &e.Inline
	case *directory.Group:
		return &e.Inline
	case *directory.Role:
		return &e.Inline
	}
	return nil
}

// setInline puts an inline policy, or takes it away where text is "".
func setInline(e directory.Entity, name, text string) {
	list := inline(e)
	*list = slices.DeleteFunc(*list, func(i directory.InlinePolicy) bool { return i.Name == name })
	if text != "" {
		*list = append(*list, directory.InlinePolicy{Name: name, Document: directory.Document{Text: text}})
		slices.SortFunc(*list, func(a, b directory.InlinePolicy) int { return cmp.Compare(a.Name, b.Name) })
	}
}

func setBoundary(e directory.Entity, name string) {
	switch e := e.(type) {
	case *directory.User:
		e.Boundary = name
	case *directory.Role:
		e.Boundary = name
	}
}
