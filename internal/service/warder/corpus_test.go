package warder_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// TestCorpus puts every case of the evaluator's corpus that has a place in this API to it: the principal with its policies,
// boundary and tags into the directory, the rest into the question. The verdict must be the evaluator's own.
func TestCorpus(t *testing.T) {
	world := servertest.New(t, func(w *servertest.World) { warder.Register(w.Server, w.Keys) })
	askers := map[string]*servertest.Credentials{}
	put, left := 0, map[string]int{}
	for _, c := range corpus(t) {
		want, err := c.Run(eval.WithKeyTypes(catalog.Load()))
		servertest.Check(t, err)
		q, why := translate(c)
		if why != "" {
			left[why]++
			continue
		}
		if askers[q.account] == nil {
			askers[q.account] = world.Account(t, q.account).Admin(t, "the-asker")
		}
		put++
		switch got := q.verdict(t, world, askers[q.account]); {
		case got == refused: // what is no question at all
			left["the question is refused"]++
		case got != want.Explanation.Verdict.String():
			t.Errorf("%s\nthe API says %s, the evaluator %s", c.Name, got, want.Explanation)
		}
	}
	t.Logf("%d cases; not put: %v", put, left)
	if n := left["the question is refused"]; n > 10 {
		t.Errorf("%d questions were refused", n)
	}
	if put < 700 {
		t.Errorf("only %d cases were put", put)
	}
}

func corpus(t *testing.T) (all []eval.Case) {
	t.Helper()
	files, err := filepath.Glob("../../../policy/eval/testdata/corpus/*.json")
	servertest.Check(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		servertest.Check(t, err)
		cases, err := eval.ReadCases(text)
		servertest.Check(t, err)
		all = append(all, cases...)
	}
	return all
}

// translated is a case in this API's terms.
type translated struct {
	eval.Case
	account string
	named   arn.Named
	owner   string // of the resource, "" where nothing is said
	tags    []directory.Tag
	context map[string]any
	of      map[string]string // tags of the resource
}

// translate gives the case in this API's terms, or why it has no place here.
func translate(c eval.Case) (*translated, string) {
	q := &translated{Case: c, context: map[string]any{}, of: map[string]string{}, owner: c.Request.ResourceAccount}
	a, err := arn.Parse(c.Request.Principal.ARN)
	if err != nil {
		return nil, "the principal has no ARN"
	}
	named, ok := a.Named()
	switch {
	case !ok || named.Kind == arn.KindFederatedUser:
		return nil, "no subject of this API"
	case a.Partition != "aws":
		return nil, "another partition"
	case len(c.Policies.SCP)+len(c.Policies.RCP) > 0:
		return nil, "there is no organization yet"
	case len(c.Policies.Session) > 0 && named.Kind != arn.KindAssumedRole:
		return nil, "session policies of no session"
	case strings.ContainsAny(c.Request.Action, " *?") || !strings.Contains(c.Request.Action, ":"):
		return nil, "no action"
	}
	if account, ok := accountIn(c.Request.Resource); !ok || account != "" && q.owner != "" && q.owner != account {
		return nil, "no resource of this API"
	}
	q.account, q.named = a.Account, named
	for key, v := range c.Request.Context {
		if why := q.key(key, v); why != "" {
			return nil, why
		}
	}
	return q, q.known()
}

func accountIn(resource string) (string, bool) {
	if resource == "*" {
		return "", true
	}
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[1] == "" || parts[2] == "" || parts[5] == "" {
		return "", false
	}
	if parts[4] == "aws" {
		return "", true
	}
	return parts[4], parts[4] == "" || arn.IsAccountID(parts[4])
}

// key puts a key of the case where this API takes it from.
func (q *translated) key(key string, v eval.CaseValue) (why string) {
	name, tag, _ := strings.Cut(key, "/")
	switch authz.KeyOrigin(key) {
	case authz.FromRequest, authz.FromEnvironment:
		switch {
		case v.List && slices.Contains(v.Texts, ""), len(v.Texts) == 0:
			return "a list of nothing"
		case v.List:
			q.context[key] = v.Texts
		default:
			q.context[key] = v.Texts[0]
		}
	case authz.FromCaller:
		if !strings.EqualFold(name, "aws:PrincipalTag") || v.List || q.named.Kind == arn.KindRoot {
			return "it gives " + key
		}
		q.tags = append(q.tags, directory.Tag{Key: tag, Value: v.Texts[0]})
	case authz.FromResource:
		if !strings.EqualFold(name, "aws:ResourceTag") || v.List {
			return "it gives " + key
		}
		q.of[tag] = v.Texts[0]
	default:
		return "it gives " + key
	}
	return ""
}

