package warder_test

import (
	"net/http"
	"strings"
	"testing"
)

// What only Warder knows of a session may be supposed by whoever asks why, and by nobody who asks whether.
func TestSuppose(t *testing.T) {
	f := newFixture(t)
	f.User(t, "careful", document(
		`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`,
		`{"Effect":"Allow","Action":"notes:Read","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}`,
		`{"Effect":"Allow","Action":"notes:List","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:PrincipalOrgPaths":"o-1/r-1/ou-2/"}}}`))
	const careful, role = `{"type":"user","id":"arn:aws:iam::111122223333:user/careful"}`, `{"type":"role","id":"arn:aws:iam::111122223333:role/app"}`
	policies := func(action string) string {
		return `{"sessionPolicies":[` + quoted(document(`{"Effect":"Allow","Action":"`+action+`","Resource":"*"}`)) + `]}`
	}
	for name, test := range map[string]struct {
		subject, action, suppose string
		want                     string // "allow", or a part of the reason
	}{
		"nothing":                      {careful, "s3:GetObject", `{}`, "no identity-based policy"},
		"a second factor":              {careful, "s3:GetObject", `{"keys":{"AWS:MultiFactorAuthPresent":true}}`, "allow"},
		"none":                         {careful, "s3:GetObject", `{"keys":{"aws:MultiFactorAuthPresent":"false"}}`, "no identity-based policy"},
		"another time":                 {careful, "notes:Read", `{"keys":{"aws:CurrentTime":"2019-06-01T00:00:00Z"}}`, "allow"},
		"a key of several values":      {careful, "notes:List", `{"keys":{"aws:PrincipalOrgPaths":["o-1/r-1/","o-1/r-1/ou-2/"]}}`, "allow"},
		"a session that may":           {role, "s3:GetObject", policies("s3:*"), "allow"},
		"a session that may not":       {role, "s3:GetObject", policies("s3:List*"), "no session policy"},
		"a federated user that may":    {`{"type":"user","id":"arn:aws:iam::111122223333:user/alice"}`, "s3:GetObject", policies("s3:*"), "allow"},
		"a federated user's own limit": {`{"type":"user","id":"arn:aws:iam::111122223333:user/alice"}`, "s3:GetObject", policies("sqs:*"), "no session policy"},
		"nobody":                       {`{"type":"user","id":"arn:aws:iam::111122223333:user/nobody"}`, "s3:GetObject", policies("s3:*"), "There is no principal"},
	} {
		t.Run(name, func(t *testing.T) {
			body := strings.TrimSuffix(question(test.subject, `{"name":"`+test.action+`"}`, "", ""), "}") + `,"suppose":` + test.suppose + `}`
			got := post(t, f.notes, "/access/v1/explanation", body)
			switch {
			case got.Status != http.StatusOK || got.Decision == nil:
				t.Fatalf("%d %s", got.Status, got.Body)
			case test.want == "allow" && !got.allowed(), test.want != "allow" && (got.allowed() || !strings.Contains(got.Context.Reason, test.want)):
				t.Errorf("%s\nwant %q", got.Body, test.want)
			case len(got.Context.Explanation) == 0 && got.Context.Error.Status == 0:
				t.Errorf("no explanation: %s", got.Body)
			}
			for _, path := range []string{"/access/v1/evaluation", "/access/v1/evaluations"} { // AuthZEN lets other members stand: they mean nothing
				decided := post(t, f.notes, path, body)
				if plain := post(t, f.notes, path, strings.Replace(body, `"suppose":`+test.suppose, `"ignored":1`, 1)); decided.Status != plain.Status || decided.allowed() != plain.allowed() {
					t.Errorf("%s heeds what is supposed: %s\nwithout: %s", path, decided.Body, plain.Body)
				}
			}
		})
	}
}

func TestBadSuppositions(t *testing.T) {
	f := newFixture(t)
	alice := `{"type":"user","id":"arn:aws:iam::111122223333:user/alice"}`
	policy := quoted(document(`{"Effect":"Allow","Action":"*","Resource":"*"}`))
	for name, test := range map[string]struct{ subject, suppose, want string }{
		"a key of the request":  {alice, `{"keys":{"s3:prefix":"a"}}`, "s3:prefix is no key of the subject"},
		"a key of the resource": {alice, `{"keys":{"aws:ResourceTag/team":"a"}}`, "is no key of the subject"},
		"a key twice":           {alice, `{"keys":{"aws:userid":"a","AWS:userid":"b"}}`, "twice"},
		"an object":             {alice, `{"keys":{"aws:userid":{}}}`, "must be a text"},
		"keys in a list":        {alice, `{"keys":[]}`, "must be an object"},
		"no policy":             {alice, `{"sessionPolicies":["{"]}`, "suppose.sessionPolicies[0]"},
		"many policies":         {alice, `{"sessionPolicies":[` + strings.TrimSuffix(strings.Repeat(policy+",", 12), ",") + `]}`, "more than 11"},
		"the root user":         {`{"type":"root","id":"arn:aws:iam::111122223333:root"}`, `{"sessionPolicies":[` + policy + `]}`, "root user"},
		"a key's holder":        {`{"type":"access_key","id":"` + f.alice.AccessKeyID + `"}`, `{"keys":{"aws:userid":"a"}}`, "named by its ARN"},
	} {
		t.Run(name, func(t *testing.T) {
			body := strings.TrimSuffix(question(test.subject, "", "", ""), "}") + `,"suppose":` + test.suppose + `}`
			if got := post(t, f.notes, "/access/v1/explanation", body); got.Status != http.StatusBadRequest || !strings.Contains(got.Message, test.want) {
				t.Errorf("%d %s\nwant 400 with %q", got.Status, got.Body, test.want)
			}
		})
	}
	if got := post(t, f.eve, "/access/v1/explanation", strings.TrimSuffix(question("", "", "", ""), "}")+`,"suppose":{}}`); got.Status != http.StatusForbidden {
		t.Errorf("eve is told why: %d %s", got.Status, got.Body)
	}
}
