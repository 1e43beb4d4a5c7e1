package app

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/sigv4"
)

// ask makes a signed GET request to Warder's own API and reads the answer, which must be a good one.
func ask[Out any](t *testing.T, c *http.Client, a *App, k key, target string) (out Out) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.Endpoint().URL+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	signer := sigv4.Signer{AccessKeyID: k.id, Secret: seal.NewSecret([]byte(k.secret)), Region: Region, Service: "warder"}
	signed := &sigv4.Request{Method: req.Method, RawTarget: target, Header: req.Header, Host: req.URL.Host}
	if err := signer.Sign(signed, time.Now()); err != nil {
		t.Fatal(err)
	}
	status, body := answer(t, c, req)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", target, status, body)
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLiveAudit: a server audits itself by its own settings, its trail and its channels; what is polled for leaves no event.
func TestLiveAudit(t *testing.T) {
	p := newPlace(t)
	p.Alarms.Syslog = "tcp://127.0.0.1:9"
	a := p.start(t)
	c, k := client(t), p.adminKey(t)
	summary := ask[api.GetAuditSummaryOutput](t, c, a, k, "/audit/v1/summary").Summary
	states := map[string]string{}
	for _, i := range summary.Checklist {
		states[i.ItemId] = i.Status + ": " + i.State
	}
	for id, want := range map[string]string{
		"alarms-reachable": "DONE: Alarms are told by syslog", "administrator": "DONE: Nothing found by admin-not-root",
		"trail-delivered": "OPEN: No trail delivers the events to another place: whoever has this server has the only copy",
	} {
		if states[id] != want {
			t.Errorf("%s: %s\nwant %s", id, states[id], want)
		}
	}
	ask[api.ListAuditChecksOutput](t, c, a, k, "/audit/v1/checks")
	activity := ask[api.GetActivityOutput](t, c, a, k, "/audit/v1/activity?attributeKey=EventName&attributeValue=ListAuditChecks&groupBy=action")
	if len(activity.Series) != 1 || activity.Series[0].Name != "warder:ListAuditChecks" || activity.Events != 1 {
		t.Errorf("activity: %+v", activity.Series)
	}
	stop(t, a)
	if events := p.events(t); slices.Contains(events, "GetAuditSummary") || !slices.Contains(events, "GetActivity") {
		t.Errorf("events: %v", events)
	}
}

// TestLiveAuditWithoutAlarms: alarms that are off reach nobody.
func TestLiveAuditWithoutAlarms(t *testing.T) {
	p := newPlace(t)
	p.Alarms.State = alarmsOff
	a := p.start(t)
	defer stop(t, a)
	for _, i := range ask[api.GetAuditSummaryOutput](t, client(t), a, p.adminKey(t), "/audit/v1/summary").Summary.Checklist {
		if i.ItemId == "alarms-reachable" && (i.Done || i.State != "Alarms are off") {
			t.Errorf("%+v", i)
		}
	}
}
