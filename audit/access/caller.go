package access

import (
	"cmp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// plainSession is the name of a session that no policy singles out.
const plainSession = "session"

// plainCircumstances are those of Yes. ok is false for a principal that does not exist.
func (f *Finder) plainCircumstances(p Principal, ask *authz.Ask) (c circumstances, ok bool) {
	c.snap = f.snapshotFor(p)
	c.ask, c.fixed = *ask, f.fixed
	c.env = authz.Environment{
		Time: f.options.Now, SourceIP: publicAddresses[0], Secure: true, UserAgent: "warder", Region: resourceRegion(ask.Resource),
	}
	if c.env.Region == "" {
		c.env.Region = arn.HomeRegion(cmp.Or(partitionOf(p.ARN), partitionOf(ask.Resource))) // where the global services are
	}
	switch p.Kind {
	case eval.Anonymous:
		c.caller = authz.Caller{Kind: p.Kind}
	case eval.Service:
		c.caller = authz.Caller{Kind: p.Kind, Services: []string{p.ARN}}
	case eval.WebIdentity:
		c.caller = authz.Caller{Kind: p.Kind, Provider: p.ARN, ProviderKeys: claims(ask)}
	default:
		caller, found := authz.Principal(c.snap, p.ARN, f.options.Now)
		if !found {
			return c, false
		}
		c.caller = *caller
		if p.Kind == eval.RoleSession {
			c.nameSession(plainSession)
		}
	}
	if c.caller.Session != nil {
		c.session = *c.caller.Session
	}
	return c, true
}

// claims are the keys of a question that an identity provider vouches for: only the caller can have them.
func claims(ask *authz.Ask) eval.Context {
	var keys eval.Context
	for key, v := range ask.Context.All() {
		switch {
		case authz.KeyOrigin(key) != authz.FromCaller || strings.HasPrefix(eval.FoldKey(key), "aws:"):
		case v.List():
			keys.SetList(key, v.Texts()...)
		default:
			keys.Set(key, v.At(0))
		}
	}
	return keys
}

// nameSession gives the session of a role a name.
func (c *circumstances) nameSession(name string) {
	s := *c.caller.Session
	s.Name = name
	c.caller.ARN = sessionOf(s.RoleARN, name)
	c.caller.UserID = c.caller.PrincipalID + ":" + name
	c.caller.Session, c.session = &s, s
}

// sessionOf is the ARN of a session of a role; "" for what is no role's ARN.
func sessionOf(role, name string) string {
	a, err := arn.Parse(role)
	named, ok := a.Named()
	if err != nil || !ok {
		return ""
	}
	return accountIn(a).AssumedRole(named.Name, name).String()
}

// sessionKeys are those that temporary credentials have and long-term ones do not, or that tell of a second factor.
var sessionKeys = []string{"aws:multifactorauthpresent", factorAge, issueTime}

// named are the circumstances under each name of the session that policies single out, the plainest first; complete is
// false if there are more.
func (p *problem) names() (all []circumstances, complete bool) {
	all, complete = []circumstances{p.base}, true
	if p.base.caller.Kind != eval.RoleSession {
		return all, true
	}
	names, complete := p.sessionNames()
	for _, name := range names {
		c := p.base
		c.nameSession(name)
		all = append(all, c)
	}
	return all, complete
}

// credentials are the circumstances with other credentials of the same principal: temporary ones, with or without a second
// factor, or a second factor that goes with the request. There are none where they make no difference.
func (p *problem) credentials() (all []circumstances) {
	c := p.base
	if !c.ask.MFA.IsZero() || !p.mentions(sessionKeys) {
		return nil // the question says when the second factor was given, or nobody asks
	}
	switch c.caller.Kind {
	case eval.User, eval.Root:
		if takesFactor(c.ask.Action) {
			given := c
			given.ask.MFA = c.env.Time
			all = append(all, given)
		}
		all = append(all, c.withToken(true), c.withToken(false))
	case eval.RoleSession:
		c.session.MFA = c.env.Time
		all = append(all, c)
	}
	return all
}

// mentions reports whether a demand depends on one of the keys.
func (p *problem) mentions(keys []string) bool {
	return slices.ContainsFunc(p.demands, func(d demand) bool {
		return slices.ContainsFunc(d.Keys, func(k string) bool { return slices.Contains(keys, k) })
	})
}

// takesFactor tells the operations that take a second factor with the request. Source: AWS STS API Reference.
func takesFactor(action string) bool {
	return strings.EqualFold(action, "sts:AssumeRole") || strings.EqualFold(action, "sts:GetSessionToken")
}

// withToken is the same caller with credentials of GetSessionToken.
func (c circumstances) withToken(factor bool) circumstances {
	c.session = authz.Session{Type: authz.SessionToken, UserARN: c.caller.ARN}
	if factor {
		c.session.MFA = c.env.Time
	}
	c.caller.Session = &c.session
	return c
}

// sessionNames are names of a role's session that policies single out: in the principals of a resource policy, and in
// conditions on aws:userid.
func (p *problem) sessionNames() (names []string, complete bool) {
	add := func(name string) {
		if validSession(name) && name != plainSession && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	prefix := sessionOf(p.base.session.RoleARN, "")
	for _, text := range p.principalTexts() {
		if name, ok := strings.CutPrefix(text, prefix); ok {
			add(name)
		}
	}
	complete = true
	for _, id := range p.userIDs(&complete) {
		if name, ok := strings.CutPrefix(id, p.base.caller.PrincipalID+":"); ok {
			complete = complete && validSession(name)
			add(name)
		}
	}
	return names, complete
}

// validSession: what AssumeRole takes. Source: AWS STS API Reference.
func validSession(name string) bool {
	const shortest, longest = 2, 64
	if len(name) < shortest || len(name) > longest {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return !nameCharacter(r) })
}

// nameCharacter: those of names of users, roles and sessions. Source: IAM User Guide, "IAM and AWS STS quotas".
func nameCharacter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_+=,.@-", r)
}

