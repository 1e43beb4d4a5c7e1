package access

import (
	"cmp"
	"slices"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// circumstances are a request with all that goes with it, the material of a Witness.
type circumstances struct {
	snap   *directory.Snapshot
	caller authz.Caller
	env    authz.Environment
	ask    authz.Ask
	fixed  []string // condition keys of which the ask says all there is to say
	// What follows is put in place by finish, since parts of it depend on one another.
	session authz.Session // of the caller, if it has one
	age     time.Duration // since the second factor, if there is one
	young   time.Duration // since the session began
}

// finish puts the parts together. The result refers to c.
func (c *circumstances) finish() (*authz.Caller, *authz.Environment, *authz.Ask) {
	if c.caller.Session != nil {
		c.session.Issued = c.env.Time.Add(-c.young)
		c.session.Expires = c.session.Issued.Add(sessionLength)
		if !c.session.MFA.IsZero() {
			c.session.MFA = c.env.Time.Add(-c.age)
		}
		c.caller.Session = &c.session
	}
	return &c.caller, &c.env, &c.ask
}

// sessionLength is how long the session of a witness lasts; nothing depends on it.
const sessionLength = time.Hour

// question is what eval decides.
func (c *circumstances) question() (eval.Set, *eval.Request, bool) {
	caller, env, ask := c.finish()
	return authz.Question(c.snap, caller, env, ask)
}

// keys are the condition keys of the request.
func (c *circumstances) keys() eval.Context {
	caller, env, ask := c.finish()
	keys, _ := authz.Keys(c.snap, caller, env, ask) // the caller is known: newProblem asked
	return keys
}

func (c *circumstances) witness() *Witness {
	own := *c
	caller, env, ask := own.finish()
	return &Witness{Snapshot: own.snap, Caller: caller, Environment: env, Ask: ask}
}

// setting is what one free circumstance is like: a value of a condition key, or several, or none.
type setting struct {
	values []string
	list   bool          // they are those of a multivalued key
	tag    string        // of a tag of the request, its key, where it is not spelled as the circumstance's
	span   time.Duration // of times, in place of values: since the plainest time, or before the request
}

func (s *setting) same(o *setting) bool {
	return s.list == o.list && s.span == o.span && s.tag == o.tag && slices.Equal(s.values, o.values)
}

func (s *setting) first() string {
	if len(s.values) == 0 {
		return ""
	}
	return s.values[0]
}

// free is a circumstance that may be one way or another.
type free struct {
	kind freeKind
	key  string // as policies spell it; of a tag, the tag's own
	// folded are the condition keys that it decides, alone or together with others.
	folded []string
	plain  setting
}

type freeKind uint8

const (
	freeKey       freeKind = iota // of the operation: in Ask.Context
	freeTag                       // aws:RequestTag/…
	freeTagKeys                   // keys in aws:TagKeys without a tag of the request
	freePrincipal                 // aws:PrincipalTag/… of a session that may be tagged
	freeAddress
	freeTransport
	freeAgent
	freeReferer
	freeRegion
	freeVia
	freeTime
	freeIssue    // age of the session
	freeFactor   // age of the second factor
	freeIdentity // source identity
	freeProvider // federated provider
)

// put makes the circumstance so.
func (f *free) put(c *circumstances, s *setting) {
	switch f.kind {
	case freeKey:
		switch {
		case len(s.values) == 0:
			c.ask.Context.Delete(f.key)
		case s.list:
			c.ask.Context.SetList(f.key, s.values...)
		default:
			c.ask.Context.Set(f.key, s.values[0])
		}
	case freeTag:
		c.ask.RequestTags = slices.DeleteFunc(slices.Clone(c.ask.RequestTags), func(t directory.Tag) bool {
			return eval.FoldKey(t.Key) == eval.FoldKey(f.key)
		})
		if len(s.values) > 0 {
			c.ask.RequestTags = append(c.ask.RequestTags, directory.Tag{Key: cmp.Or(s.tag, f.key), Value: s.values[0]})
		}
	case freeTagKeys:
		c.ask.TagKeys = s.values
	case freePrincipal:
		c.session.Tags = slices.DeleteFunc(slices.Clone(c.session.Tags), func(t directory.Tag) bool {
			return eval.FoldKey(t.Key) == eval.FoldKey(f.key)
		})
		if len(s.values) > 0 {
			c.session.Tags = append(c.session.Tags, directory.Tag{Key: f.key, Value: s.values[0]})
		}
	case freeAddress:
		c.env.SourceIP = s.first()
	case freeTransport:
		c.env.Secure = s.first() == "true"
	case freeAgent:
		c.env.UserAgent = s.first()
	case freeReferer:
		c.env.Referer = s.first()
	case freeRegion:
		c.env.Region = s.first()
	case freeVia:
		c.env.CalledVia = s.values
	case freeTime:
		c.env.Time = c.env.Time.Add(s.span)
	case freeIssue:
		c.young = s.span
	case freeFactor:
		c.age = s.span
	case freeIdentity:
		c.session.SourceIdentity = s.first()
	case freeProvider:
		c.session.FederatedProvider = s.first()
	}
}
