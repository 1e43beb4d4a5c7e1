package iam

import (
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy/eval"
)

// entityName is the ARN of a user, group or role, taken apart.
type entityName struct {
	text          string
	account, kind string // kind is "user", "group" or "role"
	name          string // without the path
}

// readEntityName is false for what is not the ARN of a user, group or role.
func readEntityName(text string) (entityName, bool) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "iam" || a.Region != "" || !arn.IsAccountID(a.Account) {
		return entityName{}, false
	}
	kind, path, ok := strings.Cut(a.Resource, "/")
	name := path[strings.LastIndexByte(path, '/')+1:]
	if !ok || name == "" || kind != "user" && kind != "group" && kind != "role" {
		return entityName{}, false
	}
	return entityName{text: text, account: a.Account, kind: kind, name: name}, true
}

// find gives the entity that has just this ARN, or nil.
func (n entityName) find(a *directory.Account) directory.Entity {
	if n.account != a.ID() {
		return nil
	}
	var e directory.Entity
	switch n.kind {
	case "group":
		if g := a.Group(n.name); g != nil {
			e = g
		}
	default:
		e = a.Principal(n.kind, n.name)
	}
	if e == nil || a.ARN(e) != n.text {
		return nil
	}
	return e
}

// missing answers where there is none.
func (n entityName) missing() *awsapi.Error {
	switch n.kind {
	case "user":
		return noUser(n.name)
	case "group":
		return noGroup(n.name)
	default:
		return noRole(n.name)
	}
}

// onSource asks about a user, group or role by its ARN, whether it exists or not. What is no such ARN is asked about as
// it is written.
func onSource(c *server.Call, text string) authz.Ask {
	ask := authz.Ask{Action: c.Action(), Resource: text, ResourceAccount: c.Caller.Account}
	if n, ok := readEntityName(text); ok {
		if e := n.find(c.Account()); e != nil {
			ask.ResourceTags = tagsOf(e)
		}
	}
	return ask
}

// source is the user, group or role whose policies are simulated.
type source struct {
	entityName
	entity directory.Entity
	in     *directory.Account
}

// findSource finds it in the caller's account. The wordings are AWS's.
func findSource(c *server.Call, text string) (*source, error) {
	n, ok := readEntityName(text)
	switch {
	case !ok:
		return nil, notAnEntity(text)
	case n.account != c.Caller.Account:
		return nil, api.InvalidInput.New("Invalid Policy Source Arn: caller's account %s does not have access to policies in account %s", c.Caller.Account, n.account)
	}
	e := n.find(c.Account())
	if e == nil {
		return nil, n.missing()
	}
	return &source{entityName: n, entity: e, in: c.Account()}, nil
}

func notAnEntity(text string) *awsapi.Error {
	return api.InvalidInput.New("Invalid Entity Arn: %s does not clearly define entity type and name.", text)
}

// policies are all identity policies of the source, each under the name that AWS's simulator gives it: a managed policy's
// own, and of an inline policy the kind and name of its holder before its own. A user's groups count.
func (s *source) policies() []simulated {
	own := s.entity
	u, isUser := own.(*directory.User)
	if isUser {
		alone := u.Clone()
		alone.Groups = nil
		own = alone
	}
	all := s.held(own, s.kind, s.name)
	if !isUser {
		return all
	}
	for _, id := range u.Groups {
		name := id // of a group that is not there: its policies could be any, and deny
		if g := s.in.GroupByID(id); g != nil {
			name = g.Name
		}
		all = append(all, s.held(&directory.User{Groups: []string{id}}, "group", name)...)
	}
	return all
}

func (s *source) held(e directory.Entity, kind, name string) []simulated {
	return each(s.in.IdentityPolicies(e), func(p eval.Source) simulated {
		id := p.Name[strings.LastIndexByte(p.Name, '/')+1:]
		if inline, ok := strings.CutPrefix(p.Name, "inline "); ok {
			id = kind + "_" + name + "_" + inline
		}
		return simulated{id: id, kind: identityPolicy, policy: p.Policy}
	})
}

// boundary is the source's permissions boundary, nil where it has none.
func (s *source) boundary() *simulated {
	p := s.in.BoundaryPolicy(s.entity)
	if p == nil {
		return nil
	}
	return &simulated{id: p.Name[strings.LastIndexByte(p.Name, '/')+1:], kind: boundaryPolicy, policy: p.Policy}
}

// caller is the source as the one who calls.
func (s *source) caller() authz.Caller {
	c := callerNamed(s.entityName)
	if e, ok := s.entity.(*directory.User); ok {
		c.PrincipalID, c.UserID = e.ID, e.ID
	}
	if e, ok := s.entity.(*directory.Role); ok {
		c.PrincipalID = e.ID // aws:userid has the session's name too, and is unknown
	}
	return c
}
