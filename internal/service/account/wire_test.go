package account_test

import (
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/account"
)

const (
	accountID = "111122223333"
	all       = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"account:*","Resource":"arn:aws:account::` + accountID + `:account"}}`
	billing   = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"account:PutAlternateContact","Resource":"*",
		"Condition":{"ForAllValues:StringEquals":{"account:AlternateContactTypes":"BILLING"},"Null":{"account:AlternateContactTypes":"false"}}}}`
)

// fixture is an account in which alice may do everything with contacts, bob nothing, and carol put the one for billing.
type fixture struct {
	*servertest.World
	users map[string]*servertest.Credentials
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{World: servertest.New(t, func(w *servertest.World) { account.Register(w.Server) })}
	a := f.Account(t, accountID)
	f.users = map[string]*servertest.Credentials{"alice": a.User(t, "alice", all), "bob": a.User(t, "bob"), "carol": a.User(t, "carol", billing)}
	return f
}

// TestWireData runs testdata/wire.json: of every operation that is served requests that succeed and ones that do not.
func TestWireData(t *testing.T) {
	f := newFixture(t)
	f.Wire(t, "account", func(name string) *servertest.Credentials { return f.users[name] }, func(text string) string { return text })
}

// Whom to call is nobody's business who reads the trail: as on AWS it shows which contact was put, not what it says.
func TestRecordHidesContacts(t *testing.T) {
	f := newFixture(t)
	a := f.users["alice"].REST(t, "account", "POST", "/putAlternateContact",
		`{"AlternateContactType":"SECURITY","Name":"Planted Name","Title":"Planted Title","EmailAddress":"planted@example.com","PhoneNumber":"+15550199"}`, nil)
	if a.Status != 200 {
		t.Fatalf("%+v", a)
	}
	events := f.Outbox(t)
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	e := events[0]
	text, err := e.MarshalJSON()
	servertest.Check(t, err)
	if e.EventSource != "account.amazonaws.com" || e.EventName != "PutAlternateContact" || e.ReadOnly || string(e.RequestParameters) != `{"alternateContactType":"SECURITY"}` {
		t.Errorf("event %s", text)
	}
	for _, planted := range []string{"Planted", "planted@", "0199"} {
		if strings.Contains(string(text), planted) {
			t.Errorf("%s shows %q", text, planted)
		}
	}
}
