package escalation_test

import (
	"fmt"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/directory"
)

// A developer may assume a role that may write policies into developers.
func Example() {
	const mayAssume = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`
	const mayWrite = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"arn:aws:iam::111122223333:user/dev/*"}]}`
	const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}`
	inline := func(text string) []directory.InlinePolicy {
		return []directory.InlinePolicy{{Name: "own", Document: directory.Document{Text: text}}}
	}
	snap := directory.Load(directory.NewLibrary(nil), 1, map[string][]directory.Entity{"111122223333": {
		&directory.AccountInfo{ID: "111122223333"},
		&directory.User{ID: "AIDAALICE", Name: "alice", Path: "/dev/", Inline: inline(mayAssume)},
		&directory.Role{ID: "AROAROTA", Name: "rota", Path: "/", MaxSession: 3600, Inline: inline(mayWrite), Trust: directory.Document{Text: trust}},
	}})
	finder := access.New(snap, access.Options{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)})
	graph := escalation.Build(finder, escalation.Options{})
	for _, e := range graph.Escalations {
		for _, s := range e.Steps {
			fmt.Println(s.From, s.Title, s.To)
		}
	}
	for _, st := range graph.Cut().Statements {
		fmt.Println("without statement", st.Index, "of", st.Policy, "of", st.Holder, "nobody does")
	}
	// Output:
	// arn:aws:iam::111122223333:user/dev/alice assumes the role arn:aws:iam::111122223333:role/rota
	// arn:aws:iam::111122223333:role/rota writes a policy into the user arn:aws:iam::111122223333:user/dev/alice
	// without statement 0 of inline own of arn:aws:iam::111122223333:user/dev/alice nobody does
}
