package access

import (
	"iter"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// Finder answers questions about access on one snapshot. It is safe for concurrent use.
type Finder struct {
	snap    *directory.Snapshot
	options Options
}

// Options of a Finder.
type Options struct {
	// Now is the time of the questions: a request can be made then or later, never earlier.
	Now time.Time
	// Resources are those with policies, tags or owners of their own; the roles, users and policies of the snapshot are
	// known without.
	Resources []Resource
	// Work bounds the search for circumstances of one answer, in trials; 0 is DefaultWork. What goes beyond is Undecided.
	Work int
}

// DefaultWork is enough for every policy that people write.
const DefaultWork = 20_000

// Resource is what is known of something that requests are about.
type Resource struct {
	ARN string
	// Account owns it; "" is the account in its ARN.
	Account string
	Tags    []directory.Tag
	// Policy is its own policy, nil where it has none.
	Policy *eval.Source
}

// New makes a Finder.
func New(snap *directory.Snapshot, options Options) *Finder {
	return &Finder{snap: snap, options: options}
}

// Snapshot that the Finder was made with.
func (f *Finder) Snapshot() *directory.Snapshot { return f.snap }

// Ask is the question for an action on a resource, with all that is known of the resource: its account, tags and policy.
// The caller may add the operation's own keys to its Context; keys that it does not set are free. An ARN that nobody knows
// belongs to the account that it names, and where it names none, to the caller's.
func (f *Finder) Ask(action, resource string) *authz.Ask { return nil }

// Replay decides a witness again.
func (f *Finder) Replay(w *Witness) authz.Decision { return authz.Decision{} }

// Explain says why a witness, or any other request, is decided as it is. ok is false when its caller is unknown.
func (f *Finder) Explain(w *Witness) (e eval.Explanation, ok bool) { return eval.Explanation{}, false }

// Plain is the request of the plainest circumstances, as Yes has them. ok is false for a principal that does not exist.
func (f *Finder) Plain(p Principal, ask *authz.Ask) (w *Witness, ok bool) { return nil, false }

// Can answers whether a principal can do what is asked. Of the ask, what is given is fixed: context keys, tags of the request
// (if there are any), the second factor. All other circumstances are free: the network, time from now on, the second factor,
// tags of the request, the name of the session, the keys of the operation.
func (f *Finder) Can(p Principal, ask *authz.Ask) Answer { return Answer{} }

// WhoCan gives all principals of the snapshot that can do what is asked, or of which it is undecided, in the order of Principals.
func (f *Finder) WhoCan(ask *authz.Ask) iter.Seq2[Principal, Answer] {
	return func(func(Principal, Answer) bool) {}
}

// Grant is an action that a principal can do, and where.
type Grant struct {
	Service *catalog.Service
	Action  *catalog.Action
	// Resources are patterns as the Allow statements have them, with variables filled in: "*" for an action without
	// resource types. Not everything that fits one need be allowed: a Deny may except some, which the Answer's witness avoids.
	Resources []string
	Answer    Answer
}

// WhatCan gives the actions of the catalogue that a principal can do on some resource, by service and name; service "" is
// all. Grants of one action with different answers come one after the other.
func (f *Finder) WhatCan(p Principal, service string) iter.Seq[Grant] {
	return func(func(Grant) bool) {}
}

// Exposure is something that somebody outside the account reaches, through a trust policy or another resource's policy.
type Exposure struct {
	Resource string // ARN
	// Actions are those that are reached in this way.
	Actions   []string
	Principal Principal
	// Public: anybody at all, or any AWS account, without a condition that limits who it is.
	Public bool
	// Outside: beyond the organization, where there is one.
	Outside bool
	Answer  Answer
}

// External gives who outside the account reaches what: through the trust policies of roles, and the policies of
// Options.Resources.
func (f *Finder) External() iter.Seq[Exposure] {
	return func(func(Exposure) bool) {}
}