// known refuses cases whose policies ask for a key that the API has and the case has not.
func (q *translated) known() (why string) {
	text, err := json.Marshal(q.Policies)
	if err != nil {
		return err.Error()
	}
	policies := strings.ToLower(string(text))
	always := []string{"aws:CurrentTime", "aws:EpochTime", "aws:SecureTransport", "aws:ViaAWSService", "aws:userid"}
	if q.named.Kind == arn.KindRole || q.named.Kind == arn.KindAssumedRole {
		always = append(always, "aws:TokenIssueTime", "aws:MultiFactorAuth")
	}
	for _, key := range always {
		if _, given := q.context[key]; !given && strings.Contains(policies, strings.ToLower(key)) {
			return "a question has always " + key
		}
	}
	if strings.HasPrefix(strings.ToLower(q.Request.Action), "iam:") && strings.Contains(policies, "iam:resourcetag") {
		return "a question has always iam:ResourceTag"
	}
	return ""
}

// refused stands for a 400.
const refused = "400"

// verdict puts the principal into the directory, asks, and takes it out again.
func (q *translated) verdict(t *testing.T, world *servertest.World, asker *servertest.Credentials) string {
	t.Helper()
	a := &servertest.Account{World: world, ID: q.account}
	entities := q.entities(t)
	if len(entities) > 0 {
		a.Put(t, entities...)
		defer a.Change(t, func(tx *store.Tx) error {
			for _, e := range entities {
				tx.Delete(e)
			}
			return nil
		})
	}
	got := post(t, asker, "/access/v1/explanation", q.question(t, world, entities))
	if got.Status == http.StatusBadRequest {
		return refused
	}
	if got.Status != http.StatusOK || got.Context.Error.Code != "" {
		t.Errorf("%s: %d %s", q.Name, got.Status, got.Body)
		return ""
	}
	var e struct{ Verdict string }
	servertest.Check(t, json.Unmarshal(got.Context.Explanation, &e))
	if got.allowed() != (e.Verdict == "Allow") {
		t.Errorf("%s: the decision is %v and its explanation %s", q.Name, got.allowed(), e.Verdict)
	}
	return e.Verdict
}

func (q *translated) entities(t *testing.T) []directory.Entity {
	t.Helper()
	if q.named.Kind == arn.KindRoot {
		return nil
	}
	var inline []directory.InlinePolicy
	for i, p := range q.Policies.Identity {
		inline = append(inline, directory.InlinePolicy{Name: fmt.Sprint(i), Document: directory.Document{Text: string(p.Document)}})
	}
	var entities []directory.Entity
	boundary := ""
	if b := q.Policies.Boundary; b != nil {
		p := &directory.Policy{ID: "ANPACORPUS", Name: "corpus-boundary", Path: "/", Default: 1, Latest: 1,
			Versions: []directory.PolicyVersion{{Number: 1, Document: directory.Document{Text: string(b.Document)}}}}
		boundary = arn.In(q.account).Policy("/", p.Name).String()
		entities = append(entities, p)
	}
	if q.named.Kind == arn.KindUser {
		return append(entities, &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: q.named.Name, Path: q.named.Path, Inline: inline, Boundary: boundary, Tags: q.tags})
	}
	path := q.named.Path
	if q.Request.PrincipalRole != "" {
		if a, err := arn.Parse(q.Request.PrincipalRole); err == nil {
			role, _ := a.Named()
			path = role.Path
		}
	}
	return append(entities, &directory.Role{ID: session.NewEntityID(session.PrefixRole), Name: q.named.Name, Path: path, MaxSession: 3600, Inline: inline, Boundary: boundary, Tags: q.tags})
}

func (q *translated) question(t *testing.T, world *servertest.World, entities []directory.Entity) string {
	t.Helper()
	subject := map[string]any{"type": "principal", "id": q.Request.Principal.ARN}
	if len(q.Policies.Session) > 0 {
		subject = q.sessionKey(t, world, entities)
	}
	properties := map[string]any{"tags": q.of}
	if q.owner != "" {
		properties["account"] = q.owner
	}
	if len(q.Policies.Resource) > 0 && q.Policies.Resource.Kind() != 'n' {
		properties["policy"] = json.RawMessage(q.Policies.Resource)
	}
	text, err := json.Marshal(map[string]any{
		"subject": subject, "action": map[string]any{"name": q.Request.Action},
		"resource": map[string]any{"type": "resource", "id": q.Request.Resource, "properties": properties}, "context": q.context,
	})
	servertest.Check(t, err)
	return string(text)
}

// sessionKey is a session with its policies, which only its token tells.
func (q *translated) sessionKey(t *testing.T, world *servertest.World, entities []directory.Entity) map[string]any {
	t.Helper()
	claims := session.Claims{Type: session.AssumedRole, Account: q.account, SessionName: q.named.Session,
		PrincipalID: strings.TrimPrefix(entities[len(entities)-1].Key(), "role/"), Issued: time.Now().Add(-time.Minute), Expires: time.Now().Add(time.Hour)}
	for _, p := range q.Policies.Session {
		claims.Policies = append(claims.Policies, string(p.Document))
	}
	c := world.Mint(t, claims)
	return map[string]any{"type": "access_key", "id": c.AccessKeyID, "properties": map[string]any{"session_token": c.SessionToken}}
}
