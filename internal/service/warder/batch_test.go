package warder_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const (
	aliceJSON = `"subject":{"type":"user","id":"arn:aws:iam::111122223333:user/alice"}`
	bobJSON   = `"subject":{"type":"user","id":"arn:aws:iam::111122223333:user/bob"}`
	getJSON   = `"action":{"name":"s3:GetObject"}`
)

func object(key string) string {
	return `"resource":{"type":"object","id":"arn:aws:s3:::` + key + `"}`
}

func TestEvaluateBatch(t *testing.T) {
	f := newFixture(t)
	mixed := `"evaluations":[{` + object("b/1") + `},{` + object("vault/2") + `},{` + object("b/3") + `},{` + object("vault/4") + `}]`
	for name, test := range map[string]struct {
		body string
		want string // a letter for each answer, in order; or a status
	}{
		"all, with defaults":             {`{` + aliceJSON + `,` + getJSON + `,` + mixed + `}`, "YNYN"},
		"execute_all":                    {`{` + aliceJSON + `,` + getJSON + `,` + mixed + `,"options":{"evaluations_semantic":"execute_all"}}`, "YNYN"},
		"deny_on_first_deny":             {`{` + aliceJSON + `,` + getJSON + `,` + mixed + `,"options":{"evaluations_semantic":"deny_on_first_deny"}}`, "YN"},
		"permit_on_first_permit":         {`{` + aliceJSON + `,` + getJSON + `,` + mixed + `,"options":{"evaluations_semantic":"permit_on_first_permit"}}`, "Y"},
		"an entry's own stands first":    {`{` + aliceJSON + `,` + getJSON + `,` + object("b/1") + `,"evaluations":[{},{` + bobJSON + `},{"action":{"name":"s3:PutObject"}},{"action":{"name":"s3:PutObject"},"context":{"aws:SourceIp":"10.0.0.1"}}]}`, "YNNY"},
		"the context of all":             {`{` + aliceJSON + `,"action":{"name":"s3:PutObject"},` + object("b/1") + `,"context":{"aws:SourceIp":"10.0.0.1"},"evaluations":[{},{"context":{}},{"context":{"aws:SourceIp":"11.0.0.1"}}]}`, "YNN"},
		"nothing in common":              {`{"evaluations":[{` + aliceJSON + `,` + getJSON + `,` + object("b/1") + `},{` + bobJSON + `,` + getJSON + `,` + object("b/1") + `}]}`, "YN"},
		"no list is one evaluation":      {`{` + aliceJSON + `,` + getJSON + `,` + object("b/1") + `}`, "one"},
		"an empty list too":              {`{` + aliceJSON + `,` + getJSON + `,` + object("b/1") + `,"evaluations":[]}`, "one"},
		"an unknown subject is a denial": {`{` + getJSON + `,` + object("b/1") + `,"evaluations":[{` + aliceJSON + `},{"subject":{"type":"user","id":"arn:aws:iam::111122223333:user/none"}}]}`, "YN"},
		"an entry lacks a part":          {`{` + aliceJSON + `,"evaluations":[{` + object("b/1") + `}]}`, "N"},
		"an entry is malformed":          {`{` + aliceJSON + `,` + getJSON + `,"evaluations":[{` + object("b/1") + `},{"resource":{"type":"o","id":"x"}}]}`, "YN"},
		"an entry gives a derived key":   {`{` + aliceJSON + `,` + getJSON + `,"evaluations":[{` + object("b/1") + `},{` + object("b/1") + `,"context":{"aws:userid":"x"}}]}`, "400"},
		"nothing that can be read":       {`{"evaluations":[{},{}]}`, "NN"},
		"an error ends it like a denial": {`{` + aliceJSON + `,` + getJSON + `,"evaluations":[{},{` + object("b/1") + `}],"options":{"evaluations_semantic":"deny_on_first_deny"}}`, "N"},
		"nothing at all":                 {`{}`, "400"},
		"unknown semantic":               {`{` + aliceJSON + `,` + getJSON + `,` + mixed + `,"options":{"evaluations_semantic":"any"}}`, "400"},
		"half a subject":                 {`{` + aliceJSON + `,` + getJSON + `,"evaluations":[{"subject":{"type":"user"},` + object("b/1") + `}]}`, "Y"},
		"too many":                       {`{` + aliceJSON + `,` + getJSON + `,` + object("b/1") + `,"evaluations":[{}` + strings.Repeat(",{}", 256) + `]}`, "400"},
		"as many as may be":              {`{` + aliceJSON + `,` + getJSON + `,` + object("b/1") + `,"evaluations":[{}` + strings.Repeat(",{}", 255) + `]}`, strings.Repeat("Y", 256)},
	} {
		t.Run(name, func(t *testing.T) {
			got := post(t, f.notes, "/access/v1/evaluations", test.body)
			if answers := letters(got); answers != test.want {
				t.Errorf("%s, want %s: %s", answers, test.want, got.Body)
			}
			for i, a := range got.Evaluations {
				if a.Context.ID != fmt.Sprintf("%s#%d", got.Header.Get("X-Amzn-Requestid"), i) {
					t.Errorf("answer %d is the decision %q", i, a.Context.ID)
				}
			}
		})
	}
}

func letters(got *reply) string {
	switch {
	case got.Status != http.StatusOK:
		return fmt.Sprint(got.Status)
	case got.Evaluations == nil && got.Decision != nil:
		return "one"
	}
	var b strings.Builder
	for i := range got.Evaluations {
		switch {
		case got.Evaluations[i].Decision == nil:
			b.WriteByte('?')
		case got.Evaluations[i].allowed():
			b.WriteByte('Y')
		default:
			b.WriteByte('N')
		}
	}
	return b.String()
}

// One entry about a subject that the asker may not ask about refuses the whole batch, wherever it stands, also behind an
// answer that would have ended it; and the refusal is that of a single question.
func TestBatchIsAuthorizedWhole(t *testing.T) {
	f := newFixture(t)
	single := ask(t, f.shy, "", "", "", "")
	for _, semantic := range []string{"execute_all", "deny_on_first_deny"} {
		for _, forbidden := range []string{aliceJSON, `"subject":{"type":"user","id":"arn:aws:iam::111122223333:user/none"}`} {
			body := `{` + bobJSON + `,` + getJSON + `,` + object("b/1") + `,"evaluations":[{},{` + forbidden + `}],"options":{"evaluations_semantic":"` + semantic + `"}}`
			if got := post(t, f.shy, "/access/v1/evaluations", body); got.Status != http.StatusForbidden || got.Evaluations != nil || !strings.HasSuffix(got.Message, "warder:Evaluate about this subject") ||
				got.Message != single.Message {
				t.Errorf("%s: %d %s", semantic, got.Status, got.Body)
			}
		}
	}
	if got := post(t, f.shy, "/access/v1/evaluations", `{`+bobJSON+`,`+getJSON+`,`+object("b/1")+`,"evaluations":[{},{}]}`); letters(got) != "NN" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	explained := `{` + bobJSON + `,` + getJSON + `,` + object("b/1") + `,"evaluations":[{}],"options":{"explain":true}}`
	if got := post(t, f.shy, "/access/v1/evaluations", explained); got.Status != http.StatusForbidden {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got := post(t, f.notes, "/access/v1/evaluations", explained); got.Status != http.StatusOK || len(got.Evaluations[0].Context.Explanation) == 0 {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}
