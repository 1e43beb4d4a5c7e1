package accessmap

import (
	"strings"
	"sync"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/directory"
)

// analysis is who may become whom and who gets in from outside, at one revision.
type analysis struct {
	finder   *access.Finder
	external []audit.External

	mu    sync.Mutex // a graph is for one goroutine
	graph *escalation.Graph
}

func analyse(snap *directory.Snapshot, now time.Time, passkeySignIn bool) *analysis {
	f := access.New(snap, access.Options{Now: now})
	return &analysis{finder: f, graph: escalation.Build(f, escalation.Options{PasskeySignIn: passkeySignIn}), external: audit.Exposures(f)}
}

// analysed draws what the analysis says.
func (b *builder) analysed(a *analysis) {
	for i := range a.graph.Administrators {
		admin := &a.graph.Administrators[i]
		flags := Administrator
		if len(admin.Requirements) > 0 {
			flags |= AdminUnderTerms
		}
		b.flag(b.known(admin.ARN), flags)
	}
	b.flag(0, Administrator) // the root user
	for i := range a.graph.Escalations {
		e := &a.graph.Escalations[i]
		b.flag(b.known(e.From), Escalates)
		for j := range e.Steps {
			b.step(&e.Steps[j], Escalation)
		}
	}
	for i := range a.graph.Edges {
		b.step(&a.graph.Edges[i], Step)
	}
	for i := range a.external {
		b.exposure(&a.external[i])
	}
}

func (b *builder) flag(node int, f Flags) {
	if node >= 0 {
		b.graph.Nodes[node].Flags |= f
	}
}

// step draws a step between two nodes that there are. One that is part of a way to become administrator is not drawn again
// for itself. One that leads to nothing that is there, such as a role that is to be made, is not drawn: the flag of who takes it tells
// of it, and GetReach the steps.
func (b *builder) step(e *escalation.Edge, r Relation) {
	note := b.note(Note{Title: e.Title, Step: e.Step, Object: masked(e.Object, b.account), Requirements: texts(e.Requirements)})
	from, to := b.known(e.From), b.known(e.To)
	if to < 0 || to == from {
		to = b.known(e.Object)
	}
	if r == Step && b.edges[Edge{from, to, Escalation, note}] {
		return
	}
	b.edge(from, to, r, note)
}

func (b *builder) exposure(e *audit.External) {
	role := b.known(e.Resource)
	if role < 0 {
		return
	}
	b.flag(role, FromOutside)
	if e.Public {
		b.flag(role, Public)
	}
	who := b.known(e.Principal)
	if who < 0 { // nobody's users and roles are told to another account that does not name them
		who = b.principal(masked(e.Principal, b.account), b.graph.Nodes[role].Created)
	}
	b.flag(who, FromOutside)
	b.edge(who, role, External, b.note(Note{Title: "gets in from outside", Requirements: texts(e.Requirements)}))
}

// texts say requirements to people.
func texts(r []access.Requirement) []string {
	a := access.Answer{Requirements: r}
	return a.Texts()
}

// masked is the name of a principal as an account may see it: those of another account stand for the account. Whoever has
// an account is everyone.
func masked(name string, own *directory.Account) string {
	if strings.HasSuffix(name, anyRoot) {
		return "*"
	}
	a, err := arn.Parse(name)
	if err != nil || !foreign(name, own) {
		return name
	}
	return arn.Account{Partition: a.Partition, ID: a.Account}.Root().String()
}

// foreign is whether an ARN names something in the IAM of another account.
func foreign(name string, own *directory.Account) bool {
	a, err := arn.Parse(name)
	return err == nil && a.Account != own.ID() && arn.IsAccountID(a.Account) && (a.Service == "iam" || a.Service == "sts")
}
