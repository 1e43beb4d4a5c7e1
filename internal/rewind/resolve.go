package rewind

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/trail"
)

// want is something that was changed since, so that what it was before stands further back in the trail.
type want struct {
	what string // "trust", "boundary", "inline", "attached", "member" or "default"
	kind string // "user", "group", "role" or "policy"
	name string // of the entity
	of   string // name of the inline policy or group, or ARN of the managed policy
}

func (p *past) want(what, kind, name, of string) { p.wants[want{what, kind, folded(name), of}] = true }

// forget is for an entity that was not there yet.
func (p *past) forget(kind, name string) {
	maps.DeleteFunc(p.wants, func(w want, _ bool) bool {
		return w.kind == kind && w.name == folded(name) || kind == "group" && w.what == "member" && w.of == folded(name)
	})
}

// renameWants keeps in mind what is to be found of an entity by its name of before.
func (p *past) renameWants(kind, now, before string) {
	if now == "" {
		return
	}
	for w := range maps.Clone(p.wants) {
		old := w
		if w.kind == kind && w.name == folded(now) {
			w.name = folded(before)
		}
		if kind == "group" && w.what == "member" && w.of == folded(now) {
			w.of = folded(before)
		}
		if w != old {
			delete(p.wants, old)
			p.wants[w] = true
		}
	}
}

// resolve looks for what the entities of then had, all of one entity at once.
func (p *past) resolve(h History) error {
	all := slices.SortedFunc(maps.Keys(p.wants), func(a, b want) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name), cmp.Compare(a.what, b.what), cmp.Compare(a.of, b.of))
	})
	searched := 0
	for i := 0; i < len(all); {
		end := i + 1
		for end < len(all) && all[end].kind == all[i].kind && all[end].name == all[i].name {
			end++
		}
		own := all[i:end]
		i = end
		name, arn := p.nameOf(own[0])
		if name == "" {
			continue // it came later than the time, and is gone again
		}
		s := search{history: h, kind: own[0].kind, name: name, arn: arn, until: p.at}
		for _, w := range own {
			s.findings = append(s.findings, &finding{want: w})
		}
		if searched++; searched <= maxSearches {
			if err := s.run(); err != nil {
				return err
			}
		}
		for _, f := range s.findings {
			p.settle(f, name)
		}
	}
	return nil
}

// nameOf is the entity's name as it is spelled, "" where there is none, and its ARN.
func (p *past) nameOf(w want) (name, arn string) {
	if w.kind == "policy" {
		if m := p.policies[w.name]; m != nil {
			return m.Name, p.now.ARN(m)
		}
		return "", ""
	}
	e := p.holder(w.kind, w.name)
	switch e := e.(type) {
	case *directory.User:
		name = e.Name
	case *directory.Group:
		name = e.Name
	case *directory.Role:
		name = e.Name
	default:
		return "", ""
	}
	return name, p.now.ARN(e)
}

// search is for all that is wanted of one entity.
type search struct {
	history  History
	kind     string
	name     string
	arn      string
	until    time.Time
	findings []*finding
	looked   int
}

// run goes back through the events about the entity. One that had another name before is followed under that.
func (s *search) run() error {
	for s.looked < maxLooked {
		renamed, before, err := s.renaming()
		if err != nil {
			return err
		}
		done, err := s.look(renamed)
		if err != nil || done || renamed.IsZero() {
			return err
		}
		s.name, s.until = before.name, renamed
		s.arn = before.arn
	}
	return nil
}

// called is what an entity was called.
type called struct{ name, arn string }

// renaming finds when the entity got its name from another one, if it did.
func (s *search) renaming() (at time.Time, before called, err error) {
	if s.kind != "user" && s.kind != "group" {
		return at, before, nil
	}
	for e, err := range s.history.Before(s.arn, s.until) {
		if err != nil {
			return at, before, err
		}
		if s.looked++; s.looked > maxLooked {
			return at, before, nil
		}
		in, _, err := read(e)
		if err != nil || e.ErrorCode != "" || !e.EventTime.Before(s.until) && s.name == in.UserName+in.GroupName {
			continue
		}
		kind, name := in.subject()
		if kind != s.kind || !strings.HasPrefix(e.EventName, "Update") || folded(in.NewUserName+in.NewGroupName) != folded(s.name) {
			continue
		}
		path := pathIn(e, kind, name)
		return e.EventTime, called{name, strings.TrimSuffix(s.arn[:strings.Index(s.arn, ":"+kind+"/")]+":"+kind+path, "/") + "/" + name}, nil
	}
	return at, before, nil
}

// look reads the events about the name, back to a time; done says that nothing is wanted any more.
func (s *search) look(since time.Time) (done bool, err error) {
	resource := s.name
	if s.kind == "policy" {
		resource = s.arn
	}
	for e, err := range s.history.Before(resource, s.until) {
		if err != nil {
			return false, err
		}
		if s.looked++; s.looked > maxLooked || e.EventTime.Before(since) {
			return false, nil
		}
		if e.ErrorCode != "" || e.EventSource != "iam.amazonaws.com" {
			continue
		}
		in, out, err := read(e)
		if err != nil {
			return true, nil // it may be the one that is looked for
		}
		if s.tell(e, &in, &out) {
			return true, nil
		}
	}
	return false, nil
}

// tell gives an event to whatever is not found yet; done says that nothing is left, or nothing older is about this entity.
func (s *search) tell(e *trail.Event, in, out *parameters) (done bool) {
	kind, name := in.subject()
	own := kind == s.kind && folded(name) == folded(s.name)
	done = true
	for _, f := range s.findings {
		if !f.found {
			f.tells(e, in, out, own)
		}
		done = done && f.found
	}
	return done || own && strings.HasPrefix(e.EventName, "Create")
}

