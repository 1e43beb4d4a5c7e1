package warder_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// token asks for a bearer token.
func token(t *testing.T, c *servertest.Credentials, body string) (text string, expires time.Time) {
	t.Helper()
	got := post(t, c, "/access/v1/token", body)
	var out struct {
		Token   string    `json:"token"`
		Expires time.Time `json:"expires"`
	}
	servertest.Check(t, json.Unmarshal([]byte(got.Body), &out))
	if got.Status != http.StatusOK || !strings.HasPrefix(out.Token, session.BearerPrefix) {
		t.Fatalf("%d %s", got.Status, got.Body)
	}
	return out.Token, out.Expires
}

// bearer asks with a token in place of a signature.
func (f *fixture) bearer(t *testing.T, token, path, body string) *reply {
	t.Helper()
	return post(t, f.Anonymous(), path, body, "Authorization", "Bearer "+token)
}

// A bearer token asks as its holder, and does nothing else.
func TestBearer(t *testing.T) {
	f := newFixture(t)
	text, expires := token(t, f.notes, `{"durationSeconds":600}`)
	if left := time.Until(expires); left < 9*time.Minute || left > 10*time.Minute {
		t.Errorf("it lives for %v", left)
	}
	const evaluation = "/access/v1/evaluation"
	usual := question("", "", "", "")
	if got := f.bearer(t, text, evaluation, usual); got.Status != http.StatusOK || !got.allowed() {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := f.bearer(t, text, "/access/v1/explanation", usual); got.Status != http.StatusOK {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	for _, wrong := range []string{"x", text + "x", text[1:], f.notes.Plain, f.notes.AccessKeyID} {
		if got := f.bearer(t, wrong, evaluation, usual); got.Status != http.StatusUnauthorized {
			t.Errorf("%q: %d %s", wrong, got.Status, got.Body)
		}
	}
	// It makes no further token, and is no session token of a signature.
	if got := f.bearer(t, text, "/access/v1/token", `{}`); got.Status != http.StatusUnauthorized {
		t.Errorf("token: %d %s", got.Status, got.Body)
	}
	forged := *f.notes
	forged.SessionToken = text
	if got := post(t, &forged, evaluation, usual); got.Status != http.StatusUnauthorized {
		t.Errorf("signed: %d %s", got.Status, got.Body)
	}
	// Nobody gets one without the permission, and one of eve's asks as eve.
	if got := post(t, f.eve, "/access/v1/token", `{}`); got.Status != http.StatusForbidden {
		t.Errorf("eve: %d %s", got.Status, got.Body)
	}
	for _, body := range []string{`{"durationSeconds":59}`, `{"durationSeconds":43201}`} {
		if got := post(t, f.notes, "/access/v1/token", body); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, got.Status, got.Body)
		}
	}
}

// A token ends with the key that asked for it, and with its principal, on the very next call.
func TestBearerIsRevoked(t *testing.T) {
	const evaluation = "/access/v1/evaluation"
	for name, revoke := range map[string]func(*fixture, *store.Tx) error{
		"key made inactive": func(f *fixture, tx *store.Tx) error {
			k := tx.Account().AccessKey(f.notes.AccessKeyID).Clone()
			k.Active = false
			return tx.Put(k)
		},
		"key deleted": func(f *fixture, tx *store.Tx) error {
			tx.Delete(tx.Account().AccessKey(f.notes.AccessKeyID))
			return nil
		},
		"user deleted": func(_ *fixture, tx *store.Tx) error {
			tx.Delete(tx.Account().User("notes"))
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			text, _ := token(t, f.notes, `{}`)
			if got := f.bearer(t, text, evaluation, question("", "", "", "")); got.Status != http.StatusOK {
				t.Fatalf("%d %s", got.Status, got.Body)
			}
			f.Change(t, func(tx *store.Tx) error { return revoke(f, tx) })
			if got := f.bearer(t, text, evaluation, question("", "", "", "")); got.Status != http.StatusUnauthorized {
				t.Errorf("%d %s", got.Status, got.Body)
			}
		})
	}
}

// The token of a session has the session's limits, and its end.
func TestBearerOfSession(t *testing.T) {
	f := newFixture(t)
	role := f.Role(t, "asker", trustAccount, document(`{"Effect":"Allow","Action":"warder:*","Resource":"*"}`))
	end := time.Now().Add(5 * time.Minute).Truncate(time.Second)
	claims := session.Claims{Type: session.AssumedRole, Account: account, PrincipalID: role.ID, SessionName: "s1", Issued: time.Now().Add(-time.Minute), Expires: end,
		Policies: []string{document(`{"Effect":"Allow","Action":["warder:Evaluate","warder:CreateAccessToken"],"Resource":"*"}`)}}
	text, expires := token(t, f.Mint(t, claims), `{"durationSeconds":3600}`)
	if !expires.Equal(end) {
		t.Errorf("it ends %v, its session %v", expires, end)
	}
	if got := f.bearer(t, text, "/access/v1/evaluation", question("", "", "", "")); got.Status != http.StatusOK {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := f.bearer(t, text, "/access/v1/explanation", question("", "", "", "")); got.Status != http.StatusForbidden {
		t.Errorf("beyond the session policy: %d %s", got.Status, got.Body)
	}
}

// The secret of a token is in its answer and nowhere else.
func TestBearerIsNotRecorded(t *testing.T) {
	f := newFixture(t)
	text, _ := token(t, f.notes, `{}`)
	event, err := f.Recorder.Last(t).MarshalJSON()
	servertest.Check(t, err)
	if !strings.Contains(string(event), "CreateAccessToken") || strings.Contains(string(event), text) || strings.Contains(f.Log.String(), text) {
		t.Errorf("%s", event)
	}
}
