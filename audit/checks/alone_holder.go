package checks

import (
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

// holder is who has nothing but one policy, in an account made to see what that policy gives. It has it as an inline policy
// of the name onePolicy, which package directory calls oneSource.
const (
	holder    = "warder-audit-holder"
	onePolicy = "one"
	oneSource = "inline one"
)

const everything = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`

// alone is who may become whom where a user has just this document. Beside the user there are the administrators' roles of
// the account that services assume: those are what rights to pass roles lead to.
func alone(a *audit.Account, doc directory.Document) *escalation.Graph {
	library := a.Bundle.Snapshot.Library()
	entities := []directory.Entity{&directory.AccountInfo{ID: a.ID, Partition: a.Partition}, &directory.User{
		ID: "AIDA" + strings.Repeat("A", 17), Name: holder, Path: "/", Inline: []directory.InlinePolicy{{Name: onePolicy, Document: doc}},
	}}
	for _, admin := range a.Administrators() {
		if role := roleOf(a, admin.ARN); role != nil && forServices(role) {
			copied := &directory.Role{
				ID: role.ID, Name: role.Name, Path: role.Path, MaxSession: role.MaxSession, Trust: role.Trust,
				Inline: []directory.InlinePolicy{{Name: "everything", Document: directory.Document{Text: everything}}},
			}
			entities = append(entities, copied)
		}
	}
	snap := directory.New(library).With(1, a.ID, entities, nil)
	return escalation.Build(access.New(snap, access.Options{Now: a.Now}), escalation.Options{PasskeySignIn: a.Bundle.PasskeySignIn})
}

// forServices reports whether nobody but services may assume a role.
func forServices(role *directory.Role) bool {
	if role.Trust.Err() != nil {
		return false
	}
	doc := role.Trust.Compiled().Document()
	services := false
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if st.Effect != policy.Allow {
			continue
		}
		if p := st.Principal; p == nil || p.Any || len(p.AWS)+len(p.Federated) > 0 {
			return false
		}
		services = services || len(st.Principal.Service) > 0
	}
	return services
}

// administers reports whether a document by itself makes its holder an administrator.
func administers(a *audit.Account, doc directory.Document) (admin *escalation.Administrator, ok bool) {
	if !mayAdminister(doc.Compiled().Document()) {
		return nil, false
	}
	g := alone(a, doc)
	for i := range g.Administrators {
		if g.Administrators[i].ARN == a.ARN("user/"+holder) {
			return &g.Administrators[i], true
		}
	}
	return nil, false
}

// mayAdminister looks, before anything is decided, whether a document gives rights over all users.
func mayAdminister(doc *policy.Document) bool {
	for i := range doc.Statements {
		if st := &doc.Statements[i]; st.Effect == policy.Allow && (covers(st, "iam:AttachUserPolicy") || covers(st, "iam:PutUserPolicy")) {
			return true
		}
	}
	return false
}
