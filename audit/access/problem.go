package access

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy/eval"
)

// problem is the search for circumstances under which one kind of caller is allowed one thing: what the statements demand,
// and which circumstances may be chosen to meet that.
type problem struct {
	catalog    *catalog.Catalog
	base       circumstances // the plainest, before the settings of free circumstances
	taggable   bool          // the session may have been given tags
	identified bool          // and a source identity
	inquiry    *eval.Inquiry
	set        eval.Set
	request    eval.Request // of base

	demands []demand
	of      [][]int // places in demands, by statement
	free    []*free
	byKey   map[string][]int // free circumstances that decide a folded key

	// incomplete says why not all circumstances are tried; "" if they are.
	incomplete string
}

// demand is one of the inquiry's and what decides it.
type demand struct {
	*eval.Demand
	statement int
	free      freeSet
}

// freeSet is a set of free circumstances, by their places.
type freeSet uint64

// mostFree is how many circumstances are looked at at once.
const mostFree = 64

func (s freeSet) has(i int) bool { return s&(1<<i) != 0 }

// newProblem is nil for a caller that the snapshot does not have.
func newProblem(c *catalog.Catalog, base circumstances) *problem {
	set, req, ok := base.question()
	if !ok {
		return nil
	}
	p := &problem{catalog: c, base: base, set: set, request: *req, inquiry: set.Inquire(req)}
	p.of = make([][]int, len(p.inquiry.Open))
	for i := range p.inquiry.Open {
		st := &p.inquiry.Open[i]
		for j := range st.Demands {
			p.of[i] = append(p.of[i], len(p.demands))
			p.demands = append(p.demands, demand{Demand: &st.Demands[j], statement: i})
		}
	}
	return p
}

// release finds the free circumstances that demands depend on.
func (p *problem) release() {
	p.byKey = map[string][]int{}
	for i := range p.demands {
		d := &p.demands[i]
		for j, key := range d.Keys {
			spelled := key
			if j == 0 && d.Condition != nil {
				spelled = d.Condition.Key.Text
			}
			if _, known := p.byKey[key]; !known {
				p.byKey[key] = p.places(key, spelled)
			}
		}
	}
	if p.byKey[issueTime] != nil { // a session that begins later is for a request that is made later
		p.byKey[issueTime] = append(p.byKey[issueTime], p.places("aws:currenttime", "aws:CurrentTime")...)
	}
	if tags := p.byKey[tagKeys]; tags != nil { // every tag of the request is in aws:TagKeys
		for i, f := range p.free {
			if f.kind == freeTag {
				p.byKey[tagKeys] = append(p.byKey[tagKeys], i)
			}
		}
	}
	for i := range p.demands {
		d := &p.demands[i]
		for _, key := range d.Keys {
			for _, place := range p.byKey[key] {
				d.free |= 1 << place
			}
		}
	}
	for _, f := range p.free {
		f.plain = p.plain(f)
	}
}

// places gives the free circumstance that decides a key, made if need be; none if the key is fixed.
func (p *problem) places(key, spelled string) []int {
	f, ok := p.freeFor(key, spelled)
	if !ok {
		return nil
	}
	for i, other := range p.free {
		if slices.Contains(other.folded, key) {
			return []int{i}
		}
	}
	if len(p.free) == mostFree {
		p.incomplete = "the policies depend on too many condition keys"
		return nil
	}
	p.free = append(p.free, f)
	return []int{len(p.free) - 1}
}

const (
	tagKeys      = "aws:tagkeys"
	requestTag   = "aws:requesttag/"
	principalTag = "aws:principaltag/"
)

// freeFor says which circumstance decides a key; ok is false for one that is fixed, or never there.
func (p *problem) freeFor(key, spelled string) (f *free, ok bool) {
	f = &free{key: spelled, folded: []string{key}}
	switch authz.KeyOrigin(key) {
	case authz.FromClock:
		f.kind, f.folded = freeTime, []string{"aws:currenttime", "aws:epochtime"}
		if !p.base.ask.MFA.IsZero() {
			f.folded = append(f.folded, factorAge)
		}
		return f, true
	case authz.FromEnvironment:
		f.kind, ok = environmentKeys[key]
		return f, ok && !(f.kind == freeRegion && p.region() != "")
	case authz.FromCaller:
		return f, p.freeOfCaller(f, key)
	case authz.FromResource:
		return nil, false
	}
	switch _, given := p.base.ask.Context.Lookup(key); {
	case given, slices.Contains(p.base.fixed, key):
		return nil, false
	case key == tagKeys || strings.HasPrefix(key, requestTag):
		return f, p.freeTag(f, key)
	case slices.Contains(viaKeys, key):
		f.kind, f.folded = freeVia, viaKeys
		return f, p.hasAccount()
	case slices.Contains(sourceKeys, key) && p.base.caller.Kind != eval.Service:
		return nil, false
	}
	return f, p.supports(key)
}

const (
	factorAge = "aws:multifactorauthage"
	issueTime = "aws:tokenissuetime"
)

var environmentKeys = map[string]freeKind{
	"aws:sourceip": freeAddress, "aws:securetransport": freeTransport, "aws:useragent": freeAgent, "aws:referer": freeReferer,
	"aws:requestedregion": freeRegion,
}

// viaKeys tell of a service that passes a request on.
var viaKeys = []string{"aws:viaawsservice", "aws:calledvia", "aws:calledviafirst", "aws:calledvialast"}

