package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/sigv4"
)

// evaluate asks whether the administrator may do something.
func evaluate(t *testing.T, endpoint string, k key) (int, string) {
	t.Helper()
	const body = `{"subject":{"type":"user","id":"arn:aws:iam::123456789012:user/admin"},"action":{"name":"notes:Read"},"resource":{"type":"note","id":"*"}}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint+"/access/v1/evaluation", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	signer := sigv4.Signer{AccessKeyID: k.id, Secret: seal.NewSecret([]byte(k.secret)), Region: Region, Service: "warder"}
	wire := &sigv4.Request{Method: req.Method, RawTarget: req.URL.Path, Header: req.Header, Host: req.URL.Host, Body: []byte(body)}
	if err := signer.Sign(wire, time.Now()); err != nil {
		t.Fatal(err)
	}
	return answer(t, client(t), req)
}

// Decisions are on the trail where they are asked for, and nowhere by default.
func TestDataEvents(t *testing.T) {
	for setting, want := range map[string]int{"": 0, "off": 0, "all": 3} {
		p := newPlace(t)
		p.DataEvents = setting
		a := p.start(t)
		for range 3 {
			if status, body := evaluate(t, a.Endpoint().URL, p.adminKey(t)); status != http.StatusOK || !strings.Contains(body, `"decision":true`) {
				t.Fatalf("%d %s", status, body)
			}
		}
		stop(t, a)
		n := 0
		for _, name := range p.events(t) {
			if strings.Contains(name, "Evaluate") {
				n++
			}
		}
		if n != want {
			t.Errorf("%q: %d decisions on the trail, want %d", setting, n, want)
		}
	}
	p := newPlace(t)
	p.DataEvents = "some"
	p.fails(t, "data-events", `"some"`)
}

func TestAuthZENMetadata(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	url := a.Endpoint().URL
	status, body := get(t, client(t), url+"/.well-known/authzen-configuration")
	want := `{"policy_decision_point":"` + url + `","access_evaluation_endpoint":"` + url + `/access/v1/evaluation","access_evaluations_endpoint":"` + url + `/access/v1/evaluations"}`
	if status != http.StatusOK || strings.TrimSpace(body) != want {
		t.Errorf("%d %s", status, body)
	}
	stop(t, a)
}
