package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// evaluator is a server whose authorization API is a door: over HTTP, with its explanation, which tells the verdict.
type evaluator struct {
	world  *servertest.World
	askers map[string]*servertest.Credentials // an administrator, by account
}

func newEvaluator(t *testing.T) *evaluator {
	return &evaluator{askers: map[string]*servertest.Credentials{}, world: servertest.New(t, func(w *servertest.World) {
		warder.Register(w.Server, w.Keys)
	})}
}

// ask puts the caller with its policies, boundary and tags into the directory, and asks about it.
func (e *evaluator) ask(t *testing.T, q *question) (eval.Verdict, error) {
	p := &q.request.Principal
	switch {
	case p.Kind != eval.User && p.Kind != eval.RoleSession && p.Kind != eval.Root:
		return 0, cannot("nobody can ask about such a caller")
	case !strings.HasPrefix(p.ARN, "arn:aws:"):
		return 0, cannot("the server has no other partition")
	case len(q.layers.SCP)+len(q.layers.RCP) > 0:
		return 0, cannot("there is no organization yet")
	case len(q.layers.Session) > 0 && p.Kind != eval.RoleSession:
		return 0, cannot("credentials of a user have no session policies")
	}
	body, err := evaluation(q)
	if err != nil {
		return 0, err
	}
	asker := e.asker(t, p.Account)
	account := servertest.Account{World: e.world, ID: p.Account}
	if p.Kind != eval.Root {
		entities, _ := residents(q)
		account.Put(t, entities...)
		defer account.Change(t, func(tx *store.Tx) error {
			for _, e := range entities {
				tx.Delete(e)
			}
			return nil
		})
		if len(q.layers.Session) > 0 || p.Kind == eval.RoleSession && p.ARN != p.RoleARN {
			body["subject"] = e.session(t, q, entities[len(entities)-1].(*directory.Role))
		}
	}
	return e.explain(t, asker, body)
}

func (e *evaluator) asker(t *testing.T, account string) *servertest.Credentials {
	if e.askers[account] == nil {
		e.askers[account] = e.world.Account(t, account).Admin(t, "the-corpus-administrator")
	}
	return e.askers[account]
}

// evaluation is the case as a question. What the caller or the resource derives is left to where it comes from.
func evaluation(q *question) (map[string]any, error) {
	r := q.request
	properties, tags, context := map[string]any{}, map[string]string{}, map[string]any{}
	if r.ResourceAccount != "" {
		properties["account"] = r.ResourceAccount
	}
	if q.layers.Resource != nil {
		properties["policy"] = json.RawMessage(q.Policies.Resource)
	}
	for key, v := range q.Request.Context {
		name, tag, _ := strings.Cut(key, "/")
		origin := authz.KeyOrigin(key)
		switch {
		case origin == authz.FromRequest || origin == authz.FromEnvironment:
			if context[key] = v.Texts; !v.List {
				context[key] = v.Texts[0]
			}
		case origin == authz.FromResource && strings.EqualFold(name, "aws:ResourceTag") && !v.List:
			tags[tag] = v.Texts[0]
		case origin == authz.FromCaller && tagKey(key) != "" && !v.List && r.Principal.Kind != eval.Root: // residents gives it
		default:
			return nil, cannot("a question can not give the key " + key)
		}
	}
	if len(tags) > 0 {
		properties["tags"] = tags
	}
	known := eval.Context{}
	for _, key := range []string{"aws:CurrentTime", "aws:EpochTime", "aws:userid", "aws:SecureTransport", "aws:ViaAWSService"} {
		if _, given := context[key]; !given {
			known.Set(key, "the server's")
		}
	}
	if r.Principal.Kind == eval.RoleSession {
		known.Set("aws:TokenIssueTime", "the server's")
		known.Set("aws:MultiFactorAuthPresent", "the server's")
	}
	if err := q.knows(&known); err != nil {
		return nil, err
	}
	return map[string]any{
		"subject":  map[string]any{"type": "principal", "id": r.Principal.ARN},
		"action":   map[string]any{"name": r.Action},
		"resource": map[string]any{"type": "resource", "id": r.Resource, "properties": properties},
		"context":  context,
	}, nil
}

// session is a subject whose session policies only its token tells.
func (e *evaluator) session(t *testing.T, q *question, role *directory.Role) map[string]any {
	t.Helper()
	arn := q.request.Principal.ARN
	claims := session.Claims{Type: session.AssumedRole, Account: q.request.Principal.Account, PrincipalID: role.ID,
		SessionName: arn[strings.LastIndexByte(arn, '/')+1:], Issued: time.Now().Add(-time.Minute), Expires: time.Now().Add(time.Hour)}
	for _, p := range q.Policies.Session {
		claims.Policies = append(claims.Policies, string(p.Document))
	}
	c := e.world.Mint(t, claims)
	return map[string]any{"type": "access_key", "id": c.AccessKeyID, "properties": map[string]any{"session_token": c.SessionToken}}
}

// explain gives the verdict of the explanation, which the decision must agree with.
func (e *evaluator) explain(t *testing.T, asker *servertest.Credentials, question map[string]any) (eval.Verdict, error) {
	text, err := json.Marshal(question)
	servertest.Check(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, asker.URL+"/access/v1/explanation", strings.NewReader(string(text)))
	servertest.Check(t, err)
	r.Header.Set("Content-Type", "application/json")
	asker.Sign(t, r, "warder", string(text), time.Now())
	resp, err := e.world.Client.Do(r)
	servertest.Check(t, err)
	body, err := io.ReadAll(resp.Body)
	servertest.Check(t, errors.Join(err, resp.Body.Close()))
	var answer struct {
		Message  string
		Decision bool
		Context  struct {
			Error       any
			Explanation struct{ Verdict eval.Verdict }
		}
	}
	servertest.Check(t, json.Unmarshal(body, &answer))
	got := answer.Context.Explanation.Verdict
	switch {
	case resp.StatusCode == http.StatusBadRequest:
		reason, _, _ := strings.Cut(answer.Message, ":")
		return 0, cannot("no such question can be asked: " + reason)
	case resp.StatusCode != http.StatusOK || answer.Context.Error != nil || answer.Decision != (got == eval.Allow):
		return 0, fmt.Errorf("%d %s", resp.StatusCode, body)
	}
	return got, nil
}
