package warder_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/alarm"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/store"
)

// channels are the rules and channels of the fixture.
type channels struct{}

func (channels) Rules() []alarm.RuleState {
	o := alarm.Options{Rules: alarm.Builtin()}
	return o.States()
}

func (channels) Test(_ context.Context, a *directory.Account, id, by string) []alarm.Tested {
	if a.ID() != account || id == "" || !strings.HasPrefix(by, "arn:aws:iam::"+account+":user/") {
		return nil
	}
	return []alarm.Tested{{Channel: "mail"}, {Channel: "webhook", Err: errors.New("the receiver answers 500")}}
}

// anAlarm is the n-th of the fixture's; the higher, the older.
func anAlarm(n int) *directory.Alarm {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(-time.Duration(n) * time.Minute)
	return &directory.Alarm{
		ID: fmt.Sprintf("%016x", n), Rule: "access-key", Title: "An access key was made, disabled or deleted", Severity: "LOW", State: directory.AlarmRaised,
		Subject: "arn:aws:iam::" + account + ":user/ann", Raised: at, Last: at, Count: 1, Raises: 1, Sequence: uint64(n),
		Event:   directory.AlarmEvent{ID: "e", Source: "iam.amazonaws.com", Name: "CreateAccessKey"},
		Notices: []directory.AlarmNotice{{Channel: "webhook", Attempts: 1, Next: at.Add(time.Hour), Error: "the receiver answers 500"}, {Channel: "mail", Attempts: 1, Delivered: at}},
	}
}

func deleting(a *directory.Alarm) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		tx.Delete(a)
		return nil
	}
}

// newAlarms gives the fixture three alarms, the last of which is resolved.
func newAlarms(t *testing.T, a *servertest.Account) {
	t.Helper()
	for n := range 3 {
		one := anAlarm(n)
		if n == 2 {
			one.State = directory.AlarmResolved
		}
		a.Put(t, one)
	}
}

// Pages go on where the last one ended, also where alarms come and go in between.
func TestAlarmPages(t *testing.T) {
	f := newFixture(t)
	admin := f.Admin(t, "admin")
	for n := range 7 {
		f.Put(t, anAlarm(n))
	}
	var got []string
	token := ""
	for page := 0; page == 0 || token != ""; page++ {
		a := admin.REST(t, "warder", "GET", "/alarms/v1/alarms?maxResults=3"+token, "", nil)
		var out struct {
			Alarms    []struct{ AlarmID string }
			NextToken string
		}
		servertest.Check(t, json.Unmarshal([]byte(a.Body), &out))
		for _, one := range out.Alarms {
			got = append(got, one.AlarmID[15:])
		}
		if token = ""; out.NextToken != "" {
			token = "&nextToken=" + out.NextToken
		}
		if page == 0 { // one that was shown goes, and a newer one comes
			f.Change(t, deleting(anAlarm(2)))
			newer := anAlarm(8)
			newer.Last = newer.Last.Add(time.Hour)
			f.Put(t, newer)
		}
	}
	if want := "0 1 2 3 4 5 6"; strings.Join(got, " ") != want {
		t.Errorf("alarms %q, want %q", got, want)
	}
}

// What is acknowledged, resolved or muted is told to nobody any more, and it is on record who did it.
func TestAlarmIsSilenced(t *testing.T) {
	for _, verb := range []string{"acknowledge", "resolve", "mute"} {
		f := newFixture(t)
		admin := f.Admin(t, "admin")
		f.Put(t, anAlarm(1))
		body := `{}`
		if verb == "mute" {
			body = `{"reason":"r","until":"` + time.Now().UTC().Add(time.Hour).Format(time.RFC3339) + `"}`
		}
		if a := admin.REST(t, "warder", "POST", "/alarms/v1/alarms/0000000000000001/"+verb, body, nil); a.Status != 200 {
			t.Fatalf("%s: %+v", verb, a)
		}
		now := f.Now().Alarm("0000000000000001")
		if len(now.Notices) != 1 || now.Notices[0].Channel != "mail" {
			t.Errorf("%s: %+v", verb, now.Notices)
		}
		events := f.Outbox(t)
		e := events[len(events)-1]
		if e.EventType != "AwsApiCall" || e.ReadOnly || e.UserIdentity.UserName != "admin" || len(e.Resources) != 1 ||
			e.Resources[0].ARN != "arn:aws:warder:us-east-1:"+account+":alarm/0000000000000001" {
			t.Errorf("%s: event %+v", verb, e)
		}
	}
}

// Rights may be for some alarms, or for some of the steps.
func TestAlarmRights(t *testing.T) {
	f := newFixture(t)
	f.Put(t, anAlarm(1))
	f.Put(t, anAlarm(2))
	one := f.User(t, "one", document(`{"Effect":"Allow","Action":["warder:GetAlarm","warder:AcknowledgeAlarm"],"Resource":"arn:aws:warder:*:*:alarm/0000000000000001"}`))
	for target, status := range map[string]int{
		"GET /alarms/v1/alarms/0000000000000001": 200, "GET /alarms/v1/alarms/0000000000000002": 403,
		"POST /alarms/v1/alarms/0000000000000001/acknowledge": 200, "POST /alarms/v1/alarms/0000000000000002/acknowledge": 403,
		"POST /alarms/v1/alarms/0000000000000001/resolve": 403, "GET /alarms/v1/alarms/ffffffffffffffff": 403, "GET /alarms/v1/alarms": 403,
	} {
		method, path, _ := strings.Cut(target, " ")
		body := ""
		if method == "POST" {
			body = "{}"
		}
		if a := one.REST(t, "warder", method, path, body, nil); a.Status != status {
			t.Errorf("%s: %+v, want %d", target, a, status)
		}
	}
}
