package usage

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// Records are those of one file of a trail, as awsimport.Bundle gives them.
type Records = iter.Seq2[*trail.Event, *awsimport.Problem]

// Limits of a replay: what goes beyond is decided all the same, but takes longer or is not listed.
const (
	maxQuestions = 200_000 // that each worker remembers
	maxFlips     = 5_000   // groups of calls
	maxShown     = 10      // resources of a group
)

// Replay is what becomes of a trail's calls under changed policies.
type Replay struct {
	// From and To are the times of the first and last call that the change concerns.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// Records is how many the trail has, Unread how many of them could not be read, Concerned how many are calls of
	// principals whose policies change.
	Records   int `json:"records"`
	Unread    int `json:"unread"`
	Concerned int `json:"concerned"`
	// Flips are the calls that would end otherwise, the most frequent denials first.
	Flips []Flip `json:"flips"`
	// Unexplained are calls that the policies of the snapshot decide otherwise than they ended: these policies are younger
	// than the call, or something beside them decided.
	Unexplained []Flip `json:"unexplained"`
	// Gaps are calls of which it is not known what they needed.
	Gaps []Gap `json:"gaps"`
	// Unlisted is how many calls flip beside those in Flips, where there are too many groups.
	Unlisted int `json:"unlisted,omitempty"`
}

