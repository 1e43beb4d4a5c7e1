package warder_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/passkey/passkeytest"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// call calls an operation and reads its answer into out; the answer's code is "" for success.
func call(t testing.TB, c *servertest.Credentials, method, target, body string, out any) servertest.Answer {
	t.Helper()
	got := c.REST(t, "warder", method, target, body, nil)
	if out != nil && got.Status == http.StatusOK {
		servertest.Check(t, json.Unmarshal([]byte(got.Body), out))
	}
	return got
}

type sessionList struct {
	Sessions []struct {
		SessionID, PrincipalArn, Stage, Method, SourceIPAddress, UserAgent, MfaSerialNumber string
		StartTime, LastSeenTime, EndTime                                                    time.Time
		MfaTime                                                                             *time.Time
		Current                                                                             bool
	}
	NextToken string
}

func (l *sessionList) ids() (ids []string) {
	for _, s := range l.Sessions {
		ids = append(ids, s.SessionID)
	}
	return ids
}

func sorted(ids ...string) []string { return slices.Sorted(slices.Values(ids)) }

// Everybody sees the own sessions, and who is allowed to those of others.
func TestListConsoleSessions(t *testing.T) {
	f := newFixture(t)
	f.Put(t, &directory.MFADevice{ID: "D1", Kind: directory.VirtualMFA, Path: "/", Name: "phone", User: f.Now().User("alice").ID})
	mfa := time.Now().UTC().Truncate(time.Second).Add(-time.Minute)
	alice := f.Console(t, "alice", func(w *directory.WebSession) { w.MFA, w.Device = mfa, "D1" })
	onItsWay := f.Console(t, "alice", func(w *directory.WebSession) { w.Stage = directory.SignInSecondFactor })
	eve, root := f.Console(t, "eve"), f.Console(t, "")
	helpdesk := f.User(t, "helpdesk", document(`{"Effect":"Allow","Action":"warder:ListConsoleSessions","Resource":["arn:aws:iam::111122223333:user/alice","arn:aws:iam::111122223333:user/nobody"]}`))
	admin := f.Admin(t, "admin")
	all := sorted(alice.SessionID, onItsWay.SessionID, eve.SessionID, root.SessionID)
	for _, c := range []struct {
		name, query string
		by          *servertest.Credentials
		want        []string
		code        string
	}{
		{"own", "", alice.Credentials, sorted(alice.SessionID, onItsWay.SessionID), ""},
		{"own, with a key", "", f.alice, sorted(alice.SessionID, onItsWay.SessionID), ""},
		{"own, by name", "?userName=Alice", f.alice, sorted(alice.SessionID, onItsWay.SessionID), ""},
		{"own, without any", "", f.bob, nil, ""},
		{"own, of the root user", "", root.Credentials, sorted(root.SessionID), ""},
		{"another user's", "?userName=alice", eve.Credentials, nil, "AccessDeniedException"},
		{"everybody's", "?all=true", eve.Credentials, nil, "AccessDeniedException"},
		{"of nobody", "?userName=nobody", eve.Credentials, nil, "AccessDeniedException"},
		{"another user's, allowed", "?userName=alice", helpdesk, sorted(alice.SessionID, onItsWay.SessionID), ""},
		{"of nobody, allowed", "?userName=nobody", helpdesk, nil, "ResourceNotFoundException"},
		{"of another than allowed", "?userName=eve", helpdesk, nil, "AccessDeniedException"},
		{"everybody's, allowed for some", "?all=true", helpdesk, nil, "AccessDeniedException"},
		{"everybody's, allowed", "?all=true", admin, all, ""},
		{"everybody's, by the root user", "?all=true", root.Credentials, all, ""},
		{"both", "?all=true&userName=alice", admin, nil, "ValidationException"},
	} {
		var got sessionList
		if a := call(t, c.by, "GET", "/sessions/v1/sessions"+c.query, "", &got); a.Code != c.code || !slices.Equal(got.ids(), c.want) {
			t.Errorf("%s: %d %s %s: %v, want %v", c.name, a.Status, a.Code, a.Message, got.ids(), c.want)
		}
	}
	var list sessionList
	call(t, alice.Credentials, "GET", "/sessions/v1/sessions", "", &list)
	for _, s := range list.Sessions {
		switch {
		case s.PrincipalArn != "arn:aws:iam::111122223333:user/alice" || s.Method != "PASSWORD" || s.SourceIPAddress != "192.0.2.7" || s.UserAgent != "Browser/1" ||
			s.StartTime.IsZero() || s.LastSeenTime.Before(s.StartTime) || !s.EndTime.After(s.LastSeenTime):
			t.Errorf("it is shown as %+v", s)
		case s.SessionID == alice.SessionID && (!s.Current || s.Stage != "COMPLETE" || !s.MfaTime.Equal(mfa) || s.MfaSerialNumber != "arn:aws:iam::111122223333:mfa/phone"):
			t.Errorf("the own one is shown as %+v", s)
		case s.SessionID == onItsWay.SessionID && (s.Current || s.Stage != "SECOND_FACTOR" || s.MfaTime != nil):
			t.Errorf("the one on its way is shown as %+v", s)
		}
	}
}