// principalTexts are the AWS principals that the snapshot's organization and the resource's policy name, whoever they are.
func (p *problem) principalTexts() []string {
	var texts []string
	take := func(doc *policy.Document) {
		for i := range doc.Statements {
			for _, named := range []*policy.Principals{doc.Statements[i].Principal, doc.Statements[i].NotPrincipal} {
				if named != nil {
					for _, v := range named.AWS {
						texts = append(texts, v.Text)
					}
				}
			}
		}
	}
	if source := p.base.ask.ResourcePolicy; source != nil && source.Policy != nil && source.Policy.Document() != nil {
		take(source.Policy.Document())
	}
	return texts
}

const userID = "aws:userid"

// userIDs are values of aws:userid that demands tell apart, for sessions of this role.
func (p *problem) userIDs(complete *bool) []string {
	if !p.mentions([]string{userID}) {
		return nil
	}
	own := newGlob(p.base.caller.PrincipalID+":"+string([]byte{eval.AnyOne, eval.AnyOne, eval.AnyRun}), false, false)
	tests := []textTest{{own}}
	for i := range p.demands {
		d := &p.demands[i]
		at := slices.Index(d.Keys, userID)
		switch {
		case at < 0:
		case d.Condition == nil || at > 0:
			tests = append(tests, p.userIDParts(d, complete))
		default:
			var test textTest
			for _, pattern := range d.Patterns() {
				if text, ok := pattern.Fill(&p.request.Context); ok {
					test = append(test, newGlob(text, pattern.AnyCase, pattern.ARN))
				}
			}
			tests = append(tests, test)
		}
	}
	found, all, _ := textsOf(tests, func(r rune) bool { return r == ':' || nameCharacter(r) })
	*complete = *complete && all
	return slices.DeleteFunc(found, func(id string) bool { return !own.matches(id) })
}

// userIDParts are the ids that stand in the resource of a demand with the id as a variable.
func (p *problem) userIDParts(d *demand, complete *bool) (test textTest) {
	prefix := p.base.caller.PrincipalID + ":"
	if d.Condition != nil {
		*complete = false
	}
	rest := p.base.ask.Resource
	for {
		at := strings.Index(rest, prefix)
		if at < 0 {
			return test
		}
		rest = rest[at:]
		for end := len(prefix); end <= len(rest); end++ {
			if end > len(prefix) && validSession(rest[len(prefix):end]) {
				test = append(test, newGlob(rest[:end], false, false))
			}
		}
		rest = rest[len(prefix):]
	}
}

// grantsTrust reports whether a trust policy may let somebody do this while assuming it: tag the session, or set its
// source identity.
func grantsTrust(doc *policy.Document, action string) bool {
	return doc != nil && slices.ContainsFunc(doc.Statements, func(st policy.Statement) bool {
		fits := func(v policy.Value) bool { return arn.Glob(strings.ToLower(v.Text), action) || v.Text == "*:*" }
		if st.Effect != policy.Allow {
			return false
		}
		if st.NotAction != nil {
			return !slices.ContainsFunc(st.NotAction, fits)
		}
		return slices.ContainsFunc(st.Action, fits)
	})
}
