package access

import (
	"cmp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// AnyAccount is whoever has an AWS account in a partition that nobody knows.
func AnyAccount(partition string) Principal {
	return Principal{Kind: eval.Root, Account: anyAccount, ARN: "arn:" + partition + anyRoot, Outside: true}
}

const anyAccount = "*"

// Anybody is whether the principal is an AnyAccount.
func (p Principal) Anybody() bool { return p.Account == anyAccount }

// unknownAccount stands for AnyAccount in witnesses.
const unknownAccount = "000000000000"

// strangerID is behind the prefix of the unique id of every principal that is taken to exist: no policy names it.
const strangerID = "OUTSIDE0000000000"

// everything is what a stranger's own account is taken to allow.
const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// stranger is a principal of an account that the snapshot does not hold.
func stranger(a arn.ARN, named arn.Named, name string) (p Principal, ok bool) {
	p = Principal{Account: a.Account, ARN: name, Outside: true}
	switch named.Kind {
	case arn.KindRoot:
		p.Kind = eval.Root
	case arn.KindUser:
		p.Kind, p.ID = eval.User, "AIDA"+strangerID
	case arn.KindRole:
		p.Kind, p.ID = eval.RoleSession, "AROA"+strangerID
	case arn.KindOIDCProvider, arn.KindSAMLProvider:
		p.Kind = eval.WebIdentity
	default:
		return Principal{}, false
	}
	return p, true
}

// snapshotFor gives the snapshot that has the principal: the Finder's own, or one with the account of a stranger.
func (f *Finder) snapshotFor(p Principal) *directory.Snapshot {
	if !p.Outside || p.Kind == eval.WebIdentity {
		return f.snap
	}
	if snap, ok := f.strangers.Load(p.ARN); ok {
		return snap.(*directory.Snapshot)
	}
	entities := []directory.Entity{&directory.AccountInfo{ID: p.Account, Partition: partitionOf(p.ARN)}}
	full := []directory.InlinePolicy{{Name: "everything", Document: directory.Document{Text: everything}}}
	if a, err := arn.Parse(p.ARN); err == nil {
		named, _ := a.Named()
		switch p.Kind {
		case eval.User:
			entities = append(entities, &directory.User{ID: p.ID, Name: named.Name, Path: named.Path, Inline: full})
		case eval.RoleSession:
			const hour = 3600
			entities = append(entities, &directory.Role{ID: p.ID, Name: named.Name, Path: named.Path, Inline: full, MaxSession: hour})
		}
	}
	snap := f.snap.With(f.snap.Revision(), p.Account, entities, nil)
	f.strangers.Store(p.ARN, snap)
	return snap
}

// canAnyone answers for an account that the snapshot does not hold: whether it can let one of its own do what is asked, be it
// by making a user or role of the right name.
func (f *Finder) canAnyone(p Principal, ask *authz.Ask) Answer {
	own := f.names(p.Account, p.ARN)
	if p.Anybody() {
		own.ID = unknownAccount
	}
	best := Answer{}
	for i, c := range []arn.ARN{own.Role("/", "anyone"), own.User("/", "anyone")} {
		who, _ := f.Principal(c.String())
		a := f.Can(who, ask)
		if best = better(best, a); best.Verdict == Yes {
			return best
		}
		if i > 0 && best.Verdict == YesIf {
			return best
		}
	}
	names, complete := f.strangerNames(own, ask)
	for _, name := range names {
		who, ok := f.Principal(name)
		if !ok {
			continue
		}
		a := f.Can(who, ask)
		if a.Possible() {
			a.Verdict = YesIf
			a.Requirements = append([]Requirement{{
				Key: "aws:PrincipalArn", Operator: "ArnLike", Values: []string{name}, Layer: eval.LayerResource, Text: "as " + name,
			}}, a.Requirements...)
		}
		best = better(best, a)
	}
	if best.Verdict == No && !complete {
		return Answer{Verdict: Undecided, Why: "not every name of a principal could be tried"}
	}
	return best
}

// better is the answer that says more.
func better(a, b Answer) Answer {
	if b.Verdict > a.Verdict || a.Why == "" && a.Verdict == No {
		return b
	}
	return a
}

// strangerNames are ARNs of users and roles of an account that the policies single out.
func (f *Finder) strangerNames(own arn.Account, ask *authz.Ask) (names []string, complete bool) {
	add := func(text string) {
		a, err := arn.Parse(text)
		if err != nil || a.Account != own.ID {
			return
		}
		named, ok := a.Named()
		switch {
		case !ok:
		case named.Kind == arn.KindAssumedRole:
			names = append(names, own.Role("/", named.Name).String())
		case (named.Kind == arn.KindUser || named.Kind == arn.KindRole) && !slices.Contains(names, text):
			names = append(names, text)
		}
	}
	complete = true
	for _, kind := range []string{"user", "role"} {
		who, _ := f.Principal(own.Resource(kind + "/anyone").String())
		c, ok := f.plainCircumstances(who, ask)
		if !ok {
			continue
		}
		p := newProblem(f.catalog(), c)
		if p == nil {
			continue
		}
		for _, text := range p.principalTexts() {
			add(text)
		}
		domain := own.Resource(kind + "/" + string([]byte{eval.AnyRun})).String()
		found, all := p.fixedTexts("aws:principalarn", domain)
		complete = complete && all && !p.mentions([]string{userID, "aws:username"})
		for _, text := range found {
			add(text)
		}
	}
	return names, complete
}

// fixedTexts are values of a key that is fixed for each principal, in a domain, which the demands tell apart.
func (p *problem) fixedTexts(key, domain string) (list []string, all bool) {
	own := newGlob(domain, false, false)
	tests := []textTest{{own}}
	all = true
	for i := range p.demands {
		d := &p.demands[i]
		switch {
		case d.Condition == nil || d.Keys[0] != key:
			all = all && !slices.Contains(d.Keys, key)
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
	if len(tests) == 1 {
		return nil, all
	}
	found, complete, _ := textsOf(tests, func(r rune) bool { return r == ':' || r == '/' || nameCharacter(r) })
	return slices.DeleteFunc(found, func(text string) bool { return !own.matches(text) }), all && complete
}

// organizations are the snapshots in which a stranger's account belongs to an organization that conditions ask for: it may.
func (f *Finder) organizations(p *problem) (snaps []*directory.Snapshot, ids []string) {
	account := p.base.caller.Account
	if p.base.snap.Membership(account) != nil {
		return nil, nil
	}
	known := map[string]bool{}
	for a := range f.snap.Accounts() {
		if m := f.snap.Membership(a.ID()); m != nil {
			known[m.Organization] = true
		}
	}
	for i := range p.demands {
		d := &p.demands[i]
		if d.Condition == nil || d.Keys[0] != "aws:principalorgid" && d.Keys[0] != "aws:principalorgpaths" {
			continue
		}
		for _, v := range d.Condition.Values {
			units := strings.Split(strings.Trim(strings.NewReplacer("*", "", "?", "x").Replace(v.Text), "/"), "/")
			if id := units[0]; strings.HasPrefix(id, "o-") && !known[id] && !slices.Contains(ids, v.Text) {
				o := &directory.Organization{ID: id, Accounts: []directory.Member{{Account: account, Parent: units[len(units)-1]}}}
				for j := 1; j < len(units); j++ {
					o.Units = append(o.Units, directory.Unit{ID: units[j], Parent: cmp.Or(strings.TrimPrefix(units[j-1], id), "")})
				}
				snaps, ids = append(snaps, p.base.snap.WithOrganization(o)), append(ids, v.Text)
			}
		}
	}
	return snaps, ids
}
