package audit

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory/awsimport"
)

// Input is what an audit is made from.
type Input struct {
	Bundle *awsimport.Bundle
	// Now is the time of the audit: ages count up to it.
	Now      time.Time
	Settings Settings
	// Checks to run.
	Checks []*Check
	// Attestations are people's answers to what no export tells.
	Attestations []Attestation
	// LeakedKeys are access keys that were found where they do not belong; nil where nobody looked.
	LeakedKeys []LeakedKey
	// DiskKeys are clear-text keys in credentials files of this machine; nil where nobody looked.
	DiskKeys []DiskKey
	// Suppressions are findings that somebody decided to live with.
	Suppressions []Suppression
	// Baseline is an earlier report; nil for none.
	Baseline *Report
	// Progress, unless nil, is told how far the audit is.
	Progress func(done, total int, what string)
}

// LeakedKey is an access key id that was found in a file or in a repository's history.
type LeakedKey struct {
	ID string
	// Place is where, for people: "config/prod.env:12", "commit 1f2e3d4c, config/prod.env".
	Place string
	// WithSecret: what looks like its secret stands beside it.
	WithSecret bool
}

// DiskKey is a long-term access key in clear text in a file of this machine.
type DiskKey struct{ ID, File, Profile string }

// Attestation is a person's answer to a question that only a person can answer.
type Attestation struct {
	// Question is the question's id: "root-password-stored".
	Question string `json:"question"`
	// Account it is about; "" is every account.
	Account string    `json:"account,omitempty"`
	Answer  bool      `json:"answer"`
	By      string    `json:"by"`
	On      time.Time `json:"on"`
	Expires time.Time `json:"expires"`
	Note    string    `json:"note,omitempty"`
}

// Run makes the report.
func Run(in *Input) *Report {
	b := in.Bundle
	r := &Report{
		Version: ReportVersion, Generated: in.Now, Accounts: []AccountSummary{}, Checks: []CheckInfo{}, Assessed: []Assessment{},
		NotAssessed: []Assessment{}, Findings: []Finding{},
	}
	for _, c := range in.Checks {
		r.Checks = append(r.Checks, c.Info())
	}
	finder := Finder(b, in.Now)
	found := sync.OnceValue(func() *privileges { return findPrivileges(finder, b) })
	activity := sync.OnceValue(func() *TrailActivity { return Activities(b) })
	ids := accountIDs(b)
	total, done := len(ids)*len(in.Checks), 0
	for _, id := range ids {
		a := in.account(id, finder, found)
		a.activity = activity
		r.Accounts = append(r.Accounts, a.summary())
		for _, c := range in.Checks {
			if in.Progress != nil {
				in.Progress(done, total, c.ID)
			}
			done++
			rep := Reporter{check: c, account: a}
			c.Run(a, &rep)
			r.add(&rep)
		}
	}
	if in.Progress != nil {
		in.Progress(done, total, "who can do what")
	}
	p := found()
	r.Administrators, r.Escalations, r.Cut, r.External = p.administrators, p.escalations, p.cut, p.external
	if in.Progress != nil {
		in.Progress(total, total, "")
	}
	if len(ids) == 1 {
		r.Account = ids[0]
	}
	slices.SortStableFunc(r.Findings, byGravity)
	r.compare(in.Baseline)
	r.suppress(in.Suppressions, in.Now)
	r.Score = score(r, in.Checks)
	return r
}

// Finder answers questions about access on what a bundle holds.
func Finder(b *awsimport.Bundle, now time.Time) *access.Finder {
	return access.New(b.Snapshot, access.Options{Now: now, Resources: resources(b)})
}

// byGravity orders findings for people: the gravest first, then by check, account and resource.
func byGravity(a, b Finding) int {
	return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Account, b.Account),
		cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.ID, b.ID))
}

// accountIDs are the accounts that the bundle knows anything of, in order.
func accountIDs(b *awsimport.Bundle) []string {
	var ids []string
	for id := range b.Accounts {
		ids = append(ids, id)
	}
	for a := range b.Snapshot.Accounts() {
		ids = append(ids, a.ID())
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (in *Input) account(id string, finder *access.Finder, found func() *privileges) *Account {
	a := &Account{
		ID: id, Partition: arn.AWS, Directory: in.Bundle.Snapshot.Account(id), Evidence: in.Bundle.Accounts[id], Bundle: in.Bundle,
		Now: in.Now, Settings: in.Settings, Input: in, Finder: finder, privileges: found,
	}
	if a.Evidence == nil {
		a.Evidence = &awsimport.Evidence{Account: id}
	}
	switch {
	case a.Directory != nil:
		a.Partition = a.Directory.Partition()
	case a.Evidence.Partition != "":
		a.Partition = a.Evidence.Partition
	}
	return a
}

// resources are those of the bundle that have policies of their own.
func resources(b *awsimport.Bundle) []access.Resource {
	var all []access.Resource
	for _, id := range accountIDs(b) {
		e := b.Accounts[id]
		if e == nil {
			continue
		}
		for i := range e.ResourcePolicies {
			all = append(all, resource(id, &e.ResourcePolicies[i]))
		}
	}
	return all
}
