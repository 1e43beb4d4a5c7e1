package warder_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/accessmap"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/changes"
	"github.com/warder-iam/warder/internal/liveaudit"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/rewind"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/internal/turns"
	"github.com/warder-iam/warder/trail"
)

const account = "111122223333"

// fixture is an account in which the user notes may ask about everybody, shy about bob alone, and eve about nobody.
type fixture struct {
	*servertest.Account
	notes, shy, eve, alice, bob *servertest.Credentials
	data                        *dataRecorder
	turns                       *turns.Turns
}

// dataRecorder keeps data events.
type dataRecorder struct {
	mu     sync.Mutex
	events []*trail.Event
}

func (d *dataRecorder) Offer(e *trail.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, e)
}

// onePlan is what guardrails would do in these tests.
func onePlan(_ context.Context, account string, at time.Time) (*api.GetGuardrailPlanOutput, error) {
	change := api.GuardrailChange{
		Guardrail: "guardrail-unused-credentials", Action: "call", Resource: "arn:aws:iam::" + account + ":user/alice", Reason: "unused", Since: at,
		Calls: []api.GuardrailCall{{Text: "deactivate", Reversible: true}},
	}
	return &api.GetGuardrailPlanOutput{At: at, Enabled: true, Size: 1, Limit: 25, Changes: []api.GuardrailChange{change}, LeftAlone: []api.GuardrailLeftAlone{}}, nil
}

// noTrail is a trail without events.
type noTrail struct{}

func (noTrail) Since(time.Time) iter.Seq2[*trail.Event, error] {
	return func(func(*trail.Event, error) bool) {}
}

func (noTrail) Before(string, time.Time) iter.Seq2[*trail.Event, error] {
	return func(func(*trail.Event, error) bool) {}
}

// quiet is a trail without events.
type quiet struct{}

func (quiet) Lookup(context.Context, trailstore.Query) (trailstore.Page, error) {
	return trailstore.Page{}, nil
}

const origin = "https://iam.example.com"

// site is where the console of these tests is, over whatever address a test has asked.
func site(string, bool) (passkey.Party, error) { return passkey.PartyAt(origin) }

const trustAccount = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + account + `"},"Action":"sts:AssumeRole"}}`

func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{data: &dataRecorder{}, turns: turns.New(turns.Options{All: 1, Longest: time.Hour, Patience: time.Hour})}
	world := servertest.New(t, func(w *servertest.World) {
		w.Data, w.AllData = f.data, true
		warder.Register(w.Server, w.Keys)
		warder.RegisterPreview(w.Server, f.turns)
		warder.RegisterGuardrails(w.Server, onePlan)
		warder.RegisterAlarms(w.Server, channels{})
		warder.RegisterMap(w.Server, accessmap.New(accessmap.Options{
			Snapshot: w.Store.Snapshot, Now: time.Now, History: func(context.Context, string) rewind.History { return noTrail{} }, Turns: f.turns,
		}))
		audits := liveaudit.New(liveaudit.Options{
			Store: w.Store, Events: quiet{}, Turns: f.turns, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		})
		warder.RegisterAudit(w.Server, audits)
		warder.RegisterChanges(w.Server, changes.New(changes.Options{State: w.Store, Audits: audits}))
		warder.RegisterConsole(w.Server, warder.Console{Store: w.Store, Passkeys: passkey.New(), Party: site})
		sts.Register(w.Server, w.Keys, sts.Options{})
	})
	f.Account = world.Account(t, account)
	f.notes = f.User(t, "notes", document(`{"Effect":"Allow","Action":["warder:Evaluate","warder:Explain","warder:CreateAccessToken"],"Resource":"*"}`))
	f.shy = f.User(t, "shy", document(
		`{"Effect":"Allow","Action":"warder:Evaluate","Resource":"arn:aws:iam::111122223333:user/bob"}`,
		`{"Effect":"Allow","Action":"warder:Evaluate","Resource":"*","Condition":{"StringLike":{"warder:Action":"notes:*"},"StringEquals":{"aws:ResourceTag/team":"blue"}}}`,
		`{"Effect":"Deny","Action":"warder:Evaluate","Resource":"arn:aws:iam::111122223333:role/*"}`))
	f.eve = f.User(t, "eve")
	f.alice = f.User(t, "alice", document(
		`{"Sid":"Read","Effect":"Allow","Action":["s3:GetObject","notes:Read"],"Resource":"*"}`,
		`{"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`,
		`{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}}`,
		`{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]},"NumericLessThan":{"s3:max-keys":"10"},"Bool":{"aws:SecureTransport":"true"}}}`,
		`{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::vault/*"}`))
	alice := f.Now().User("alice").Clone()
	alice.Tags = []directory.Tag{{Key: "team", Value: "blue"}}
	f.Put(t, alice)
	f.bob = f.User(t, "bob")
	f.Role(t, "app", trustAccount, document(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`))
	return f
}

// reply is an answer of this API.
type reply struct {
	Status  int
	Header  http.Header
	Body    string
	Message string `json:"message"`
	Answer
	Evaluations []Answer `json:"evaluations"`
}

// Answer is one decision.
type Answer struct {
	Decision *bool `json:"decision"`
	Context  struct {
		ID     string `json:"id"`
		Reason string `json:"reason"`
		Error  struct {
			Status  int    `json:"status"`
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
		Subject struct {
			ARN         string `json:"arn"`
			UserID      string `json:"user_id"`
			AccessKeyID string `json:"access_key_id"`
		} `json:"subject"`
		Payload struct {
			Signed bool   `json:"signed"`
			SHA256 string `json:"sha256"`
		} `json:"payload"`
		Explanation json.RawMessage `json:"explanation"`
	} `json:"context"`
}

func (a *Answer) allowed() bool { return a.Decision != nil && *a.Decision }

// post sends a body as it is.
func post(t testing.TB, c *servertest.Credentials, path, body string, header ...string) *reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.URL+path, strings.NewReader(body))
	servertest.Check(t, err)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if c.AccessKeyID != "" {
		c.Sign(t, r, "warder", body, time.Now())
	}
	return send(t, c, r)
}

func send(t testing.TB, c *servertest.Credentials, r *http.Request) *reply {
	t.Helper()
	resp, err := c.Client.Do(r)
	servertest.Check(t, err)
	text, err := io.ReadAll(resp.Body)
	servertest.Check(t, errors.Join(err, resp.Body.Close()))
	out := &reply{Status: resp.StatusCode, Header: resp.Header, Body: string(text)}
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatalf("%d %q: %v", resp.StatusCode, text, err)
	}
	return out
}

// ask evaluates one question: its subject, action, resource and context as JSON, each "" for a usual one.
func ask(t testing.TB, c *servertest.Credentials, subject, action, resource, context string) *reply {
	t.Helper()
	return post(t, c, "/access/v1/evaluation", question(subject, action, resource, context))
}

func question(subject, action, resource, context string) string {
	for _, part := range []struct {
		text  *string
		usual string
	}{
		{&subject, `{"type":"user","id":"arn:aws:iam::111122223333:user/alice"}`},
		{&action, `{"name":"s3:GetObject"}`},
		{&resource, `{"type":"object","id":"arn:aws:s3:::reports/q1"}`},
		{&context, `{}`},
	} {
		if *part.text == "" {
			*part.text = part.usual
		}
	}
	return `{"subject":` + subject + `,"action":` + action + `,"resource":` + resource + `,"context":` + context + `}`
}
