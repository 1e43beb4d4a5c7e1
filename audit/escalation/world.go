package escalation

import (
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// world is the account as it is, or as it would be after some changes.
type world struct {
	finder   *access.Finder
	subjects map[string]*subject // by ARN
	// dirty are the unique ids of users, groups and roles, and the ARNs of policies, whose policies changes have touched.
	dirty map[string]bool
	// last is the part of dirty that the last change has touched.
	last map[string]bool
	// opened are the ARNs of roles that changes have made or given another trust policy.
	opened []string
	// providers are those that changes have made.
	providers []string
}

func newWorld(f *access.Finder) *world {
	return &world{finder: f, subjects: map[string]*subject{}, dirty: map[string]bool{}}
}

func (w *world) snapshot() *directory.Snapshot { return w.finder.Snapshot() }

// after is the world after a change.
func (w *world) after(c *Change) *world {
	next := newWorld(w.finder.On(c.Apply(w.snapshot())))
	next.opened, next.providers = slices.Clip(w.opened), slices.Clip(w.providers)
	next.last = map[string]bool{}
	before, now := w.snapshot().Account(c.Account), next.snapshot().Account(c.Account)
	for _, e := range c.Puts {
		switch e := e.(type) {
		case *directory.User:
			next.last[e.ID] = true
		case *directory.Group:
			next.last[e.ID] = true
		case *directory.Policy:
			next.last[now.ARN(e)] = true
		case *directory.Role:
			if old := before.RoleByID(e.ID); old != nil && old.Trust.Text == e.Trust.Text {
				next.last[e.ID] = true
			} else {
				next.opened = append(next.opened, now.ARN(e))
			}
		case *directory.OIDCProvider:
			next.providers = append(next.providers, now.ARN(e))
		}
	}
	next.dirty = maps.Clone(w.dirty)
	maps.Copy(next.dirty, next.last)
	return next
}

// touched reports whether a change since the beginning bears on the policies of a subject.
func (w *world) touched(s *subject) bool { return touches(w.dirty, s) }

func touches(dirty map[string]bool, s *subject) bool {
	if len(dirty) == 0 {
		return false
	}
	if s.role != nil && dirty[s.role.ID] {
		return true
	}
	if s.user != nil && (dirty[s.user.ID] || slices.ContainsFunc(s.user.Groups, func(id string) bool { return dirty[id] })) {
		return true
	}
	return slices.ContainsFunc(managedOf(s), func(arn string) bool { return dirty[arn] })
}

// subject is a principal in a world, with what its own policies may allow.
type subject struct {
	arn       string
	principal access.Principal
	account   *directory.Account
	user      *directory.User // nil of a role
	role      *directory.Role // nil of a user
	leads     leads
	admin     *standing // known once it was asked for
}

func (s *subject) entity() directory.Entity {
	if s.user != nil {
		return s.user
	}
	return s.role
}

// userName is "" of a role.
func (s *subject) userName() string {
	if s.user != nil {
		return s.user.Name
	}
	return ""
}

// in is a subject whose policies are the same in another world.
func (s *subject) in(w *world) *subject {
	same := *s
	same.account = w.snapshot().Account(s.account.ID())
	return &same
}

// subject finds the user or role with that ARN; nil where there is none.
func (m *model) subject(w *world, name string) *subject {
	if found, ok := w.subjects[name]; ok {
		return found
	}
	var found *subject
	if known := m.root.subjects[name]; w != m.root && known != nil && !w.touched(known) {
		found = known.in(w)
	} else {
		found = m.newSubject(w, name)
	}
	w.subjects[name] = found
	return found
}

func (m *model) newSubject(w *world, name string) *subject {
	p, ok := w.finder.Principal(name)
	if !ok || p.Outside {
		return nil
	}
	s := &subject{arn: name, principal: p, account: w.snapshot().Account(p.Account)}
	if s.account == nil {
		return nil
	}
	switch p.Kind {
	case eval.User:
		s.user = s.account.UserByID(p.ID)
	case eval.RoleSession:
		s.role = s.account.RoleByID(p.ID)
	}
	if s.user == nil && s.role == nil {
		return nil
	}
	s.leads = leads{}
	for _, source := range s.account.IdentityPolicies(s.entity()) {
		for action, found := range m.vocabulary.of(source.Policy) {
			for _, l := range found {
				s.leads[action] = append(s.leads[action], l.resolved(s.account, s.userName()))
			}
		}
	}
	return s
}

// roleAt finds a role by its ARN in any account of a world.
func (w *world) roleAt(name string) (*directory.Account, *directory.Role) {
	account, named := w.named(name)
	if account == nil {
		return nil, nil
	}
	r := account.Role(named)
	if r == nil || account.ARN(r) != name {
		return nil, nil
	}
	return account, r
}

// userAt finds a user by its ARN.
func (w *world) userAt(name string) (*directory.Account, *directory.User) {
	account, named := w.named(name)
	if account == nil {
		return nil, nil
	}
	u := account.User(named)
	if u == nil || account.ARN(u) != name {
		return nil, nil
	}
	return account, u
}

func (w *world) named(name string) (*directory.Account, string) {
	a, err := arn.Parse(name)
	if err != nil {
		return nil, ""
	}
	n, ok := a.Named()
	if !ok {
		return nil, ""
	}
	return w.snapshot().Account(a.Account), n.Name
}

// Service-linked roles, and roles that AWS keeps for itself, cannot be edited by anybody. Sources: IAM User Guide,
// service-linked roles; IAM Identity Center User Guide, referencing permission sets in resource policies.
func editable(r *directory.Role) bool {
	return !serviceLinked(r) && !strings.HasPrefix(r.Path, "/aws-reserved/")
}

func serviceLinked(r *directory.Role) bool { return strings.HasPrefix(r.Path, "/aws-service-role/") }