// sourceKeys are those of the calls of service principals. Source: IAM User Guide, "AWS global condition context keys".
var sourceKeys = []string{"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"}

func (p *problem) hasAccount() bool {
	switch p.base.caller.Kind {
	case eval.User, eval.RoleSession, eval.Root, eval.FederatedUser:
		return true
	}
	return false
}

// freeOfCaller says which keys of the caller are free: those that its session has.
func (p *problem) freeOfCaller(f *free, key string) bool {
	role := p.base.caller.Kind == eval.RoleSession
	switch {
	case slices.Contains(viaKeys, key):
		f.kind, f.folded = freeVia, viaKeys
		return p.hasAccount()
	case p.base.caller.Kind == eval.WebIdentity:
		_, given := p.base.caller.ProviderKeys.Lookup(key)
		f.kind = freeClaim
		return !given && !strings.HasPrefix(key, "aws:")
	case p.base.caller.Session == nil:
		return false
	case key == issueTime:
		f.kind = freeIssue
	case key == factorAge && p.base.ask.MFA.IsZero():
		f.kind = freeFactor
		return !p.base.session.MFA.IsZero()
	case key == "aws:sourceidentity":
		f.kind = freeIdentity
		return role && p.identified
	case key == "aws:federatedprovider":
		f.kind = freeProvider
		return role
	case strings.HasPrefix(key, principalTag):
		f.kind, f.key = freePrincipal, f.key[len(principalTag):]
		return p.taggable
	default:
		if role && madeByService(key) {
			p.incomplete = "whether the session has " + key + ", which a service may give it, is not known"
		}
		return false
	}
	return true
}

// madeByService tells the keys that services give the sessions that they make, and that authz makes none of.
func madeByService(key string) bool {
	return !strings.HasPrefix(key, "aws:") || key == "aws:chatbotsourcearn" || strings.HasPrefix(key, "aws:ec2instancesource")
}

// freeTag: the tags of a request are free where the question gives none and the action takes some.
func (p *problem) freeTag(f *free, key string) bool {
	f.kind = freeTagKeys
	if key != tagKeys {
		f.kind, f.key = freeTag, f.key[len(requestTag):]
	}
	return len(p.base.ask.RequestTags)+len(p.base.ask.TagKeys) == 0 && p.supports(key) && p.takesTags()
}

// takesTags: a role is assumed with tags only where its trust policy allows sts:TagSession too.
func (p *problem) takesTags() bool {
	source := p.base.ask.ResourcePolicy
	if !isOf(p.base.ask.Action, "sts") || source == nil || source.Policy == nil {
		return true
	}
	return grantsTrust(source.Policy.Document(), "sts:tagsession")
}

// supports reports whether a request for the action may carry the key, as far as the catalogue knows it: a key of the action's
// own service, or of tags, that it lists for other actions only is never there.
func (p *problem) supports(key string) bool {
	service, name, _ := strings.Cut(p.base.ask.Action, ":")
	if p.catalog == nil {
		return true
	}
	s, ok := p.catalog.Service(service)
	if !ok {
		return true
	}
	action, ok := s.Action(name)
	if !ok {
		return true
	}
	known, ok := p.catalog.ConditionKey(key)
	own := strings.HasPrefix(key, s.Prefix+":") || key == tagKeys || strings.HasPrefix(key, requestTag)
	if !ok || !own || !slices.ContainsFunc(s.Keys, func(k catalog.ConditionKey) bool { return k.Name == known.Name }) {
		return true
	}
	if slices.Contains(action.Keys, known.Name) {
		return true
	}
	for _, r := range action.Resources {
		t, ok := s.Resource(r.Type)
		if slices.Contains(r.Keys, known.Name) || ok && slices.Contains(t.Keys, known.Name) {
			return true
		}
	}
	return false
}

// region is that of the resource, which the request then goes to; "" if it names none.
func (p *problem) region() string { return resourceRegion(p.base.ask.Resource) }

// resourceRegion is the fourth part of an ARN.
func resourceRegion(resource string) string {
	const region, parts = 3, 6
	if at := strings.SplitN(resource, ":", parts); len(at) == parts {
		return at[region]
	}
	return ""
}

// plain is the plainest setting.
func (p *problem) plain(f *free) setting {
	switch f.kind {
	case freeTransport:
		return setting{values: []string{"true"}}
	case freeAddress:
		return setting{values: []string{p.plainAddress()}}
	case freeAgent:
		return setting{values: []string{p.base.env.UserAgent}}
	case freeRegion:
		return setting{values: []string{p.base.env.Region}}
	default:
		return setting{}
	}
}

// with gives the circumstances with the chosen settings; those without are plain.
func (p *problem) with(chosen []*setting) circumstances {
	c := p.base
	c.ask.Context = c.ask.Context.Clone()
	for i, f := range p.free {
		s := &f.plain
		if chosen != nil && chosen[i] != nil {
			s = chosen[i]
		}
		f.put(&c, s)
	}
	return c
}

// context is that of the request with the chosen settings.
func (p *problem) context(chosen []*setting) eval.Context {
	if len(p.free) == 0 {
		return p.request.Context
	}
	c := p.with(chosen)
	return c.keys()
}

// allowed decides the request with the chosen settings.
func (p *problem) allowed(chosen []*setting) bool {
	r := p.request
	r.Context = p.context(chosen)
	return allows(p.set.Decide(&r))
}