// What an answer holds opens nothing: no cookie, no hash, no proof.
func TestSessionsAreShownWithoutSecrets(t *testing.T) {
	f := newFixture(t)
	alice := f.Console(t, "alice")
	body := call(t, alice.Credentials, "GET", "/sessions/v1/sessions", "", nil).Body
	w, _ := f.Store.WebSession(alice.Cookie, time.Now())
	hash, _ := json.Marshal(w.Hash)
	proof, _ := json.Marshal(w.Proof)
	for _, secret := range []string{alice.Cookie[strings.LastIndexByte(alice.Cookie, '.')+1:], strings.Trim(string(hash), `"`), strings.Trim(string(proof), `"`)} {
		if strings.Contains(body, secret) {
			t.Errorf("%s is in %s", secret, body)
		}
	}
}

// Pages go on where the last one ended, also where sessions end in between.
func TestConsoleSessionPages(t *testing.T) {
	f := newFixture(t)
	admin := f.Admin(t, "admin")
	var want []string
	for i := range 7 {
		name := fmt.Sprint("user-", i)
		f.User(t, name)
		want = append(want, f.Console(t, name).SessionID)
	}
	want = sorted(want...)
	var got []string
	query := "?all=true&maxResults=3"
	for query != "" {
		var page sessionList
		if a := call(t, admin, "GET", "/sessions/v1/sessions"+query, "", &page); a.Status != http.StatusOK || len(page.Sessions) > 3 {
			t.Fatalf("%d %s: %d sessions", a.Status, a.Message, len(page.Sessions))
		}
		got = append(got, page.ids()...)
		if query = ""; page.NextToken != "" {
			query = "?all=true&maxResults=3&nextToken=" + page.NextToken
			f.Change(t, func(tx *store.Tx) error { tx.EndWebSession(page.NextToken); return nil })
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages give %v, want %v", got, want)
	}
}

// A session is revoked by its user and by who is allowed to, and ends at once.
func TestRevokeConsoleSession(t *testing.T) {
	f := newFixture(t)
	helpdesk := f.User(t, "helpdesk", document(`{"Effect":"Allow","Action":"warder:RevokeConsoleSession","Resource":"arn:aws:iam::111122223333:user/alice"}`))
	admin := f.Admin(t, "admin")
	denied := f.User(t, "denied", document(`{"Effect":"Deny","Action":"warder:RevokeConsoleSession","Resource":"*"}`))
	for _, c := range []struct {
		name string
		of   string
		by   func(victim *servertest.Console) *servertest.Credentials
		code string
	}{
		{"the own, from within", "alice", func(v *servertest.Console) *servertest.Credentials { return v.Credentials }, ""},
		{"the own, with a key", "alice", func(*servertest.Console) *servertest.Credentials { return f.alice }, ""},
		{"the own, denied", "denied", func(*servertest.Console) *servertest.Credentials { return denied }, "AccessDeniedException"},
		{"another user's", "alice", func(*servertest.Console) *servertest.Credentials { return f.eve }, "AccessDeniedException"},
		{"another user's, from a session", "alice", func(*servertest.Console) *servertest.Credentials { return f.Console(t, "eve").Credentials }, "AccessDeniedException"},
		{"the root user's", "", func(*servertest.Console) *servertest.Credentials { return f.eve }, "AccessDeniedException"},
		{"another user's, allowed", "alice", func(*servertest.Console) *servertest.Credentials { return helpdesk }, ""},
		{"another than allowed", "bob", func(*servertest.Console) *servertest.Credentials { return helpdesk }, "AccessDeniedException"},
		{"by an administrator", "bob", func(*servertest.Console) *servertest.Credentials { return admin }, ""},
		{"the root user's, by an administrator", "", func(*servertest.Console) *servertest.Credentials { return admin }, ""},
	} {
		victim := f.Console(t, c.of)
		a := call(t, c.by(victim), "POST", "/sessions/v1/sessions/"+victim.SessionID+"/revoke", "{}", nil)
		_, stands := f.Store.WebSession(victim.Cookie, time.Now())
		if a.Code != c.code || stands != (c.code != "") {
			t.Errorf("%s: %d %s %s; it stands: %t", c.name, a.Status, a.Code, a.Message, stands)
		}
		after := call(t, victim.Credentials, "GET", "/sessions/v1/sessions", "", nil)
		if stands && after.Code == "ExpiredTokenException" || !stands && after.Code != "ExpiredTokenException" {
			t.Errorf("%s: then its credentials give %d %s", c.name, after.Status, after.Code)
		}
		again := call(t, admin, "POST", "/sessions/v1/sessions/"+victim.SessionID+"/revoke", "{}", nil)
		if !stands && again.Code != "ResourceNotFoundException" {
			t.Errorf("%s: again %d %s", c.name, again.Status, again.Code)
		}
	}
	// Who may not revoke others' does not learn which there are.
	theirs := f.Console(t, "alice").SessionID
	messages := map[string]bool{}
	for _, id := range []string{theirs, "WEBSAAAAAAAAAAAAAAAAA"} {
		a := call(t, f.eve, "POST", "/sessions/v1/sessions/"+id+"/revoke", "{}", nil)
		messages[a.Code] = true
	}
	if len(messages) != 1 {
		t.Errorf("answers tell whether there is such a session: %v", messages)
	}
}

func TestRevokeConsoleSessions(t *testing.T) {
	f := newFixture(t)
	admin := f.Admin(t, "admin")
	helpdesk := f.User(t, "helpdesk", document(`{"Effect":"Allow","Action":"warder:RevokeConsoleSessions","Resource":"arn:aws:iam::111122223333:user/alice"}`))
	for _, c := range []struct {
		name, body string
		by         string // "session", "key" or a user
		code       string
		left       int // of alice's three
	}{
		{"everywhere", "{}", "session", "", 0},
		{"everywhere else", `{"exceptCurrent":true}`, "session", "", 1},
		{"with a key", "{}", "key", "", 0},
		{"everywhere else, with a key", `{"exceptCurrent":true}`, "key", "ValidationException", 3},
		{"another user's", `{"userName":"alice"}`, "eve", "AccessDeniedException", 3},
		{"another user's, but for the own", `{"userName":"alice","exceptCurrent":true}`, "admin", "ValidationException", 3},
		{"another user's, allowed", `{"userName":"alice"}`, "helpdesk", "", 0},
		{"by an administrator", `{"userName":"ALICE"}`, "admin", "", 0},
		{"of nobody", `{"userName":"nobody"}`, "admin", "ResourceNotFoundException", 3},
		{"the own of an administrator", `{}`, "admin", "", 3},
	} {
		f.Change(t, func(tx *store.Tx) error { tx.EndWebSessions(tx.Account().User("alice").ID, ""); return nil })
		bob := f.Console(t, "bob")
		mine := []*servertest.Console{f.Console(t, "alice"), f.Console(t, "alice"), f.Console(t, "alice", func(w *directory.WebSession) { w.Stage = directory.SignInSecondFactor })}
		by := map[string]*servertest.Credentials{"session": mine[0].Credentials, "key": f.alice, "eve": f.eve, "admin": admin, "helpdesk": helpdesk}[c.by]
		var out struct{ Revoked int }
		a := call(t, by, "POST", "/sessions/v1/revoke", c.body, &out)
		left := slices.DeleteFunc(slices.Clone(mine), func(s *servertest.Console) bool { _, ok := f.Store.WebSession(s.Cookie, time.Now()); return !ok })
		if a.Code != c.code || len(left) != c.left || len(left) == 1 && left[0] != mine[0] || a.Code == "" && c.by != "admin" && out.Revoked != 3-c.left {
			t.Errorf("%s: %d %s %s: %d revoked, %d left", c.name, a.Status, a.Code, a.Message, out.Revoked, len(left))
		}
		if _, ok := f.Store.WebSession(bob.Cookie, time.Now()); !ok {
			t.Errorf("%s: bob's ended", c.name)
		}
	}
}

// Roles and federated users sign in nowhere: they have no sessions of their own, though they may be allowed others'.
func TestCallersWithoutSessions(t *testing.T) {
	f := newFixture(t)
	f.Role(t, "auditor", trustAccount, document(`{"Effect":"Allow","Action":"warder:*","Resource":"*"}`))
	role := f.Session(t, f.Admin(t, "admin").Call(t, "AssumeRole", "RoleArn", "arn:aws:iam::111122223333:role/auditor", "RoleSessionName", "session"))
	f.Console(t, "alice")
	for target, want := range map[string]string{
		"GET /sessions/v1/sessions": "ValidationException", "GET /sessions/v1/sessions?userName=alice": "", "GET /sessions/v1/sessions?all=true": "",
		"POST /sessions/v1/revoke": "ValidationException", "POST /passkeys/v1/options": "ValidationException",
	} {
		method, path, _ := strings.Cut(target, " ")
		body := ""
		if method == "POST" {
			body = "{}"
		}
		if a := call(t, role, method, path, body, nil); a.Code != want {
			t.Errorf("%s: %d %s %s", target, a.Status, a.Code, a.Message)
		}
	}
}

// passkeys of the tests below.
const ownPasskeys = `{"Effect":"Allow","Action":["warder:BeginPasskeyRegistration","warder:RegisterPasskey"],"Resource":"arn:aws:iam::111122223333:user/${aws:username}"}`

// options asks for a registration's options.
func options(t testing.TB, c *servertest.Credentials, body string) (json.RawMessage, servertest.Answer) {
	t.Helper()
	var out struct{ Options json.RawMessage }
	a := call(t, c, "POST", "/passkeys/v1/options", body, &out)
	return out.Options, a
}

// registration is the body of RegisterPasskey.
func registration(name, user string, credential []byte) string {
	text, _ := json.Marshal(map[string]any{"passkeyName": name, "credential": json.RawMessage(credential)})
	if user != "" {
		return strings.Replace(string(text), "{", `{"userName":"`+user+`",`, 1)
	}
	return string(text)
}

func registerPasskey(t testing.TB, c *servertest.Credentials, body string) (serial string, _ servertest.Answer) {
	t.Helper()
	var out struct{ SerialNumber string }
	a := call(t, c, "POST", "/passkeys/v1/passkeys", body, &out)
	return out.SerialNumber, a
}

func TestRegisterPasskey(t *testing.T) {
	f := newFixture(t)
	f.User(t, "carol", document(ownPasskeys))
	carol, root, admin := f.Console(t, "carol"), f.Console(t, ""), f.Admin(t, "admin")
	for _, c := range []struct {
		name   string
		by     *servertest.Credentials
		user   string
		prefix string
		owner  string
	}{
		{"the own", carol.Credentials, "", "user/carol/key-", "carol"},
		{"the own, by name", carol.Credentials, "Carol", "user/carol/key-", "carol"},
		{"the root user's", root.Credentials, "", "root/key-", ""},
		{"another user's", admin, "carol", "user/carol/key-", "carol"},
	} {
		body := "{}"
		if c.user != "" {
			body = `{"userName":"` + c.user + `"}`
		}
		key := passkeytest.New(t)
		o, a := options(t, c.by, body)
		if a.Status != http.StatusOK {
			t.Errorf("%s: %d %s %s", c.name, a.Status, a.Code, a.Message)
			continue
		}
		serial, a := registerPasskey(t, c.by, registration("key", c.user, key.Create(t, o, origin)))
		d := f.Now().MFADevice(serial)
		owner := account
		if c.owner != "" {
			owner = f.Now().User(c.owner).ID
		}
		if d == nil || !strings.HasPrefix(serial, "arn:aws:iam::111122223333:u2f/"+c.prefix) || d.User != owner || d.Kind != directory.SecurityKey ||
			string(d.Credential) != string(key.ID) || d.Passkey.Party != "iam.example.com" {
			t.Errorf("%s: %d %s %s: %s %+v", c.name, a.Status, a.Code, a.Message, serial, d)
		}
	}
	// What is on record names the passkey and holds none of the browser's answer.
	events := f.Outbox(t)
	last := events[len(events)-1]
	if last.EventName != "RegisterPasskey" || !strings.Contains(string(last.RequestParameters), `"passkeyName":"key"`) || strings.Contains(string(last.RequestParameters), "clientDataJSON") ||
		!strings.Contains(string(last.ResponseElements), "u2f/user/carol/key-") {
		t.Errorf("on record: %s %s %s", last.EventName, last.RequestParameters, last.ResponseElements)
	}
	if seen := f.Recorder.Events(); slices.ContainsFunc(seen, func(e *trail.Event) bool { return strings.Contains(string(e.ResponseElements), "challenge") }) {
		t.Error("a challenge is on record")
	}
}

// What an attacker tries with a registration.
func TestRegisterPasskeyRefuses(t *testing.T) {
	f := newFixture(t)
	f.User(t, "carol", document(ownPasskeys))
	f.User(t, "dave", document(ownPasskeys))
	carol, again, dave := f.Console(t, "carol"), f.Console(t, "carol"), f.Console(t, "dave")
	admin := f.Admin(t, "admin")
	key := passkeytest.New(t)
	fresh := func() json.RawMessage {
		o, a := options(t, carol.Credentials, "{}")
		if a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Message)
		}
		return o
	}
	for name, c := range map[string]struct {
		by    *servertest.Credentials
		body  string
		code  string
		calls int
	}{
		"without permission":       {f.eve, registration("key", "", key.Create(t, fresh(), origin)), "AccessDeniedException", 1},
		"for another user":         {carol.Credentials, registration("key", "dave", key.Create(t, fresh(), origin)), "AccessDeniedException", 1},
		"another's challenge":      {dave.Credentials, registration("key", "", key.Create(t, fresh(), origin)), "ValidationException", 1},
		"from another session":     {again.Credentials, registration("key", "", key.Create(t, fresh(), origin)), "ValidationException", 1},
		"for another than began":   {admin, registration("key", "dave", key.Create(t, fresh(), origin)), "ValidationException", 1},
		"for nobody":               {admin, registration("key", "nobody", key.Create(t, fresh(), origin)), "ResourceNotFoundException", 1},
		"from another site":        {carol.Credentials, registration("key", "", key.Create(t, fresh(), "https://iam.example.net")), "ValidationException", 1},
		"twice":                    {carol.Credentials, registration("key", "", passkeytest.New(t).Create(t, fresh(), origin)), "ValidationException", 2},
		"nothing":                  {carol.Credentials, registration("key", "", []byte("{}")), "ValidationException", 1},
		"null":                     {carol.Credentials, registration("key", "", []byte("null")), "ValidationException", 1},
		"a name that is a path":    {carol.Credentials, registration("a/b", "", key.Create(t, fresh(), origin)), "ValidationException", 1},
		"a sign-in's answer to it": {carol.Credentials, registration("key", "", key.Get(t, fresh(), origin)), "ValidationException", 1},
	} {
		var a servertest.Answer
		for range c.calls {
			_, a = registerPasskey(t, c.by, c.body)
		}
		if a.Code != c.code {
			t.Errorf("%s: %d %s %s", name, a.Status, a.Code, a.Message)
		}
	}
	if _, a := options(t, f.eve, "{}"); a.Code != "AccessDeniedException" {
		t.Errorf("options without permission: %d %s", a.Status, a.Code)
	}
	if n := len(f.Now().MFADevicesOf(f.Now().User("carol").ID)); n != 1 {
		t.Errorf("%d passkeys are there", n)
	}
	if _, a := options(t, carol.Credentials, `{"userName":"nobody"}`); a.Code != "AccessDeniedException" {
		t.Errorf("options for nobody: %d %s", a.Status, a.Code)
	}
}

