package rewind_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/rewind"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const account = "111122223333"

// events are a trail, oldest first.
type events []*trail.Event

func (all events) Since(t time.Time) iter.Seq2[*trail.Event, error] {
	return all.newestFirst(func(e *trail.Event) bool { return e.EventTime.After(t) && !e.ReadOnly })
}

func (all events) Before(resource string, t time.Time) iter.Seq2[*trail.Event, error] {
	return all.newestFirst(func(e *trail.Event) bool {
		return !e.EventTime.After(t) && (resource == "" || slices.ContainsFunc(e.References(), func(r trail.Reference) bool { return r.Name == resource }))
	})
}

func (all events) newestFirst(keep func(*trail.Event) bool) iter.Seq2[*trail.Event, error] {
	return func(yield func(*trail.Event, error) bool) {
		for _, e := range slices.Backward(all) {
			if keep(e) && !yield(e, nil) {
				return
			}
		}
	}
}

// world is an account, its trail with a second between two events, and what it was like after each.
type world struct {
	*servertest.Account
	admin  *servertest.Credentials
	start  time.Time
	events events
	states []string // after that many events
	seen   store.Sequence
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{start: time.Now().Add(time.Hour).Truncate(time.Second)}
	w.Account = servertest.New(t, func(s *servertest.World) { iam.Register(s.Server, s.Store, s.Keys, "") }).Account(t, account)
	w.admin = w.Admin(t, "admin")
	w.states = []string{shape(w.Now())}
	return w
}

// call makes a change, which may be refused.
func (w *world) call(t *testing.T, operation string, pairs ...string) {
	t.Helper()
	w.news(t)
	w.admin.Call(t, operation, pairs...)
	for _, e := range w.news(t) {
		w.events = append(w.events, e)
		w.states = append(w.states, shape(w.Now()))
		e.EventTime = w.at(len(w.events))
	}
}

// news are the events that came since it was asked before.
func (w *world) news(t *testing.T) (events []*trail.Event) {
	t.Helper()
	for o, err := range w.Store.Outbox(t.Context(), w.seen) {
		servertest.Check(t, err)
		events, w.seen = append(events, o.Event), o.Sequence
	}
	return events
}

// at is the time right after that many events.
func (w *world) at(events int) time.Time { return w.start.Add(time.Duration(events) * time.Second) }

// shape is all of an account that the map shows, in one text. What was deleted has lost its unique id for good.
func shape(a *directory.Account) string {
	var b strings.Builder
	own := func(attached []string, inline []directory.InlinePolicy) {
		for _, arn := range slices.Sorted(slices.Values(attached)) {
			fmt.Fprintf(&b, "  has %s\n", arn)
		}
		for _, i := range slices.SortedFunc(slices.Values(inline), func(a, b directory.InlinePolicy) int { return cmp.Compare(a.Name, b.Name) }) {
			fmt.Fprintf(&b, "  inline %s %s\n", i.Name, i.Document.Text)
		}
	}
	for g := range a.Groups() {
		fmt.Fprintf(&b, "%s\n", a.ARN(g))
		own(g.Attached, g.Inline)
	}
	for r := range a.Roles() {
		fmt.Fprintf(&b, "%s trusts %s bounded by %s\n", a.ARN(r), r.Trust.Text, r.Boundary)
		own(r.Attached, r.Inline)
	}
	for u := range a.Users() {
		var groups []string
		for _, id := range u.Groups {
			if g := a.GroupByID(id); g != nil {
				groups = append(groups, g.Name)
			} else {
				groups = append(groups, id)
			}
		}
		slices.Sort(groups)
		fmt.Fprintf(&b, "%s in %s bounded by %s\n", a.ARN(u), groups, u.Boundary)
		own(u.Attached, u.Inline)
	}
	for p := range a.Policies() {
		for _, v := range p.Versions {
			if v.Number == p.Default {
				fmt.Fprintf(&b, "%s v%d %s\n", a.ARN(p), v.Number, v.Document.Text)
			}
		}
	}
	return b.String()
}

