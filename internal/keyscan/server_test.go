package keyscan

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/apiclient"
)

// account answers as IAM does: users with the status of their keys.
type account struct {
	users   map[string]map[string]string
	refused []string // operations that the caller may not use
	silent  bool     // nobody is there, but for GetCallerIdentity

	mu    sync.Mutex
	calls []string
}

// asked are the operations so far.
func (a *account) asked() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.calls)
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		panic(err)
	}
	action := r.Form.Get("Action")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, action)
	if a.silent && action != "GetCallerIdentity" {
		panic(http.ErrAbortHandler)
	}
	text, code := a.answer(action, r.Form)
	if slices.Contains(a.refused, action) {
		code = "AccessDenied"
	}
	if code != "" {
		w.WriteHeader(http.StatusForbidden)
		text = "<ErrorResponse><Error><Code>" + code + "</Code><Message>no " + action + "</Message></Error></ErrorResponse>"
	}
	_, _ = w.Write([]byte(text))
}

func (a *account) answer(action string, in url.Values) (text, code string) {
	id, user := in.Get("AccessKeyId"), in.Get("UserName")
	result := func(inner string) string {
		return fmt.Sprintf("<R><%sResult>%s</%[1]sResult></R>", action, inner)
	}
	switch action {
	case "GetCallerIdentity":
		return result("<Account>123456789012</Account>"), ""
	case "GetAccessKeyLastUsed":
		for name, keys := range a.users {
			if keys[id] != "" {
				return result("<UserName>" + name + "</UserName>"), ""
			}
		}
		return "", "AccessDenied"
	case "ListUsers": // one on a page
		names := slices.Sorted(func(yield func(string) bool) {
			for name := range a.users {
				_ = yield(name)
			}
		})
		names = slices.DeleteFunc(names, func(name string) bool { return name <= in.Get("Marker") })
		return result(fmt.Sprintf("<Users><member><UserName>%s</UserName></member></Users><IsTruncated>%v</IsTruncated><Marker>%[1]s</Marker>", names[0], len(names) > 1)), ""
	case "ListAccessKeys":
		keys := ""
		for id, status := range a.users[user] {
			keys += "<member><AccessKeyId>" + id + "</AccessKeyId><Status>" + status + "</Status></member>"
		}
		return result("<AccessKeyMetadata>" + keys + "</AccessKeyMetadata>"), ""
	case "UpdateAccessKey":
		if a.users[user][id] == "" {
			return "", "NoSuchEntity"
		}
		a.users[user][id] = in.Get("Status")
		return "<R/>", ""
	}
	return "", "InvalidAction"
}

