package exhaustive

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Search is where and how far to look.
type Search struct {
	// Account of the principals, and Now, the time of every request.
	Account string
	Now     time.Time
	// Depth is the most operations that follow each other.
	Depth int
	// Positions is the most that are looked at.
	Positions int
	// Addresses that requests come from; at least one. Tags are what principals are tagged with by whoever may. Both are for
	// conditions of the account.
	Addresses []string
	Tags      []directory.Tag
	// Workloads are things that run with a role of the account, by ARN: the role's ARN.
	Workloads map[string]string
}

// position is what somebody has at some time.
type position struct {
	*Search
	snap *directory.Snapshot
	have map[string]bool // ARN -> with its second factor
}

// From looks whether somebody becomes an administrator by at most Depth operations. It gives how many operations that
// takes, -1 for a proof that it does not happen; proved is false where there were too many positions to look at.
func (s *Search) From(snap *directory.Snapshot, from string) (operations int, proved bool) {
	seen := map[string]bool{}
	level := []position{{s, snap, map[string]bool{from: true}}}
	for n := 0; n <= s.Depth; n++ {
		var next []position
		for _, p := range level {
			if p.rules() {
				return n, true
			}
			if n == s.Depth {
				continue
			}
			for _, q := range p.after() {
				if key := q.fingerprint(); !seen[key] {
					seen[key] = true
					next = append(next, q)
				}
			}
			if len(seen) > s.Positions {
				return 0, false
			}
		}
		level = next
	}
	return -1, true
}

// Rules reports whether a principal is an administrator.
func (s *Search) Rules(snap *directory.Snapshot, principal string) bool {
	return position{s, snap, map[string]bool{principal: true}}.rules()
}

func (p position) fingerprint() string {
	var b strings.Builder
	for e := range p.snap.Account(p.Account).Entities() {
		text, err := json.Marshal(e)
		if err != nil {
			panic(err)
		}
		b.Write(text)
	}
	for _, name := range slices.Sorted(maps.Keys(p.have)) {
		b.WriteString(name)
		if p.have[name] {
			b.WriteString("+")
		}
	}
	return b.String()
}

// may asks authz, without a second factor and with one, from each address.
func (p position) may(name, action, resource string, keys ...string) bool {
	return p.mayWith(name, false, action, resource, keys...) || p.have[name] && p.mayWith(name, true, action, resource, keys...)
}

func (p position) mayWith(name string, factor bool, action, resource string, keys ...string) bool {
	return slices.ContainsFunc(p.Addresses, func(address string) bool {
		d := p.decide(name, factor, address, action, resource, keys...)
		return d.Allowed()
	})
}

func (p position) decide(name string, factor bool, address, action, resource string, keys ...string) authz.Decision {
	caller, ok := authz.Principal(p.snap, name, p.Now)
	if !ok {
		return authz.Decision{}
	}
	if factor {
		if caller.Session == nil {
			caller.Session = &authz.Session{Type: authz.SessionToken, UserARN: name, Issued: p.Now}
		}
		caller.Session.MFA = p.Now
	}
	return authz.Decide(p.snap, caller, &authz.Environment{Time: p.Now, Secure: true, SourceIP: address}, p.request(action, resource, keys))
}

// request has condition keys in pairs of name and value; "tag" with the key of one of Tags is that tag of the request.
func (p position) request(action, resource string, keys []string) *authz.Ask {
	ask := &authz.Ask{Action: action, Resource: resource, ResourceAccount: p.Account}
	for i := 0; i < len(keys); i += 2 {
		if keys[i] == "tag" {
			ask.RequestTags = slices.DeleteFunc(slices.Clone(p.Tags), func(t directory.Tag) bool { return t.Key != keys[i+1] })
		} else if keys[i+1] != "" {
			ask.Context.Set(keys[i], keys[i+1])
		}
	}
	a := p.snap.Account(p.Account)
	for r := range a.Roles() {
		if a.ARN(r) == resource {
			ask.ResourceTags = r.Tags
			if strings.HasPrefix(action, "sts:") {
				ask.ResourcePolicy, ask.ResourceKind = &eval.Source{Name: "trust", Policy: r.Trust.Compiled()}, eval.Authoritative
			}
		}
	}
	for u := range a.Users() {
		if a.ARN(u) == resource {
			ask.ResourceTags = u.Tags
		}
	}
	return ask
}

// service reports whether a role lets a service assume it.
func (p position) service(role, service string) bool {
	caller := &authz.Caller{Kind: eval.Service, ARN: service, Services: []string{service}}
	d := authz.Decide(p.snap, caller, &authz.Environment{Time: p.Now, Secure: true}, p.request("sts:AssumeRole", role, []string{"aws:SourceAccount", p.Account}))
	return d.Allowed()
}

// rules reports whether one has somebody who may do as good as everything to the identities of the account.
func (p position) rules() bool {
	const fresh = "/some-new-name"
	for name := range p.have {
		given, wanting := 0, 0
		for _, q := range [][]string{
			{"iam:PutUserPolicy", "user"},
			{"iam:AttachUserPolicy", "user", "iam:PolicyARN", administratorARN},
			{"iam:PutRolePolicy", "role"},
			{"iam:AttachRolePolicy", "role", "iam:PolicyARN", administratorARN},
			{"iam:PutGroupPolicy", "group"},
			{"iam:AttachGroupPolicy", "group", "iam:PolicyARN", administratorARN},
			{"iam:AddUserToGroup", "group"},
			{"iam:CreatePolicyVersion", "policy"},
			{"iam:UpdateAssumeRolePolicy", "role"},
			{"iam:CreateAccessKey", "user"},
			{"iam:CreateUser", "user"},
			{"iam:CreateRole", "role"},
			{"iam:CreatePolicy", "policy"},
		} {
			resource := "arn:aws:iam::" + p.Account + ":" + q[1] + fresh
			switch {
			case p.may(name, q[0], resource, q[2:]...):
				if !strings.HasPrefix(q[0], "iam:Create") || q[0] == "iam:CreateAccessKey" || q[0] == "iam:CreatePolicyVersion" {
					given++
				}
			case !p.takenAway(name, q[0], resource, q[2:]...):
				wanting++
			}
		}
		if given > 0 && wanting == 0 {
			return true
		}
	}
	return false
}

// takenAway reports whether a Deny or the organization refuses a request whatever the circumstances: if only in some, in the others
// it is refused because nothing allows it.
func (p position) takenAway(name, action, resource string, keys ...string) bool {
	for _, factor := range []bool{false, true} {
		for _, address := range p.Addresses {
			if factor && !p.have[name] {
				continue
			}
			d := p.decide(name, factor, address, action, resource, keys...)
			if d.Verdict != eval.ExplicitDeny && d.Layer != eval.LayerSCP {
				return false
			}
		}
	}
	return true
}
