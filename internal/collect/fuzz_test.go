package collect

import (
	"encoding/json"
	"net/http"
	"testing"
)

// FuzzAnswer: whatever a server answers, an answer's members are JSON, and a refusal has a code.
func FuzzAnswer(f *testing.F) {
	calls := Calls()
	f.Add(uint8(0), 200, "<R><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></R>")
	f.Add(uint8(2), 200, "<R><GetAccountSummaryResult><SummaryMap><entry><key>Users</key><value>01</value></entry></SummaryMap></GetAccountSummaryResult></R>")
	f.Add(uint8(40), 403, `{"__type":"a#B:c","message":"no"}`)
	f.Add(uint8(46), 404, "<Error><Code>NoSuchBucket</Code></Error>")
	f.Add(uint8(50), 200, "null")
	known := services()
	f.Fuzz(func(t *testing.T, n uint8, status int, body string) {
		c := &calls[int(n)%len(calls)]
		s := known[c.Service]
		members, err := s.readAnswer(c, status, http.Header{}, []byte(body))
		if err != nil {
			if r := refusal(err); r.Code == "" {
				t.Errorf("a refusal without a code: %v", err)
			}
			return
		}
		for name, raw := range members {
			if !json.Valid(raw) {
				t.Errorf("%s is no JSON: %q", name, raw)
			}
		}
		if err := merge(members, members); err != nil {
			t.Error(err)
		}
	})
}