func (a *account) server(t *testing.T) *Server {
	s := httptest.NewServer(a)
	t.Cleanup(s.Close)
	client, err := apiclient.New(s.URL, "", "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	return &Server{Client: client, By: apiclient.Credentials{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "secret"}}
}

func TestAsk(t *testing.T) {
	m := makeKeys(t)
	all := []string{"GetAccessKeyLastUsed", "ListUsers", "ListAccessKeys"}
	tests := []struct {
		name    string
		found   Found
		refused []string
		silent  bool
		state   State
		user    string
		own     bool
		why     string
		asks    int // operations, beside GetCallerIdentity
	}{
		{"active", Found{KeyID: m["A"]}, nil, false, Active, "ann", true, "", 2},
		{"inactive", Found{KeyID: m["B"]}, nil, false, Inactive, "bob", true, "", 2},
		{"deleted", Found{KeyID: m["C"]}, nil, false, Deleted, "", true, "no such key", 7},
		{"found by listing only", Found{KeyID: m["A"]}, all[:1], false, Active, "ann", true, "", 7},
		{"may not list", Found{KeyID: m["C"]}, all[1:2], false, Unknown, "", true, "AccessDenied: no ListUsers", 2},
		{"may not see keys", Found{KeyID: m["A"]}, all[2:], false, Unknown, "", true, "AccessDenied: no ListAccessKeys", 2},
		{"may do nothing", Found{KeyID: m["A"]}, all, false, Unknown, "", true, "AccessDenied: no ListUsers", 2},
		{"nobody answers", Found{KeyID: m["A"]}, nil, true, Unknown, "", true, "does not answer", 1},
		{"of another account", Found{KeyID: m["F"]}, nil, false, Unknown, "", false, "account 000000000001", 0},
		{"of no account, known", Found{KeyID: m["O"]}, nil, false, Active, "old", true, "", 2},
		{"of no account, unknown", Found{KeyID: m["P"]}, nil, false, Unknown, "", false, "does not hold its account", 7},
		{"temporary", Found{KeyID: m["T"]}, nil, false, Unknown, "", true, "36 hours", 0},
		{"secret alone", Found{Hint: "abcd…"}, nil, false, Unknown, "", false, "does not say whose", 0},
		{"example", Found{KeyID: "AKIAIOSFODNN7EXAMPLE", Example: true}, nil, false, Unknown, "", false, "", 0},
		{"expired", Found{KeyID: m["T"], State: Expired}, nil, false, Expired, "", false, "", 0},
	}
	for _, c := range tests {
		a := &account{refused: c.refused, silent: c.silent, users: map[string]map[string]string{
			"ann": {m["A"]: "Active"}, "bob": {m["B"]: "Inactive"}, "old": {m["O"]: "Active"},
		}}
		found := []Found{c.found}
		f := &found[0]
		if got := join([]placed{{hit: hit{id: f.KeyID}}}); got[0].Account != "" {
			f.Account = got[0].Account
		}
		f.Places = []Place{{File: "f"}}
		who, err := a.server(t).Ask(t.Context(), found)
		if err != nil || who != "123456789012" {
			t.Errorf("%s: %q, %v", c.name, who, err)
		}
		if f.State != c.state || f.User != c.user || f.Own != c.own || (f.Why == "") != (c.why == "") || !strings.Contains(f.Why, c.why) {
			t.Errorf("%s: %+v", c.name, f)
		}
		if len(a.asked()) != c.asks+1 && !c.silent {
			t.Errorf("%s: asked %v", c.name, a.asked())
		}
	}
}

func TestAskManyAsksOnce(t *testing.T) {
	m := makeKeys(t)
	a := &account{users: map[string]map[string]string{"ann": {m["A"]: "Active", m["B"]: "Inactive"}}}
	var found []Found
	for _, id := range []string{m["A"], m["B"], m["C"], m["C"]} {
		found = append(found, Found{KeyID: id, Account: "123456789012", Places: []Place{{File: "f"}}})
	}
	if _, err := a.server(t).Ask(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	if n := len(slices.DeleteFunc(a.asked(), func(s string) bool { return s != "ListUsers" && s != "ListAccessKeys" })); n != 2 {
		t.Errorf("asked %v", a.asked())
	}
	if found[0].State != Active { // what needs attention comes first
		t.Errorf("%+v", found)
	}
}

func TestAskAServerThatGoesAway(t *testing.T) {
	m := makeKeys(t)
	a := &account{silent: true}
	var found []Found
	for _, id := range []string{m["O"], m["A"], m["B"]} {
		found = append(found, Found{KeyID: id, Places: []Place{{}}})
	}
	if _, err := a.server(t).Ask(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	if n := len(slices.DeleteFunc(a.asked(), func(s string) bool { return s == "GetCallerIdentity" })); n > 2 { // net/http tries twice
		t.Errorf("asked %v", a.asked())
	}
	for _, f := range found {
		if f.State != Unknown || !strings.Contains(f.Why, "does not answer") {
			t.Errorf("%+v", f)
		}
	}
}

func TestAskRefused(t *testing.T) {
	m := makeKeys(t)
	a := &account{refused: []string{"GetCallerIdentity"}}
	found := []Found{{KeyID: m["O"], Places: []Place{{}}}}
	if _, err := a.server(t).Ask(t.Context(), found); !apiclient.HasCode(err, "AccessDenied") || len(a.asked()) != 1 || found[0].State != Unknown {
		t.Errorf("%v, asked %v, %+v", err, a.asked(), found)
	}
}

func TestDeactivate(t *testing.T) {
	m := makeKeys(t)
	a := &account{users: map[string]map[string]string{"ann": {m["A"]: "Active"}}}
	s := a.server(t)
	f := &Found{KeyID: m["A"], User: "ann", State: Active}
	if err := s.Deactivate(t.Context(), f); err != nil || a.users["ann"][m["A"]] != "Inactive" || f.State != Inactive {
		t.Errorf("%v, %+v, %+v", err, a.users, f)
	}
	if err := s.Deactivate(t.Context(), f); err == nil {
		t.Error("an inactive key was made inactive")
	}
	gone := &Found{KeyID: m["B"], User: "ann", State: Active}
	if err := s.Deactivate(t.Context(), gone); !apiclient.HasCode(err, "NoSuchEntity") || gone.State != Active {
		t.Errorf("%v, %+v", err, gone)
	}
	a.silent = true
	if err := s.Deactivate(t.Context(), gone); !errors.Is(err, apiclient.ErrUnreachable) {
		t.Error(err)
	}
}

func TestNeedsAttention(t *testing.T) {
	long, temporary := "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"
	tests := []struct {
		f    Found
		want bool
	}{
		{Found{KeyID: long}, true},
		{Found{KeyID: long, State: Active}, true},
		{Found{KeyID: long, State: Inactive, Hint: "a…"}, false},
		{Found{KeyID: long, State: Deleted, Hint: "a…"}, false},
		{Found{KeyID: long, Example: true, Hint: "a…"}, false},
		{Found{Hint: "a…"}, true},
		{Found{Hint: "a…", Example: true}, false},
		{Found{KeyID: temporary}, false},
		{Found{KeyID: temporary, Hint: "a…"}, true},
		{Found{KeyID: temporary, Hint: "a…", State: Expired}, false},
	}
	for _, c := range tests {
		if got := c.f.NeedsAttention(); got != c.want {
			t.Errorf("%+v: %v", c.f, got)
		}
	}
}

func TestExpire(t *testing.T) {
	now := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	old, fresh := Place{Modified: now.Add(-36*time.Hour - 1)}, Place{Modified: now.Add(-36 * time.Hour)}
	tests := []struct {
		id     string
		places []Place
		want   State
	}{
		{"ASIAIOSFODNN7EXAMPLE", []Place{old}, Expired},
		{"ASIAIOSFODNN7EXAMPLE", []Place{fresh}, Unknown},
		{"ASIAIOSFODNN7EXAMPLE", []Place{old, {}}, Expired},
		{"ASIAIOSFODNN7EXAMPLE", []Place{fresh, old}, Expired},
		{"ASIAIOSFODNN7EXAMPLE", []Place{{}}, Unknown},
		{"AKIAIOSFODNN7EXAMPLE", []Place{old}, Unknown},
		{"", []Place{old}, Unknown},
	}
	for _, c := range tests {
		found := []Found{{KeyID: c.id, Places: c.places}}
		if expire(found, now); found[0].State != c.want {
			t.Errorf("%s %v: %v", c.id, c.places, found[0].State)
		}
	}
}
