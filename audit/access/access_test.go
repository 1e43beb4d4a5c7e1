package access_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

const account = "111122223333"

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// world is one account as a table describes it: a user, a role, and what binds them.
type world struct {
	Identity []json.RawMessage   `json:"identity"` // statements of alice and of the role app
	Boundary []json.RawMessage   `json:"boundary"`
	SCP      [][]json.RawMessage `json:"scp"` // one list of statements for each level
	RCP      [][]json.RawMessage `json:"rcp"`
	Policy   []json.RawMessage   `json:"policy"` // of the resource
	Trust    []json.RawMessage   `json:"trust"`  // of the role app
	Version  string              `json:"version"`
}

func (w *world) text(statements []json.RawMessage) string {
	version := w.Version
	if version == "" {
		version = policy.Version2012
	}
	list, _ := json.Marshal(statements) // they were read from JSON
	return `{"Version":"` + version + `","Statement":` + string(list) + `}`
}

// snapshot has alice in the account, the role app, and an organization where there are SCPs or RCPs.
func (w *world) snapshot(library *directory.Library) *directory.Snapshot {
	inline := []directory.InlinePolicy{}
	if w.Identity != nil {
		inline = append(inline, directory.InlinePolicy{Name: "own", Document: directory.Document{Text: w.text(w.Identity)}})
	}
	boundary := ""
	entities := []directory.Entity{&directory.AccountInfo{ID: account}}
	if w.Boundary != nil {
		boundary = "arn:aws:iam::" + account + ":policy/boundary"
		entities = append(entities, &directory.Policy{
			ID: "ANPABOUNDARY", Name: "boundary", Path: "/", Default: 1, Latest: 1,
			Versions: []directory.PolicyVersion{{Number: 1, Document: directory.Document{Text: w.text(w.Boundary)}}},
		})
	}
	tags := []directory.Tag{{Key: "team", Value: "core"}}
	entities = append(entities,
		&directory.User{ID: "AIDAALICE", Name: "alice", Path: "/", Inline: inline, Boundary: boundary, Tags: tags},
		&directory.Role{
			ID: "AROAAPP", Name: "app", Path: "/", Inline: inline, Boundary: boundary, Tags: tags, MaxSession: 3600,
			Trust: directory.Document{Text: w.text(w.Trust)},
		})
	snap := directory.Load(library, 1, map[string][]directory.Entity{account: entities})
	if w.SCP == nil && w.RCP == nil {
		return snap
	}
	return snap.WithOrganization(w.organization())
}

func (w *world) organization() *directory.Organization {
	o := &directory.Organization{ID: "o-acme", Management: "999900001111", ServiceControl: w.SCP != nil, ResourceControl: w.RCP != nil}
	parent := ""
	attach := func(statements []json.RawMessage, t directory.ControlType) string {
		id := "p-" + string(rune('a'+len(o.Policies)))
		o.Policies = append(o.Policies, directory.ControlPolicy{ID: id, Name: id, Type: t, Document: directory.Document{Text: w.text(statements)}})
		return id
	}
	for level := range max(len(w.SCP), len(w.RCP)) {
		u := directory.Unit{ID: "ou-" + string(rune('a'+level)), Parent: parent}
		if level < len(w.SCP) {
			u.Attached = append(u.Attached, attach(w.SCP[level], directory.ServiceControl))
		}
		if level < len(w.RCP) {
			u.Attached = append(u.Attached, attach(w.RCP[level], directory.ResourceControl))
		}
		o.Units, parent = append(o.Units, u), u.ID
	}
	member := directory.Member{Account: account, Parent: parent}
	if w.SCP != nil {
		member.Attached = []string{"p-FullAWSAccess"}
	}
	o.Accounts = []directory.Member{member}
	return o
}

// canTest is one row of testdata/can.json.
type canTest struct {
	Name string `json:"name"`
	world
	Principal       string                     `json:"principal"` // alice by default
	Action          string                     `json:"action"`
	Resource        string                     `json:"resource"`
	ResourceAccount string                     `json:"resourceAccount"`
	ResourceTags    []directory.Tag            `json:"resourceTags"`
	RequestTags     []directory.Tag            `json:"requestTags"`
	Context         map[string]json.RawMessage `json:"context"`
	Unlisted        bool                       `json:"unlisted"` // nothing is known of the resource
	Want            string                     `json:"want"`
	Requirements    []string                   `json:"requirements"`
}