// A credential is one person's, whoever copies its id, and a user has a bounded number.
func TestPasskeysAreBounded(t *testing.T) {
	f := newFixture(t)
	root := f.Console(t, "")
	key := passkeytest.New(t)
	for i := range 9 {
		o, a := options(t, root.Credentials, `{"userName":"alice"}`)
		if i == 8 {
			if a.Code != "LimitExceededException" {
				t.Errorf("options for the ninth: %d %s", a.Status, a.Code)
			}
			break
		}
		if _, a := registerPasskey(t, root.Credentials, registration("key", "alice", passkeytest.New(t).Create(t, o, origin))); a.Status != http.StatusOK {
			t.Fatalf("%d %s %s", a.Status, a.Code, a.Message)
		}
	}
	o, _ := options(t, root.Credentials, `{"userName":"bob"}`)
	if _, a := registerPasskey(t, root.Credentials, registration("key", "bob", key.Create(t, o, origin))); a.Status != http.StatusOK {
		t.Fatalf("%d %s %s", a.Status, a.Code, a.Message)
	}
	o, _ = options(t, root.Credentials, `{"userName":"eve"}`)
	forged := passkeytest.New(t).Create(t, o, origin, func(a *passkeytest.Answer) { a.ID = key.ID })
	if _, a := registerPasskey(t, root.Credentials, registration("key", "eve", forged)); a.Code != "ConflictException" {
		t.Errorf("another user's credential id: %d %s", a.Status, a.Code)
	}
}

