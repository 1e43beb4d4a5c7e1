package usage

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/policy/eval"
)

// asker knows on which condition keys the answers to a principal's questions depend: questions that do not differ in them
// are equal, whenever and from wherever they were asked.
type asker struct {
	finders []*access.Finder
	keys    map[askedOf][]string
}

// askedOf is what decides on the statements that concern a question, its resource aside.
type askedOf struct {
	principal, action string
	session           bool
	resource          *eval.Policy // its own policy
}

// question is the text that equal questions have in common. lasting is false where it depends on the time.
func (a *asker) question(c *circumstances, actor string, n *Need, allowed bool) (_ string, lasting bool) {
	ask := c.ask(a.finders[0], n)
	var b strings.Builder
	for _, text := range []string{actor, n.Action, n.Resource, n.With} {
		b.WriteString(text)
		b.WriteByte(0)
	}
	if allowed {
		b.WriteByte(1)
	}
	if c.caller.Session != nil {
		b.WriteByte(4)
	}
	keys := a.keysOf(c, actor, n, ask)
	if len(keys) == 0 {
		return b.String(), true
	}
	values, _ := authz.Keys(a.finders[0].Snapshot(), c.caller, &c.env, ask)
	for _, key := range keys {
		b.WriteByte(0)
		if !c.knows(key, n, ask) {
			b.WriteByte(2)
		} else if v, there := values.Lookup(key); there {
			b.WriteString(strings.Join(v.Texts(), "\x01"))
		} else {
			b.WriteByte(3)
		}
	}
	return b.String(), !slices.ContainsFunc(keys, timed)
}

// keysOf are the keys that the statements about the action have in their conditions and variables.
func (a *asker) keysOf(c *circumstances, actor string, n *Need, ask *authz.Ask) []string {
	of := askedOf{principal: actor, action: n.Action, session: c.caller.Session != nil}
	if ask.ResourcePolicy != nil {
		of.resource = ask.ResourcePolicy.Policy
	}
	if keys, ok := a.keys[of]; ok {
		return keys
	}
	var keys []string
	for _, f := range a.finders {
		set, req, ok := authz.Question(f.Snapshot(), c.caller, &c.env, c.ask(f, n))
		if !ok {
			continue
		}
		for _, st := range set.About(req) {
			for i := range st.Demands {
				keys = append(keys, st.Demands[i].Keys...)
			}
			for _, v := range slices.Concat(st.Statement.Resource, st.Statement.NotResource) {
				keys = append(keys, variables(v.Text)...)
			}
		}
	}
	if of.resource != nil {
		keys = append(keys, "aws:userid") // a resource's policy may name a session
	}
	if c.caller.Session != nil {
		keys = append(keys, "aws:multifactorauthpresent") // without it some temporary credentials may not make some calls
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	a.keys[of] = keys
	return keys
}

// variables are the condition keys in a text.
func variables(text string) (keys []string) {
	for {
		_, rest, found := strings.Cut(text, "${")
		if !found {
			return keys
		}
		name, after, _ := strings.Cut(rest, "}")
		name, _, _ = strings.Cut(name, ",")
		keys, text = append(keys, eval.FoldKey(strings.TrimSpace(name))), after
	}
}