// finding is what the trail says of a want.
type finding struct {
	want
	found   bool
	value   string // the document, or the boundary; "" for none
	there   bool   // of an attachment or membership
	version int    // of the default; 0 where it is not known
}

// tells reads one event; own is whether it is about the entity.
func (f *finding) tells(e *trail.Event, in, out *parameters, own bool) {
	switch f.what {
	case "default":
		f.tellsDefault(e, in, out)
		return
	case "inline":
		if own {
			f.tellsInline(e, in)
		}
		return
	}
	if !own {
		return
	}
	switch e.EventName {
	case "CreateRole", "UpdateAssumeRolePolicy":
		if f.what == "trust" {
			f.found, f.value = true, cmp.Or(in.AssumeRolePolicyDocument, in.PolicyDocument)
		}
	case "AttachUserPolicy", "AttachGroupPolicy", "AttachRolePolicy", "DetachUserPolicy", "DetachGroupPolicy", "DetachRolePolicy":
		if f.what == "attached" && in.PolicyArn == f.of {
			f.found, f.there = true, strings.HasPrefix(e.EventName, "Attach")
		}
	case "AddUserToGroup", "RemoveUserFromGroup":
		if f.what == "member" && folded(in.GroupName) == f.of {
			f.found, f.there = true, e.EventName == "AddUserToGroup"
		}
	}
	f.tellsBoundary(e, in)
}

func (f *finding) tellsBoundary(e *trail.Event, in *parameters) {
	switch e.EventName {
	case "CreateUser", "CreateRole", "PutUserPermissionsBoundary", "PutRolePermissionsBoundary", "DeleteUserPermissionsBoundary", "DeleteRolePermissionsBoundary":
		if f.what == "boundary" {
			f.found, f.value = true, in.PermissionsBoundary
		}
	}
}

func (f *finding) tellsInline(e *trail.Event, in *parameters) {
	switch e.EventName {
	case "CreateUser", "CreateGroup", "CreateRole":
		f.found = true
	case "PutUserPolicy", "PutGroupPolicy", "PutRolePolicy", "DeleteUserPolicy", "DeleteGroupPolicy", "DeleteRolePolicy":
		if in.PolicyName == f.of {
			f.found, f.value = true, in.PolicyDocument
		}
	}
}

// tellsDefault finds which version was the default, and then its document.
func (f *finding) tellsDefault(e *trail.Event, in, out *parameters) {
	switch e.EventName {
	case "SetDefaultPolicyVersion":
		if in.PolicyArn == f.of && f.version == 0 {
			f.version = versionNumber(in.VersionID)
		}
	case "CreatePolicyVersion":
		number := versionNumber(out.PolicyVersion.VersionID)
		if in.PolicyArn == f.of && number > 0 && (f.version == 0 && in.SetAsDefault || f.version == number) {
			f.found, f.version, f.value = true, number, in.PolicyDocument
		}
	case "CreatePolicy":
		if out.Policy.Arn == f.of && f.version <= 1 {
			f.found, f.version, f.value = true, 1, in.PolicyDocument
		}
	}
}

// settle gives the entity what was found, and tells what was not.
func (p *past) settle(f *finding, name string) {
	if f.kind == "policy" {
		p.settleDefault(f, p.policies[f.name])
		return
	}
	e := p.holder(f.kind, f.name)
	subject := fmt.Sprintf("%s %s", f.kind, name)
	switch f.what {
	case "attached":
		if f.found {
			setListed(attached(e), f.of, f.there)
		}
	case "member":
		if g := p.groups[f.of]; f.found && g != nil {
			setListed(&e.(*directory.User).Groups, g.ID, f.there)
		}
	case "trust":
		e.(*directory.Role).Trust = directory.Document{Text: f.value}
		p.tell(f.found, "The trust policy that %s had then is not on the trail: it is shown without.", subject)
	case "boundary":
		setBoundary(e, f.value)
		p.tell(f.found, "Whether %s had a permissions boundary then is not on the trail: it is shown without.", subject)
	case "inline":
		setInline(e, f.of, f.value)
		p.tell(f.found, "The inline policy %s that %s may have had then is not on the trail: it is left out.", f.of, subject)
	}
}

// settleDefault makes the version that was in force the default. A version is kept longer than the trail tells of it.
func (p *past) settleDefault(f *finding, m *directory.Policy) {
	kept := slices.IndexFunc(m.Versions, func(v directory.PolicyVersion) bool { return v.Number == f.version })
	switch {
	case f.version > 0 && kept >= 0:
		m.Default = f.version
	case f.found:
		m.Versions = append(m.Versions, directory.PolicyVersion{Number: f.version, Created: p.at, Document: directory.Document{Text: f.value}})
		slices.SortFunc(m.Versions, func(a, b directory.PolicyVersion) int { return cmp.Compare(a.Number, b.Number) })
		m.Default = f.version
	case len(m.Versions) == 1:
		m.Default = m.Versions[0].Number
	case len(m.Versions) > 0:
		m.Default = m.Versions[len(m.Versions)-1].Number
		p.tell(false, "Which version of policy %s was in force then is not on the trail: it is shown with version %d.", m.Name, m.Default)
	default:
		p.tell(false, "The document that policy %s had then is not on the trail: it is shown without one.", m.Name)
	}
	m.Latest = max(m.Latest, m.Default)
}

func (p *past) tell(known bool, format string, args ...any) {
	if !known {
		p.unknown[fmt.Sprintf(format, args...)] = true
	}
}