func document(n int) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b%d/*"}]}`, n)
}

func trust(n int) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%012d"},"Action":"sts:AssumeRole"}]}`, n)
}

// change makes a random change of few names, so that they come and go often.
func (w *world) change(t *testing.T, r *rand.Rand) {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	kind := pick("User", "Group", "Role")
	name := strings.ToLower(kind) + pick("A", "B")
	holder := []string{kind + "Name", name}
	policy := "arn:aws:iam::" + account + ":policy/team/" + pick("p", "q")
	with := func(more ...string) []string { return append(slices.Clone(holder), more...) }
	switch r.IntN(14) {
	case 0, 1:
		more := []string{"Path", pick("/", "/team/")}
		if kind == "Role" {
			more = append(more, "AssumeRolePolicyDocument", trust(r.IntN(99)))
		}
		if kind != "Group" && r.IntN(3) == 0 {
			more = append(more, "PermissionsBoundary", servertest.Administrator)
		}
		w.call(t, "Create"+kind, with(more...)...)
	case 2:
		w.call(t, "Delete"+kind, holder...)
	case 3:
		w.call(t, "Attach"+kind+"Policy", with("PolicyArn", policy)...)
	case 4:
		w.call(t, "Detach"+kind+"Policy", with("PolicyArn", policy)...)
	case 5:
		w.call(t, "Put"+kind+"Policy", with("PolicyName", "own", "PolicyDocument", document(r.IntN(99)))...)
	case 6:
		w.call(t, "Delete"+kind+"Policy", with("PolicyName", "own")...)
	case 7:
		user, group := "user"+pick("A", "B"), "group"+pick("A", "B")
		if u, g := w.Now().User(user), w.Now().Group(group); u != nil && g != nil { // else the event says nothing
			w.call(t, map[bool]string{false: "AddUserToGroup", true: "RemoveUserFromGroup"}[slices.Contains(u.Groups, g.ID)], "UserName", user, "GroupName", group)
		}
	case 8:
		w.call(t, "UpdateAssumeRolePolicy", "RoleName", "role"+pick("A", "B"), "PolicyDocument", trust(r.IntN(99)))
	case 9:
		w.call(t, "Update"+pick("User", "Group"), with("New"+kind+"Name", strings.ToLower(kind)+pick("A", "B"), "NewPath", pick("/", "/x/y/"))...)
	case 10:
		if kind != "Group" {
			w.call(t, pick("Put", "Delete")+kind+"PermissionsBoundary", with("PermissionsBoundary", pick(policy, servertest.Administrator))...)
		}
	case 11:
		w.call(t, "CreatePolicy", "PolicyName", pick("p", "q"), "Path", "/team/", "PolicyDocument", document(r.IntN(99)))
	case 12:
		w.call(t, "CreatePolicyVersion", "PolicyArn", policy, "PolicyDocument", document(r.IntN(99)), "SetAsDefault", pick("true", "false"))
	case 13:
		w.call(t, pick("SetDefaultPolicyVersion", "DeletePolicyVersion", "DeletePolicy"), "PolicyArn", policy, "VersionId", pick("v1", "v2", "v3"))
	}
}

// TestRandomWalk: after many changes, the account of every moment between them comes back.
func TestRandomWalk(t *testing.T) {
	for seed := range uint64(4) {
		w := newWorld(t)
		r := rand.New(rand.NewPCG(seed, 11))
		for len(w.events) < 120 {
			w.change(t, r)
		}
		for n := range w.states {
			p, err := rewind.To(w.Store.Snapshot(), account, w.at(n), w.events)
			if err != nil {
				t.Fatal(err)
			}
			if got := shape(p.Snapshot.Account(account)); got != w.states[n] || len(p.Unknown) > 0 {
				t.Fatalf("seed %d, after %d of %d events; unknown %q\n--- was\n%s--- is said to have been\n%s", seed, n, len(w.events), p.Unknown, w.states[n], got)
			}
		}
	}
}

// TestUnknown: where the trail begins too late, what nobody can know is told, and what came since is gone.
func TestUnknown(t *testing.T) {
	w := newWorld(t)
	w.call(t, "CreateRole", "RoleName", "app", "AssumeRolePolicyDocument", trust(1))
	w.call(t, "PutRolePolicy", "RoleName", "app", "PolicyName", "own", "PolicyDocument", document(1))
	w.call(t, "CreatePolicy", "PolicyName", "p", "PolicyDocument", document(1))
	w.call(t, "CreatePolicy", "PolicyName", "gone", "PolicyDocument", document(1))
	w.call(t, "CreateUser", "UserName", "bob")
	late := len(w.events)
	w.call(t, "UpdateAssumeRolePolicy", "RoleName", "app", "PolicyDocument", trust(2))
	w.call(t, "PutRolePolicy", "RoleName", "app", "PolicyName", "own", "PolicyDocument", document(2))
	for range 2 {
		w.call(t, "CreatePolicyVersion", "PolicyArn", "arn:aws:iam::"+account+":policy/p", "PolicyDocument", document(2))
	}
	w.call(t, "SetDefaultPolicyVersion", "PolicyArn", "arn:aws:iam::"+account+":policy/p", "VersionId", "v2")
	w.call(t, "DeletePolicy", "PolicyArn", "arn:aws:iam::"+account+":policy/gone")
	w.call(t, "PutUserPermissionsBoundary", "UserName", "bob", "PermissionsBoundary", servertest.Administrator)
	w.call(t, "TagUser", "UserName", "bob", "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	p, err := rewind.To(w.Store.Snapshot(), account, w.at(late), w.events[late:])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Tags are those of today: they were changed 1 times since.",
		"The document that policy gone had then is not on the trail: it is shown without one.",
		"The inline policy own that role app may have had then is not on the trail: it is left out.",
		"The trust policy that role app had then is not on the trail: it is shown without.",
		"Whether user bob had a permissions boundary then is not on the trail: it is shown without.",
	}
	if got := slices.Sorted(slices.Values(p.Unknown)); !slices.Equal(got, want) {
		t.Errorf("unknown:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for at, want := range map[int]bool{late: false, late + 1: true} {
		if got, err := rewind.Reaches(w.events[late:], w.at(at)); got != want || err != nil {
			t.Errorf("the trail reaches back to event %d of %d: %v, %v", at, len(w.events), got, err)
		}
	}
	past, err := rewind.To(w.Store.Snapshot(), account, time.Now().Add(-time.Hour), events(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := past.Snapshot.Account(account); got.User("bob") != nil || got.Role("app") != nil || got.Policy("p") != nil {
		t.Error("what was made since is there before it was made")
	}
}

// broken is a trail that cannot be read.
type broken struct{ events }

var errBroken = errors.New("broken")

func (broken) Since(time.Time) iter.Seq2[*trail.Event, error] {
	return func(yield func(*trail.Event, error) bool) { yield(nil, errBroken) }
}

func TestErrors(t *testing.T) {
	w := newWorld(t)
	if _, err := rewind.To(w.Store.Snapshot(), account, w.start, broken{}); !errors.Is(err, errBroken) {
		t.Errorf("a trail that cannot be read: %v", err)
	}
	many := make(events, 20_001)
	for i := range many {
		many[i] = &trail.Event{EventName: "CreateUser", EventSource: "iam.amazonaws.com", EventTime: w.at(1)}
	}
	if _, err := rewind.To(w.Store.Snapshot(), account, w.start, many); !errors.Is(err, rewind.ErrTooMany) {
		t.Errorf("too many events: %v", err)
	}
	odd := events{{EventName: "DeleteUser", EventSource: "iam.amazonaws.com", EventTime: w.at(1), RequestParameters: []byte(`{"userName":7}`)}}
	if p, err := rewind.To(w.Store.Snapshot(), account, w.start, odd); err != nil || len(p.Unknown) != 1 {
		t.Errorf("an event that cannot be read: %v, %v", p, err)
	}
}