func (c *canTest) source() *eval.Source {
	if c.Policy == nil {
		return nil
	}
	return &eval.Source{Name: "resource policy", Policy: directory.Document{Text: c.text(c.Policy)}.Compiled()}
}

func (c *canTest) ask(f *access.Finder) *authz.Ask {
	ask := f.Ask(c.Action, c.Resource)
	ask.RequestTags = c.RequestTags
	for key, raw := range c.Context {
		var list []string
		var one string
		if json.Unmarshal(raw, &list) == nil {
			ask.Context.SetList(key, list...)
		} else if json.Unmarshal(raw, &one) == nil {
			ask.Context.Set(key, one)
		}
	}
	return ask
}

func (c *canTest) finder(library *directory.Library) *access.Finder {
	options := access.Options{Now: now}
	if !c.Unlisted {
		options.Resources = []access.Resource{{ARN: c.Resource, Account: c.ResourceAccount, Tags: c.ResourceTags, Policy: c.source()}}
	}
	return access.New(c.snapshot(library), options)
}

func readTests(t *testing.T, name string) []canTest {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var tests []canTest
	if err := json.Unmarshal(text, &tests); err != nil {
		t.Fatal(err)
	}
	if len(tests) == 0 {
		t.Fatal("no tests")
	}
	return tests
}

func TestCan(t *testing.T) {
	library := directory.NewLibrary(catalog.Load())
	for _, test := range slices.Concat(readTests(t, "testdata/can.json"), readTests(t, "testdata/operators.json")) {
		t.Run(test.Name, func(t *testing.T) {
			f := test.finder(library)
			name := test.Principal
			if name == "" {
				name = "arn:aws:iam::" + account + ":user/alice"
			}
			p, ok := f.Principal(name)
			if !ok {
				t.Fatalf("no principal %s", name)
			}
			a := f.Can(p, test.ask(f))
			texts := a.Texts()
			if a.Verdict.String() != test.Want || strings.Join(texts, "; ") != strings.Join(test.Requirements, "; ") {
				t.Errorf("%s %q, want %s %q (%s)", a.Verdict, texts, test.Want, test.Requirements, a.Why)
			}
			if problem := answerProblem(f, &a); problem != "" {
				t.Error(problem)
			}
		})
	}
}

// answerProblem says what is wrong with an answer: a yes has a witness that is allowed, everything else says why.
func answerProblem(f *access.Finder, a *access.Answer) string {
	switch {
	case a.Possible() != (a.Witness != nil):
		return "a witness without a yes, or the other way round"
	case !a.Possible() && a.Why == "":
		return "no reason"
	case !a.Possible():
		return ""
	case a.Verdict == access.YesIf && len(a.Requirements) == 0:
		return "yes if, without a requirement"
	}
	if d := f.Replay(a.Witness); !d.Allowed() {
		return "the witness is not allowed: " + d.Message()
	}
	return ""
}

// What was not tried is not a No.
func TestWorkIsBounded(t *testing.T) {
	test := canTest{Action: "acme:Get", Resource: "arn:aws:acme:::x"}
	var condition []string
	for i := range 30 { // each key must differ from what a Deny asks, and no value of the last one will do
		condition = append(condition, fmt.Sprintf(`"acme:k%d":["a%d","b*","*c"]`, i, i))
	}
	statement := `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{` + strings.Join(condition, ",") + `}}}`
	test.Identity = []json.RawMessage{json.RawMessage(statement)}
	for i := range 30 {
		deny := fmt.Sprintf(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"acme:k%d":"a%d"},"StringLike":{"acme:k%d":["b*","*c"]}}}`, i, i, (i+1)%30)
		test.Identity = append(test.Identity, json.RawMessage(deny))
	}
	test.Identity = append(test.Identity, json.RawMessage(`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringLike":{"acme:k0":"b*","acme:k1":"b*"}}}`))
	library := directory.NewLibrary(nil)
	for _, bound := range []int{1, 10, 0} {
		snap := test.snapshot(library)
		f := access.New(snap, access.Options{Now: now, Work: bound})
		p, _ := f.Principal("arn:aws:iam::" + account + ":user/alice")
		a := f.Can(p, f.Ask(test.Action, test.Resource))
		if a.Verdict == access.No || bound == 1 && a.Verdict != access.Undecided {
			t.Errorf("with %d trials: %v, %s", bound, a.Verdict, a.Why)
		}
	}
}
