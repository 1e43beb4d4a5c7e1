package acceptance

import (
	"net/http"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// witness stands between clients and a server and knows which calls were answered, by their request ids.
type witness struct {
	mu        sync.Mutex
	answered  map[string]bool
	uncertain int // calls whose answer never came, or said that the server could not do it
}

// through makes a client of IAM whose calls the witness sees.
func (s *witness) through(transport http.RoundTripper) func(*iam.Options) {
	return func(o *iam.Options) { o.HTTPClient = &http.Client{Transport: seen{s, transport}} }
}

type seen struct {
	by   *witness
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t seen) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	t.by.mu.Lock()
	defer t.by.mu.Unlock()
	if err != nil || resp.StatusCode >= http.StatusInternalServerError {
		t.by.uncertain++
		return resp, err
	}
	if t.by.answered == nil {
		t.by.answered = map[string]bool{}
	}
	t.by.answered[resp.Header.Get("x-amzn-RequestId")] = true
	return resp, nil
}

// compare checks that the trail has one event for every call that was answered, and of the key no more others than there
// were calls whose answer nobody knows.
func (s *witness) compare(t *testing.T, records []record, key string) {
	t.Helper()
	events, others := map[string]int{}, 0
	for _, r := range records {
		events[r.RequestID]++
		if r.UserIdentity.AccessKeyID == key && !s.answered[r.RequestID] {
			others++
		}
	}
	for id := range s.answered {
		if n := events[id]; n != 1 {
			t.Errorf("the trail has %d events of call %s, which was answered", n, id)
		}
	}
	if others > s.uncertain {
		t.Errorf("the trail has %d events of calls that nobody made: %d, and %d calls were not answered", others-s.uncertain, others, s.uncertain)
	}
	t.Logf("%d calls answered, %d not; of these %d are on the trail", len(s.answered), s.uncertain, others)
}
