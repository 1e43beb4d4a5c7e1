package accessanalyzer_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// promptly is how long the worst document may take: it takes a second or two under the race detector, and this long on no machine
// that does other things too.
const promptly = time.Minute

// Documents that are as long and as bad as they may be are answered at once.
func TestCost(t *testing.T) {
	f := newFixture(t)
	statement := `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`
	fill := func(head, part, tail string) string {
		n := (131_072 - len(head) - len(tail)) / (len(part) + 1)
		return head + strings.Repeat(part+",", n-1) + part + tail
	}
	for name, document := range map[string]string{
		"unknown actions": many(8_000),
		"one action":      fill(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*","Action":[`, `"s3:*"`, `]}}`),
		"patterns":        fill(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*","Action":[`, `"*:*a*b*c*d*e*f*"`, `]}}`),
		"resources":       fill(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":[`, `"arn:aws:s3:::*a*b*"`, `]}}`),
		"statements":      fill(`{"Version":"2012-10-17","Statement":[`, statement, `]}`),
		"variables":       fill(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":[`, `"${a${b${"`, `]}}`),
		"brackets":        strings.Repeat("[", 131_072),
		"wide characters": fill(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*","Action":[`, `"s3:ä𝄞"`, `]}}`),
	} {
		t.Run(name, func(t *testing.T) {
			body, err := json.Marshal(map[string]string{"policyType": "IDENTITY_POLICY", "policyDocument": document})
			servertest.Check(t, err)
			began := time.Now()
			a := f.alice.REST(t, "access-analyzer", "POST", "/policy/validation?maxResults=1000", string(body), nil)
			if took := time.Since(began); a.Status != 200 || took > promptly {
				t.Errorf("%d %s after %v", a.Status, a.Code, took)
			} else {
				t.Logf("%v, %d bytes", took, len(a.Body))
			}
		})
	}
}
