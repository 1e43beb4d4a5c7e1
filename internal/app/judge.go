package app

import (
	"encoding/json"
	"iter"
	"slices"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/alarm"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// judge tells alarms what is true in the accounts now. It joins what stands side by side: alarms know no audit, and the
// audit no alarms, but both mean the same by an administrator and by an outsider.
type judge struct{ store *store.Store }

// Workload implements alarm.Judge.
func (j judge) Workload(role string) bool {
	snap := j.store.Snapshot()
	p, ok := access.New(snap, access.Options{}).Principal(role)
	if !ok || p.Outside || p.Kind != eval.RoleSession {
		return false
	}
	doc := snap.Account(p.Account).RoleByID(p.ID).Trust.Compiled().Document()
	return doc != nil && slices.ContainsFunc(doc.Statements, func(st policy.Statement) bool {
		return st.Effect == policy.Allow && st.Principal != nil && len(st.Principal.Service) > 0
	})
}

// Look implements alarm.Judge.
func (j judge) Look(f alarm.Fact, e *trail.Event) []alarm.Finding {
	snap := j.store.Snapshot()
	a := snap.Account(e.RecipientAccountID)
	if a == nil {
		return nil
	}
	return j.judge(snap, f, slices.Values(touched(a, e)))
}

// All implements alarm.Judge.
func (j judge) All(f alarm.Fact) []alarm.Finding {
	snap := j.store.Snapshot()
	return j.judge(snap, f, func(yield func(holder) bool) {
		for a := range snap.Accounts() {
			for _, h := range everybody(a) {
				if !yield(h) {
					return
				}
			}
		}
	})
}

func (j judge) judge(snap *directory.Snapshot, f alarm.Fact, holders iter.Seq[holder]) []alarm.Finding {
	finder := access.New(snap, access.Options{Now: time.Now().UTC()})
	administrators := escalation.NewJudge(finder)
	var all []alarm.Finding
	for h := range holders {
		found := alarm.Finding{Account: h.account, Subject: h.arn}
		switch f {
		case alarm.Administrator:
			if administrators.Administrator(h.arn) != nil {
				found.Details = []string{"it can give itself everything"}
			}
		case alarm.Outsider:
			if !h.role {
				continue
			}
			found.Details = outsiders(finder, h.arn)
		}
		all = append(all, found)
	}
	return all
}

// outsiders are whom the role's trust policy lets in from outside of its account.
func outsiders(f *access.Finder, role string) (all []string) {
	for e := range f.ExternalOf(role) {
		who := e.Principal.ARN
		if e.Public {
			who += " (public)"
		}
		all = append(all, who)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// holder is a user or role.
type holder struct {
	account, arn string
	role         bool
}

func everybody(a *directory.Account) (all []holder) {
	for u := range a.Users() {
		all = append(all, holder{a.ID(), a.ARN(u), false})
	}
	for r := range a.Roles() {
		all = append(all, holder{a.ID(), a.ARN(r), true})
	}
	return all
}

// touched are the users and roles whose rights the event may have changed: those that its parameters name, by themselves, by
// a group or by a policy.
func touched(a *directory.Account, e *trail.Event) (all []holder) {
	var named struct{ UserName, NewUserName, RoleName, GroupName, PolicyArn string }
	if json.Unmarshal(e.RequestParameters, &named) != nil {
		return nil // no parameters, so nothing of the account's was changed
	}
	add := func(entities ...directory.Entity) {
		for _, entity := range entities {
			switch entity := entity.(type) {
			case *directory.User:
				all = append(all, holder{a.ID(), a.ARN(entity), false})
			case *directory.Role:
				all = append(all, holder{a.ID(), a.ARN(entity), true})
			case *directory.Group:
				for u := range a.Members(entity.ID) {
					all = append(all, holder{a.ID(), a.ARN(u), false})
				}
			}
		}
	}
	for _, name := range []string{named.UserName, named.NewUserName} {
		if u := a.User(name); u != nil {
			add(u)
		}
	}
	if r := a.Role(named.RoleName); r != nil {
		add(r)
	}
	if g := a.Group(named.GroupName); g != nil {
		add(g)
	}
	// Of one that was attached or detached it is the holder that counts, which stands beside it.
	if named.PolicyArn != "" && len(all) == 0 {
		add(slices.Collect(a.AttachedTo(named.PolicyArn))...)
		add(slices.Collect(a.BoundaryOf(named.PolicyArn))...)
	}
	return all
}