// Flip is a group of calls that would end otherwise for the same reason.
type Flip struct {
	Change    Change `json:"change"`
	Principal string `json:"principal"`
	Action    string `json:"action"`
	// With is the action of the call, if Action is one that goes with it, such as iam:PassRole.
	With string `json:"with,omitempty"`
	// Resources are the first of those that the calls were about, More is how many there are beside them; the same one may be
	// counted more than once.
	Resources []string  `json:"resources"`
	More      int       `json:"more,omitempty"`
	Records   int       `json:"records"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
	// Event is the id of the first record.
	Event string `json:"event"`
	// Statements decide: those that deny; or, if they are Gone, those that allowed before; of a call that becomes allowed,
	// those that allow.
	Statements []access.StatementRef `json:"statements"`
	Gone       bool                  `json:"gone,omitempty"`
	// DependsOn are condition keys that the records do not tell, and "resource" where its name is not whole.
	DependsOn []string `json:"dependsOn,omitempty"`
}

// Gap is a kind of event of which it is not known what its calls needed.
type Gap struct {
	Source  string `json:"eventSource"`
	Event   string `json:"eventName"`
	Records int    `json:"records"`
	Why     string `json:"why"`
}

// ReplayOptions say what is replayed.
type ReplayOptions struct {
	// Before and After answer for the policies as they are and as they would be.
	Before, After *access.Finder
	// Workers is how many files are read at once; 0 is 1.
	Workers int
	// Progress, unless nil, is told how many of the files are read. It is called by one goroutine at a time.
	Progress func(done, total int)
}

// Run evaluates the calls of a trail under changed policies.
func Run(trails []Records, o ReplayOptions) *Replay {
	files := make(chan Records)
	var mu sync.Mutex
	var wg sync.WaitGroup
	total := newReplayer(&o)
	done := 0
	for range max(1, min(o.Workers, len(trails))) {
		wg.Go(func() {
			r := newReplayer(&o)
			for records := range files {
				r.read(records)
				mu.Lock()
				done++
				if o.Progress != nil {
					o.Progress(done, len(trails))
				}
				mu.Unlock()
			}
			mu.Lock()
			defer mu.Unlock()
			total.merge(r)
		})
	}
	for _, records := range trails {
		files <- records
	}
	close(files)
	wg.Wait()
	return total.finish()
}

// replayer replays for one worker.
type replayer struct {
	*ReplayOptions
	translator Translator
	asker      asker
	changed    map[string]bool // principals whose policies change
	classes    classes[*class]
	questions  map[string]*judgement // answers to equal questions
	flips      map[string]*Flip
	odd        map[string]*Flip
	gaps       map[[3]string]*Gap
	unlisted   Flip // counts what no group has room for
	result     Replay
}

// judgement is the answer to equal questions; both are nil where nothing flips.
type judgement struct{ flip, odd *Flip }

func newReplayer(o *ReplayOptions) *replayer {
	return &replayer{
		ReplayOptions: o, translator: Translator{Catalog: o.Before.Snapshot().Library().Catalog(), Snapshot: o.Before.Snapshot()},
		asker:   asker{finders: []*access.Finder{o.Before, o.After}, keys: map[askedOf][]string{}},
		changed: map[string]bool{}, questions: map[string]*judgement{}, flips: map[string]*Flip{}, odd: map[string]*Flip{}, gaps: map[[3]string]*Gap{},
	}
}

func (r *replayer) read(records Records) {
	for e, problem := range records {
		r.result.Records++
		if problem != nil {
			r.result.Unread++
			continue
		}
		actor, _ := Actor(e)
		if actor != "" && !e.ByService() && r.concerns(actor) {
			r.call(e, actor)
		}
	}
}

// concerns reports whether policies of the principal change.
func (r *replayer) concerns(actor string) bool {
	changed, known := r.changed[actor]
	if !known {
		changed = !samePolicies(r.Before.Snapshot(), r.After.Snapshot(), actor)
		r.changed[strings.Clone(actor)] = changed
	}
	return changed
}

func (r *replayer) call(e *trail.Event, actor string) {
	c, known := r.classes.find(e, actor)
	if !known {
		var lasting bool
		if c, lasting = r.classOf(e, actor); lasting {
			r.classes.add(c)
		}
	}
	if c.why == needsNone {
		return
	}
	r.result.Concerned++
	span(&r.result.From, &r.result.To, e.EventTime)
	if c.why != "" {
		addGap(r.gaps, e, c.why)
	}
	for _, j := range c.judged {
		j.flip.count(e)
		j.odd.count(e)
	}
}

// class is what is judged of a class of calls.
type class struct {
	why    string // it needs nothing, or what it needs is not known
	judged []*judgement
}

// classOf judges a call. lasting is false where calls that differ in the time alone may be judged otherwise.
func (r *replayer) classOf(e *trail.Event, actor string) (_ *class, lasting bool) {
	needs, why := r.translator.translate(e)
	if why != "" {
		return &class{why: why}, true
	}
	c, ok := circumstancesOf(r.Before.Snapshot(), e, actor)
	if !ok {
		return new(class), true // concerns has found the principal
	}
	found := new(class)
	lasting = true
	allowed := OutcomeOf(e) != Denied
	for i := range needs {
		n := &needs[i]
		if n.With != "" && !allowed {
			continue // which of its actions was denied the record does not tell
		}
		q, always := r.asker.question(c, actor, n, allowed)
		j, known := r.questions[q]
		if !known {
			j = r.judge(c, actor, n, allowed)
			if len(r.questions) < maxQuestions {
				r.questions[q] = j
			}
		}
		found.judged, lasting = append(found.judged, j), lasting && always
	}
	return found, lasting
}

// judge answers a question.
func (r *replayer) judge(c *circumstances, actor string, n *Need, allowed bool) *judgement {
	before, known := c.open(r.Before, n)
	after, still := c.open(r.After, n)
	if !known || !still {
		return &judgement{}
	}
	change, explained := compare(before, after, allowed)
	f := Flip{Change: change, Principal: actor, Action: n.Action, With: n.With}
	if change == Depends {
		f.DependsOn = merged(before.keys, after.keys)
		if n.Partial() {
			f.DependsOn = append(f.DependsOn, "resource")
		}
	} else if n.Partial() && change != Same {
		f.DependsOn = []string{"resource"}
	}
	j := &judgement{}
	if change != Same {
		f.Statements, f.Gone = deciders(before, after, change)
		j.flip = r.group(r.flips, f, n.Resource)
	}
	if !explained && n.With == "" {
		odd := Flip{Change: ToDenied, Principal: actor, Action: n.Action}
		if !allowed {
			odd.Change = ToAllowed
		}
		j.odd = r.group(r.odd, odd, n.Resource)
	}
	return j
}

// group is the group of a flip; nil where there are too many.
func (r *replayer) group(groups map[string]*Flip, f Flip, resource string) *Flip {
	key := f.key()
	g := groups[key]
	if g == nil {
		if len(groups) >= maxFlips {
			return &r.unlisted
		}
		f.Principal = strings.Clone(f.Principal)
		g = &f
		groups[key] = g
	}
	g.resource(strings.Clone(resource), 0)
	return g
}

func (f *Flip) key() string {
	return fmt.Sprint(f.Change, "\x00", f.Principal, "\x00", f.Action, "\x00", f.With, "\x00", f.Statements, "\x00", f.DependsOn)
}

func (f *Flip) resource(text string, more int) {
	f.More += more
	switch {
	case text == "" || slices.Contains(f.Resources, text):
	case len(f.Resources) < maxShown:
		f.Resources = append(f.Resources, text)
	default:
		f.More++
	}
}

func (f *Flip) count(e *trail.Event) {
	if f == nil {
		return
	}
	f.Records++
	if f.First.IsZero() || e.EventTime.Before(f.First) || e.EventTime.Equal(f.First) && e.EventID < f.Event {
		f.Event = strings.Clone(e.EventID)
	}
	span(&f.First, &f.Last, e.EventTime)
}

// merge adds what another worker found.
func (r *replayer) merge(o *replayer) {
	r.result.Records += o.result.Records
	r.result.Unread += o.result.Unread
	r.result.Concerned += o.result.Concerned
	if !o.result.From.IsZero() {
		span(&r.result.From, &r.result.To, o.result.From)
		span(&r.result.From, &r.result.To, o.result.To)
	}
	r.result.Unlisted += o.unlisted.Records
	mergeFlips(r.flips, o.flips)
	mergeFlips(r.odd, o.odd)
	for key, g := range o.gaps {
		if own := r.gaps[key]; own != nil {
			own.Records += g.Records
		} else {
			r.gaps[key] = g
		}
	}
}

func mergeFlips(to, from map[string]*Flip) {
	for key, f := range from {
		own := to[key]
		if own == nil {
			to[key] = f
			continue
		}
		own.Records += f.Records
		if f.First.Before(own.First) || f.First.Equal(own.First) && f.Event < own.Event {
			own.Event = f.Event
		}
		span(&own.First, &own.Last, f.First)
		span(&own.First, &own.Last, f.Last)
		for _, res := range f.Resources {
			own.resource(res, 0)
		}
		own.More += f.More
	}
}

func (r *replayer) finish() *Replay {
	r.result.Flips, r.result.Unexplained = sortFlips(r.flips), sortFlips(r.odd)
	r.result.Gaps = sortGaps(r.gaps)
	return &r.result
}

func sortFlips(groups map[string]*Flip) []Flip {
	list := []Flip{}
	for _, f := range groups {
		slices.Sort(f.Resources)
		list = append(list, *f)
	}
	slices.SortFunc(list, func(f, g Flip) int {
		return cmp.Or(cmp.Compare(f.Change, g.Change), cmp.Compare(g.Records, f.Records), cmp.Compare(f.key(), g.key()))
	})
	return list
}

func sortGaps(gaps map[[3]string]*Gap) []Gap {
	list := []Gap{}
	for _, g := range gaps {
		list = append(list, *g)
	}
	slices.SortFunc(list, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Event, b.Event), cmp.Compare(a.Why, b.Why))
	})
	return list
}

func addGap(gaps map[[3]string]*Gap, e *trail.Event, why string) {
	key := [3]string{e.EventSource, e.EventName, why}
	g := gaps[key]
	if g == nil {
		g = &Gap{Source: strings.Clone(e.EventSource), Event: strings.Clone(e.EventName), Why: why}
		gaps[[3]string{g.Source, g.Event, why}] = g
	}
	g.Records++
}

// span widens a span of time.
func span(first, last *time.Time, t time.Time) {
	if first.IsZero() || t.Before(*first) {
		*first = t
	}
	if t.After(*last) {
		*last = t
	}
}

// merged are the texts of lists, each once, in order.
func merged(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// entityOf is the user or role with that ARN, nil where there is none.
func entityOf(snap *directory.Snapshot, principal string) (*directory.Account, directory.Entity) {
	a, err := arn.Parse(principal)
	if err != nil {
		return nil, nil
	}
	account := snap.Account(a.Account)
	named, ok := a.Named()
	if account == nil || !ok {
		return nil, nil
	}
	switch named.Kind {
	case arn.KindUser:
		if u := account.User(named.Name); u != nil && account.ARN(u) == principal {
			return account, u
		}
	case arn.KindRole:
		if r := account.Role(named.Name); r != nil && account.ARN(r) == principal {
			return account, r
		}
	}
	return nil, nil
}

// samePolicies reports whether a user or role has the same policies in two states; one that neither has does.
func samePolicies(before, after *directory.Snapshot, principal string) bool {
	was, e := entityOf(before, principal)
	is, f := entityOf(after, principal)
	if e == nil || f == nil {
		return true
	}
	same := func(a, b eval.Source) bool { return a.Name == b.Name && a.Policy == b.Policy }
	bound := func(s *eval.Source) []eval.Source {
		if s == nil {
			return nil
		}
		return []eval.Source{*s}
	}
	return slices.EqualFunc(was.IdentityPolicies(e), is.IdentityPolicies(f), same) &&
		slices.EqualFunc(bound(was.BoundaryPolicy(e)), bound(is.BoundaryPolicy(f)), same)
}