// The retry of a request whose answer was lost gets that answer, though its challenge is used up.
func TestRegisterPasskeyOnce(t *testing.T) {
	f := newFixture(t)
	root := f.Console(t, "")
	o, _ := options(t, root.Credentials, "{}")
	body := registration("key", "", passkeytest.New(t).Create(t, o, origin))
	var serials []string
	for range 2 {
		a := root.REST(t, "warder", "POST", "/passkeys/v1/passkeys", body, map[string]string{"amz-sdk-invocation-id": "4f1c1c52-0d3c-4a2f-9d37-0d8f0f6a1b11"})
		var out struct{ SerialNumber string }
		servertest.Check(t, json.Unmarshal([]byte(a.Body), &out))
		serials = append(serials, out.SerialNumber)
	}
	if serials[0] == "" || serials[0] != serials[1] || len(f.Now().MFADevicesOf(account)) != 1 {
		t.Errorf("serial numbers %q, %d devices", serials, len(f.Now().MFADevicesOf(account)))
	}
}

// ownOperations is the reviewed list of operations that need no permission for what is the caller's own.
var ownOperations = []string{"warder:ListConsoleSessions", "warder:RevokeConsoleSession", "warder:RevokeConsoleSessions"}

func TestOwnOperations(t *testing.T) {
	for _, o := range newFixture(t).Operations() {
		if (o.Own != "") != slices.Contains(ownOperations, o.Action) {
			t.Errorf("%s needs no permission for one's own: %q", o.Action, o.Own)
		}
	}
}
