package warder_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Questions that are made to cost as much as they can are answered up to the bound, which takes seconds, and refused above it:
// patterns full of stars in the resource's policy, against long values, many times.
func TestCostIsBounded(t *testing.T) {
	f := newFixture(t)
	stars := strings.Repeat("*a", 100) + "b"
	var patterns, values []string
	for i := range 90 {
		patterns = append(patterns, fmt.Sprintf("%q", stars+fmt.Sprint(i)))
	}
	for i := range 100 {
		values = append(values, fmt.Sprintf("%q", strings.Repeat("a", 600)+fmt.Sprint(i)))
	}
	bomb := document(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringLike":{"s3:x":[` + strings.Join(patterns, ",") + `]}}}`)
	resource := `"resource":{"type":"o","id":"arn:aws:s3:::b/k","properties":{"policy":` + bomb + `}}`
	context := `"context":{"s3:x":[` + strings.Join(values, ",") + `]}`
	repeated := func(n int) string { return `"evaluations":[{}` + strings.Repeat(",{}", n-1) + `]}` }
	common := `{` + aliceJSON + `,` + getJSON + `,` + resource + `,` + context + `,`
	// Every statement that applies is shown with every value.
	wide := func(statements int) string {
		all := strings.Repeat(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringLike":{"s3:x":"a*"}}},`, statements)
		return `{` + aliceJSON + `,` + getJSON + `,"resource":{"type":"o","id":"arn:aws:s3:::b/k","properties":{"policy":` + document(strings.TrimSuffix(all, ",")) + `}},` +
			context + `,"options":{"explain":true},`
	}
	slow := document(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringLike":{"s3:x":["*` + strings.Repeat("?", 16_000) + `b*","*` + strings.Repeat("?", 4000) + `b*"]}}}`)
	long := `{` + aliceJSON + `,` + getJSON + `,"resource":{"type":"o","id":"arn:aws:s3:::b/k","properties":{"policy":` + slow + `}},"context":{"s3:x":["` +
		strings.Repeat(strings.Repeat("a", 8000)+`","`, 7) + strings.Repeat("a", 8000) + `"]},`
	for name, test := range map[string]struct {
		body   string
		status int
	}{
		"decisions":         {common + repeated(8), http.StatusOK},
		"too many values":   {common + repeated(51), http.StatusBadRequest},
		"long values":       {long + repeated(8), http.StatusOK},
		"too long values":   {long + repeated(9), http.StatusBadRequest},
		"an explanation":    {wide(60) + repeated(1), http.StatusOK},
		"too much in one":   {wide(80) + repeated(1), http.StatusBadRequest},
		"too much together": {wide(60) + repeated(2), http.StatusBadRequest},
	} {
		if got := post(t, f.notes, "/access/v1/evaluations", test.body); got.Status != test.status {
			t.Errorf("%s: %d, want %d: %.200s", name, got.Status, test.status, got.Body)
		}
	}
}
