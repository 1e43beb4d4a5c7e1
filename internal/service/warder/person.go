package warder

import (
	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/policy/eval"
)

// person is whom an operation on signing in is about.
type person struct {
	// id of the user, the account's id for the root user; "" where there is no such user, or none was named.
	id string
	// name of the user as it was asked for; "root" for the root user.
	name string
	root bool
	arn  string
	tags []directory.Tag
}

// personNamed is the user of that name, or the caller where none is named.
func personNamed(c *server.Call, name *string) person {
	if name == nil {
		return personWith(c.Account(), callerID(c))
	}
	if u := c.Account().User(*name); u != nil {
		return personWith(c.Account(), u.ID)
	}
	return person{name: *name, arn: arn.In(c.Caller.Account).Resource("user/" + *name).String()}
}

// personWith is who has that id; the zero person for nobody.
func personWith(a *directory.Account, id string) person {
	if id == a.ID() {
		return person{id: id, name: "root", root: true, arn: a.Names().Root().String()}
	}
	if u := a.UserByID(id); u != nil {
		return person{id: id, name: u.Name, arn: a.ARN(u), tags: u.Tags}
	}
	return person{}
}

// callerID is the id under which the caller signs in, "" for callers who do not: roles, federated users.
func callerID(c *server.Call) string {
	switch c.Caller.Kind {
	case eval.User:
		return c.Caller.PrincipalID
	case eval.Root:
		return c.Caller.Account
	}
	return ""
}

// isCaller reports whether the caller is that person.
func (p *person) isCaller(c *server.Call) bool { return p.id != "" && p.id == callerID(c) }

// ask is whether the caller may do the call to that person, or to everybody where there is none.
func (p *person) ask(c *server.Call) authz.Ask {
	if p.arn == "" {
		return authz.Ask{Action: c.Action(), Resource: "*"}
	}
	return authz.Ask{Action: c.Action(), Resource: p.arn, ResourceTags: p.tags}
}

// missing is the answer where there is no such person, nil where there is.
func (p *person) missing() error {
	switch {
	case p.id != "":
		return nil
	case p.name == "":
		return invalid("userName must be given: the caller is neither a user nor the root user")
	}
	return noUser(p.name)
}

func noUser(name string) error {
	return api.ResourceNotFoundException.New("There is no user %s.", name)
}
