package warder_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
)

func TestEvaluate(t *testing.T) {
	f := newFixture(t)
	key := func(c *servertest.Credentials) string { return `{"type":"access_key","id":"` + c.AccessKeyID + `"}` }
	for name, test := range map[string]struct {
		subject, action, resource, context string
		want                               string // "allow", or a part of the reason
	}{
		"user by ARN": {"", "", "", "", "allow"},
		"user by key": {key(f.alice), "", "", "", "allow"},
		"explicit deny": {"", "", `{"type":"object","id":"arn:aws:s3:::vault/gold"}`, "",
			"User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::vault/gold with an explicit deny in an identity-based policy"},
		"no policy":                      {`{"type":"user","id":"arn:aws:iam::111122223333:user/bob"}`, "", "", "", "because no identity-based policy allows the s3:GetObject action"},
		"an action of one's own service": {"", `{"name":"notes:Read"}`, `{"type":"note","id":"arn:aws:notes:::n/1"}`, "", "allow"},
		"action without resource":        {"", `{"name":"notes:Read"}`, `{"type":"service","id":"*"}`, "", "allow"},
		"role":                           {`{"type":"role","id":"arn:aws:iam::111122223333:role/app"}`, "", "", "", "allow"},
		"session":                        {`{"type":"session","id":"arn:aws:sts::111122223333:assumed-role/app/s1"}`, "", "", "", "allow"},
		"root":                           {`{"type":"root","id":"arn:aws:iam::111122223333:root"}`, "", "", "", "allow"},
		"type of the asker's own":        {`{"type":"employee","id":"arn:aws:iam::111122223333:user/alice"}`, "", "", "", "allow"},
		"unknown user":                   {`{"type":"user","id":"arn:aws:iam::111122223333:user/nobody"}`, "", "", "", "There is no principal"},
		"unknown key":                    {`{"type":"access_key","id":"AKIAIOSFODNN7EXAMPLE"}`, "", "", "", "security token included in the request is invalid"},

		"source address that fits":            {"", `{"name":"s3:PutObject"}`, "", `{"aws:SourceIp":"10.1.2.3"}`, "allow"},
		"source address that does not":        {"", `{"name":"s3:PutObject"}`, "", `{"aws:SourceIp":"11.1.2.3"}`, "no identity-based policy"},
		"the asker's own address is no key":   {"", `{"name":"s3:PutObject"}`, "", "", "no identity-based policy"},
		"tags of the resource":                {"", `{"name":"s3:DeleteObject"}`, `{"type":"object","id":"arn:aws:s3:::b/k","properties":{"tags":{"team":"blue"}}}`, "", "allow"},
		"other tags of the resource":          {"", `{"name":"s3:DeleteObject"}`, `{"type":"object","id":"arn:aws:s3:::b/k","properties":{"tags":{"team":"red"}}}`, "", "no identity-based policy"},
		"list, number and boolean":            {"", `{"name":"s3:ListBucket"}`, "", `{"aws:TagKeys":["a"],"s3:max-keys":9,"aws:SecureTransport":true}`, "allow"},
		"a list with another":                 {"", `{"name":"s3:ListBucket"}`, "", `{"aws:TagKeys":["a","c"],"s3:max-keys":9,"aws:SecureTransport":true}`, "no identity-based policy"},
		"another number":                      {"", `{"name":"s3:ListBucket"}`, "", `{"aws:TagKeys":["a"],"s3:max-keys":10,"aws:SecureTransport":true}`, "no identity-based policy"},
		"transport that nobody spoke of":      {"", `{"name":"s3:ListBucket"}`, "", `{"aws:TagKeys":["a"],"s3:max-keys":9}`, "no identity-based policy"},
		"another account's resource":          {"", "", `{"type":"object","id":"arn:aws:s3:::b/k","properties":{"account":"999988887777"}}`, "", "no resource-based policy"},
		"another account's, in the ARN":       {"", `{"name":"notes:Read"}`, `{"type":"n","id":"arn:aws:notes::999988887777:n/1"}`, "", "no resource-based policy"},
		"a name that looks like a wildcard":   {"", "", `{"type":"object","id":"arn:aws:s3:::b/a*?${aws:username}"}`, "", "allow"},
		"resource policy allows":              {`{"type":"user","id":"arn:aws:iam::111122223333:user/bob"}`, "", `{"type":"object","id":"arn:aws:s3:::b/k","properties":{"policy":` + bucketPolicy("Allow", "bob") + `}}`, "", "allow"},
		"resource policy as text":             {`{"type":"user","id":"arn:aws:iam::111122223333:user/bob"}`, "", `{"type":"object","id":"arn:aws:s3:::b/k","properties":{"policy":` + quoted(bucketPolicy("Allow", "bob")) + `}}`, "", "allow"},
		"resource policy denies":              {"", "", `{"type":"object","id":"arn:aws:s3:::b/k","properties":{"policy":` + bucketPolicy("Deny", "alice") + `}}`, "", "explicit deny in a resource-based policy"},
		"a trust policy must allow by itself": {"", `{"name":"sts:AssumeRole"}`, `{"type":"role","id":"arn:aws:iam::111122223333:role/app"}`, "", "no role trust policy"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(t, f.notes, test.subject, test.action, test.resource, test.context)
			if got.Status != http.StatusOK || got.Decision == nil {
				t.Fatalf("%d %s", got.Status, got.Body)
			}
			switch {
			case test.want == "allow" && !got.allowed():
				t.Errorf("denied: %s", got.Body)
			case test.want != "allow" && (got.allowed() || !strings.Contains(got.Context.Reason, test.want)):
				t.Errorf("%s\nwant %q", got.Body, test.want)
			}
			if id := got.Header.Get("X-Amzn-Requestid"); got.Context.ID != id || id == "" {
				t.Errorf("decision %q of request %q", got.Context.ID, id)
			}
		})
	}
}

func bucketPolicy(effect, user string) string {
	return document(`{"Effect":"` + effect + `","Principal":{"AWS":"arn:aws:iam::111122223333:user/` + user + `"},"Action":"s3:*","Resource":"arn:aws:s3:::b/*"}`)
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

// A temporary key is known by its token, with all that its session has.
func TestTemporaryKey(t *testing.T) {
	f := newFixture(t)
	role := f.Now().Role("app")
	claims := session.Claims{Type: session.AssumedRole, Account: account, PrincipalID: role.ID, SessionName: "s1",
		Issued: time.Now().Add(-time.Minute), Expires: time.Now().Add(time.Hour),
		Policies: []string{document(`{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}`)}}
	limited := f.Mint(t, claims)
	claims.Policies = nil
	whole := f.Mint(t, claims)
	claims.Expires = time.Now().Add(-time.Second)
	expired := f.Mint(t, claims)
	subject := func(id, token string) string {
		return `{"type":"access_key","id":"` + id + `","properties":{"session_token":"` + token + `"}}`
	}
	if got := ask(t, f.notes, subject(whole.AccessKeyID, whole.SessionToken), "", "", ""); !got.allowed() ||
		got.Context.Subject.ARN != "arn:aws:sts::111122223333:assumed-role/app/s1" || got.Context.Subject.AccessKeyID != whole.AccessKeyID {
		t.Errorf("%s", got.Body)
	}
	if got := ask(t, f.notes, subject(limited.AccessKeyID, limited.SessionToken), "", "", ""); got.allowed() || !strings.Contains(got.Context.Reason, "no session policy") {
		t.Errorf("%s", got.Body)
	}
	if got := ask(t, f.notes, subject(expired.AccessKeyID, expired.SessionToken), "", "", ""); got.allowed() || got.Context.Error.Code != "ExpiredToken" {
		t.Errorf("%s", got.Body)
	}
	if got := ask(t, f.notes, subject(whole.AccessKeyID, limited.SessionToken), "", "", ""); got.allowed() || got.Context.Error.Code != "InvalidClientTokenId" {
		t.Errorf("a key with another's token: %s", got.Body)
	}
	if got := ask(t, f.notes, `{"type":"access_key","id":"`+whole.AccessKeyID+`"}`, "", "", ""); got.Status != http.StatusBadRequest {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// What cannot be read as a question is 400 and says why, whoever asks, and whoever is asked about.
func TestMalformed(t *testing.T) {
	f := newFixture(t)
	long := strings.Repeat("x", 9<<10)
	object := func(properties string) string {
		return question("", "", `{"type":"object","id":"arn:aws:s3:::b/k","properties":`+properties+`}`, "")
	}
	context := func(keys string) string { return question("", "", "", keys) }
	for name, test := range map[string]struct{ body, want string }{
		"no JSON":                 {`{`, "not valid JSON"},
		"a list":                  {`[]`, "must be a JSON object"},
		"a member twice":          {strings.Replace(question("", "", "", ""), `"action"`, `"subject"`, 1), "more than once"},
		"no subject":              {`{"action":{"name":"s3:GetObject"},"resource":{"type":"o","id":"*"}}`, "'subject'"},
		"no action":               {`{"subject":{"type":"u","id":"x"},"resource":{"type":"o","id":"*"}}`, "'action'"},
		"subject of no type":      {question(`{"id":"arn:aws:iam::111122223333:user/alice"}`, "", "", ""), "'subject.type'"},
		"subject that is no ARN":  {question(`{"type":"user","id":"arn:aws:iam::1:user/alice"}`, "", "", ""), "not a valid ARN"},
		"subject that is a group": {question(`{"type":"group","id":"arn:aws:iam::111122223333:group/g"}`, "", "", ""), "user, a role"},
		"subject of another type": {question(`{"type":"role","id":"arn:aws:iam::111122223333:user/alice"}`, "", "", ""), "not the ARN of a role"},
		"action without service":  {question("", `{"name":"GetObject"}`, "", ""), "service:Action"},
		"action with wildcard":    {question("", `{"name":"s3:Get*"}`, "", ""), "without wildcards"},
		"resource that is no ARN": {question("", "", `{"type":"object","id":"b/k"}`, ""), "must be an ARN"},
		"account that is none":    {object(`{"account":"1"}`), "12 digits"},
		"another account":         {question("", "", `{"type":"n","id":"arn:aws:notes::111122223333:n","properties":{"account":"999988887777"}}`, ""), "not the account"},
		"tags that are none":      {object(`{"tags":["a"]}`), "wrong type"},
		"tag without a key":       {object(`{"tags":{"":"a"}}`), "1 to 128"},
		"policy that is none":     {object(`{"policy":{"Statement":[{"Effect":"Maybe"}]}}`), "policy"},
		"identity policy":         {object(`{"policy":` + document(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`) + `}`), "Principal"},
		"policy with a duplicate": {object(`{"policy":{"Statement":[],"Statement":[]}}`), "more than once"},
		"policy as a number":      {object(`{"policy":7}`), "policy document"},
		"huge policy":             {object(`{"policy":` + document(`{"Sid":"`+strings.Repeat("A", 30<<10)+`","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}`) + `}`), "larger than"},
		"key twice in two cases":  {context(`{"s3:prefix":"a","S3:Prefix":"b"}`), "twice"},
		"key that is an object":   {context(`{"s3:prefix":{"a":1}}`), "must be a text"},
		"key in a nested list":    {context(`{"s3:prefix":[["a"]]}`), "must be a text"},
		"null in a list":          {context(`{"s3:prefix":[null]}`), "must be a text"},
		"long value":              {context(`{"s3:prefix":"` + long + `"}`), "longer than"},
		"many values":             {context(`{"s3:prefix":["` + strings.Repeat(`a","`, 501) + `"]}`), "more than 500 values"},
		"many bytes":              {context(`{"s3:prefix":["` + strings.Repeat(strings.Repeat("x", 8000)+`","`, 9) + `"]}`), "65536 bytes"},
		"address as a list":       {context(`{"aws:SourceIp":["10.0.0.1"]}`), "one value"},
		"transport as a word":     {context(`{"aws:SecureTransport":"yes"}`), "true or false"},
		"context that is a list":  {context(`[]`), "must be an object"},
		"deep context":            {context(`{"s3:prefix":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`), "nested deeper"},
	} {
		t.Run(name, func(t *testing.T) {
			for who, c := range map[string]*servertest.Credentials{"notes": f.notes, "eve": f.eve} {
				got := post(t, c, "/access/v1/evaluation", test.body)
				if got.Status != http.StatusBadRequest || !strings.Contains(got.Message, test.want) {
					t.Errorf("%s: %d %s\nwant 400 with %q", who, got.Status, got.Body, test.want)
				}
			}
		})
	}
}

// A body over the pipeline's limit is not read to its end.
func TestOversized(t *testing.T) {
	f := newFixture(t)
	body := question("", "", "", `{"s3:prefix":"`+strings.Repeat("x", 600<<10)+`"}`)
	if got := post(t, f.notes, "/access/v1/evaluation", body); got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// The keys that say who the subject is come from Warder alone: an asker that sends one is refused, and told which.
func TestDerivedKeysAreRefused(t *testing.T) {
	f := newFixture(t)
	for _, key := range []string{
		"aws:PrincipalArn", "aws:principalarn", "AWS:PRINCIPALTAG/team", "aws:PrincipalTag/team", "aws:PrincipalAccount", "aws:PrincipalType",
		"aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalIsAWSService", "aws:PrincipalServiceName", "aws:userid", "aws:username",
		"aws:TokenIssueTime", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:SourceIdentity", "aws:FederatedProvider",
		"aws:AssumedRoot", "aws:ViaAWSService", "ec2:SourceInstanceARN", "aws:CurrentTime", "aws:EpochTime", "aws:ResourceAccount",
		"aws:ResourceTag/team", "iam:ResourceTag/team", "aws:ResourceOrgID",
		"saml:sub", "SAML:namequalifier", "saml:edupersonaffiliation", "accounts.google.com:sub", "id.example.com:8443/a:aud", "Id.Example.com:groups",
		"localhost:8443:amr", "cognito-identity.amazonaws.com:amr", "graph.facebook.com:id", "ſaml:sub",
		"awſ:MultiFactorAuthPresent", "aws:PrincipalOrgPathſ", "awſ:PrincipalTag/team", "iam:ReſourceTag/team", // ſ counts as s
	} {
		got := ask(t, f.notes, "", "", "", `{"`+key+`":"x"}`)
		if got.Status != http.StatusBadRequest || !strings.Contains(got.Message, key) {
			t.Errorf("%s: %d %s", key, got.Status, got.Body)
		}
	}
	for _, key := range []string{"aws:SourceIp", "aws:UserAgent", "aws:referer", "aws:RequestedRegion", "aws:SourceVpc", "aws:SourceVpce",
		"aws:RequestTag/team", "aws:TagKeys", "aws:SourceArn", "s3:prefix", "notes:Kind"} {
		if got := ask(t, f.notes, "", "", "", `{"`+key+`":"x"}`); got.Status != http.StatusOK || !got.allowed() {
			t.Errorf("%s: %d %s", key, got.Status, got.Body)
		}
	}
}

// Whoever may not ask about a subject learns nothing of it: not whether there is one, nor why he may not.
func TestDenialsTellNothing(t *testing.T) {
	f := newFixture(t)
	answers := map[string]string{}
	for name, subject := range map[string]string{
		"another user":        `{"type":"user","id":"arn:aws:iam::111122223333:user/alice"}`,
		"nobody":              `{"type":"user","id":"arn:aws:iam::111122223333:user/nobody"}`,
		"a role, by a Deny":   `{"type":"role","id":"arn:aws:iam::111122223333:role/app"}`,
		"no role, by a Deny":  `{"type":"role","id":"arn:aws:iam::111122223333:role/none"}`,
		"a session":           `{"type":"session","id":"arn:aws:sts::111122223333:assumed-role/app/s1"}`,
		"no session":          `{"type":"session","id":"arn:aws:sts::111122223333:assumed-role/none/s1"}`,
		"another's key":       `{"type":"access_key","id":"` + f.alice.AccessKeyID + `"}`,
		"nobody's key":        `{"type":"access_key","id":"AKIAIOSFODNN7EXAMPLE"}`,
		"an unknown token":    `{"type":"access_key","id":"ASIAIOSFODNN7EXAMPLE","properties":{"session_token":"AAAA"}}`,
		"an unsigned request": `{"type":"signed_request","id":"s3","properties":{"method":"GET","target":"/","headers":{"Host":"h"}}}`,
		"the root user":       `{"type":"root","id":"arn:aws:iam::111122223333:root"}`,
		"another account":     `{"type":"user","id":"arn:aws:iam::999988887777:user/alice"}`,
		"another account's":   `{"type":"root","id":"arn:aws:iam::999988887777:root"}`,
	} {
		got := ask(t, f.shy, subject, "", "", "")
		if got.Status != http.StatusForbidden || got.Header.Get("X-Amzn-Errortype") != "AccessDeniedException" {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
		answers[got.Body] = name
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
	if got := ask(t, f.shy, `{"type":"user","id":"arn:aws:iam::111122223333:user/bob"}`, "", "", ""); got.Status != http.StatusOK || got.allowed() {
		t.Errorf("bob: %d %s", got.Status, got.Body)
	}
	// The asker may be kept to its own actions, and to subjects with a tag.
	if got := ask(t, f.shy, "", `{"name":"notes:Read"}`, "", ""); got.Status != http.StatusOK || !got.allowed() {
		t.Errorf("notes:Read: %d %s", got.Status, got.Body)
	}
	if got := ask(t, f.eve, "", "", "", ""); got.Status != http.StatusForbidden {
		t.Errorf("eve: %d %s", got.Status, got.Body)
	}
	if got := ask(t, f.Anonymous(), "", "", "", ""); got.Status != http.StatusUnauthorized {
		t.Errorf("nobody: %d %s", got.Status, got.Body)
	}
}

// A policy that keeps an asker from an action does so in every spelling of it.
func TestActionHasNoCase(t *testing.T) {
	f := newFixture(t)
	kept := f.User(t, "kept", document(`{"Effect":"Allow","Action":"warder:Evaluate","Resource":"*"}`,
		`{"Effect":"Deny","Action":"warder:Evaluate","Resource":"*","Condition":{"StringLike":{"warder:Action":["s3:GetObject","myapp:*"]}}}`))
	for _, action := range []string{"s3:GetObject", "S3:GetObject", "s3:getobject", "myapp:Approve", "MyApp:approve"} {
		if got := ask(t, kept, "", `{"name":"`+action+`"}`, "", ""); got.Status != http.StatusForbidden {
			t.Errorf("%s: %d %s", action, got.Status, got.Body)
		}
	}
	if got := ask(t, kept, "", `{"name":"S3:putobject"}`, "", ""); got.Status != http.StatusOK {
		t.Errorf("%d %s", got.Status, got.Body)
	}
}

// Another account's administrator may ask about his own account only.
func TestOtherAccount(t *testing.T) {
	f := newFixture(t)
	admin := f.World.Account(t, "999988887777").Admin(t, "admin")
	if got := ask(t, admin, "", "", "", ""); got.Status != http.StatusForbidden {
		t.Errorf("by ARN: %d %s", got.Status, got.Body)
	}
	if got := ask(t, admin, `{"type":"access_key","id":"`+f.alice.AccessKeyID+`"}`, "", "", ""); got.Status != http.StatusForbidden {
		t.Errorf("by key: %d %s", got.Status, got.Body)
	}
}

func TestExplain(t *testing.T) {
	f := newFixture(t)
	deny := question("", "", `{"type":"object","id":"arn:aws:s3:::vault/gold"}`, "")
	got := post(t, f.notes, "/access/v1/explanation", deny)
	for _, want := range []string{`"verdict":"ExplicitDeny"`, `"policy":"inline inline0"`, `"line":1`, `"changes":[`} {
		if got.Status != http.StatusOK || !strings.Contains(string(got.Context.Explanation), want) {
			t.Errorf("no %s in %d %s", want, got.Status, got.Body)
		}
	}
	withOption := strings.TrimSuffix(deny, "}") + `,"options":{"explain":true}}`
	if again := post(t, f.notes, "/access/v1/evaluation", withOption); string(again.Context.Explanation) != string(got.Context.Explanation) {
		t.Errorf("the option explains otherwise: %s", again.Body)
	}
	if plain := post(t, f.notes, "/access/v1/evaluation", deny); plain.Context.Explanation != nil {
		t.Errorf("nobody asked for an explanation: %s", plain.Body)
	}
	// Who may ask may not know why.
	bob := question(`{"type":"user","id":"arn:aws:iam::111122223333:user/bob"}`, "", "", "")
	for _, call := range [][2]string{{"/access/v1/explanation", bob}, {"/access/v1/evaluation", strings.TrimSuffix(bob, "}") + `,"options":{"explain":true}}`}} {
		if got := post(t, f.shy, call[0], call[1]); got.Status != http.StatusForbidden || !strings.Contains(got.Message, "warder:Explain") {
			t.Errorf("%s: %d %s", call[0], got.Status, got.Body)
		}
	}
}

// The answer repeats the client's own id of the request, and nothing that could be another header.
func TestRequestID(t *testing.T) {
	f := newFixture(t)
	for id, want := range map[string]string{"bfe9eb29-ab87-4ca3-be83-a1d5d8305716": "bfe9eb29-ab87-4ca3-be83-a1d5d8305716", strings.Repeat("x", 129): "", "a b": ""} {
		for _, c := range []*servertest.Credentials{f.notes, f.eve} {
			if got := post(t, c, "/access/v1/evaluation", question("", "", "", ""), "X-Request-ID", id); got.Header.Get("X-Request-Id") != want {
				t.Errorf("%q comes back as %q", id, got.Header.Get("X-Request-Id"))
			}
		}
	}
}

// Decisions are data events; refusals of the asker are recorded like those of every other call.
func TestRecord(t *testing.T) {
	f := newFixture(t)
	before := len(f.Recorder.Events())
	ask(t, f.notes, "", "", "", "")
	ask(t, f.notes, `{"type":"signed_request","id":"s3","properties":{"method":"GET","target":"/","headers":{"Host":"h","Authorization":"a secret"}}}`, "", "", "")
	if n := len(f.Recorder.Events()); n != before {
		t.Errorf("%d management events of decisions", n-before)
	}
	if len(f.data.events) != 2 {
		t.Fatalf("%d data events", len(f.data.events))
	}
	for _, e := range f.data.events {
		text, err := e.MarshalJSON()
		servertest.Check(t, err)
		if e.EventName != "Evaluate" || !e.ReadOnly || !strings.Contains(string(e.ResponseElements), `{"decision":`) || e.EventCategory != "Data" || e.ManagementEvent || strings.Contains(string(text), "a secret") {
			t.Errorf("%s", text)
		}
	}
	// A trail that takes nothing stops no decision.
	f.Recorder.Fail(errors.New("no space"))
	if got := ask(t, f.notes, "", "", "", ""); got.Status != http.StatusOK {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	f.Recorder.Fail(nil)
	ask(t, f.eve, "", "", "", "")
	last := f.Recorder.Last(t)
	if len(f.Recorder.Events()) != before+1 || !strings.HasPrefix(last.ErrorCode, "AccessDenied") || last.EventCategory != "Management" {
		t.Errorf("%+v", last)
	}
}

// TestSelectedDecisions: a decision is recorded where a trail of the account that is logging selects it.
func TestSelectedDecisions(t *testing.T) {
	f := newFixture(t)
	f.AllData = false
	alice, bob := f.ARN(f.Now().User("alice")), f.ARN(f.Now().User("bob"))
	about := func(values ...string) []directory.EventSelector {
		return []directory.EventSelector{{ReadWrite: directory.AllEvents, Data: []directory.DataResource{{Type: directory.DecisionResource, Values: values}}}}
	}
	advanced := func(fields ...directory.FieldSelector) []directory.AdvancedEventSelector {
		return []directory.AdvancedEventSelector{{Fields: append(fields, directory.FieldSelector{Field: "eventCategory", Equals: []string{"Data"}})}}
	}
	for _, tt := range []struct {
		name  string
		trail directory.Trail
		want  int // of one decision about alice and one about bob
	}{
		{"no selectors", directory.Trail{Logging: true}, 0},
		{"all", directory.Trail{Logging: true, Selectors: about("arn:aws:iam")}, 2},
		{"all, of a trail that was stopped", directory.Trail{Selectors: about("arn:aws:iam")}, 0},
		{"about alice", directory.Trail{Logging: true, Selectors: about(alice)}, 1},
		{"advanced, all of the type", directory.Trail{Logging: true, Advanced: advanced(directory.FieldSelector{Field: "resources.type", Equals: []string{directory.DecisionResource}})}, 2},
		{"advanced, not about bob", directory.Trail{Logging: true, Advanced: advanced(directory.FieldSelector{Field: "resources.ARN", NotEquals: []string{bob}})}, 1},
		{"advanced, explanations", directory.Trail{Logging: true, Advanced: advanced(directory.FieldSelector{Field: "eventName", Equals: []string{"Explain"}})}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.trail.ID, tt.trail.Name, tt.trail.Region = "T1", "main", servertest.Region
			f.Put(t, &tt.trail)
			f.data.events = nil
			for _, id := range []string{alice, bob} {
				if got := ask(t, f.notes, `{"type":"user","id":"`+id+`"}`, "", "", ""); got.Status != http.StatusOK {
					t.Fatalf("%d %s", got.Status, got.Body)
				}
			}
			if len(f.data.events) != tt.want {
				t.Errorf("%d decisions are recorded, want %d", len(f.data.events), tt.want)
			}
			for _, e := range f.data.events {
				if len(e.Resources) != 1 || e.Resources[0].Type != directory.DecisionResource {
					t.Errorf("resources %+v", e.Resources)
				}
			}
		})
	}
}

// TestEncodedMessage: a denial's message opens for its own account alone, and only for whom a policy allows it.
func TestEncodedMessage(t *testing.T) {
	f := newFixture(t)
	body := `{"subject":{"type":"user","id":"arn:aws:iam::111122223333:user/alice"},"action":{"name":"s3:GetObject"},` +
		`"resource":{"type":"object","id":"arn:aws:s3:::vault/gold"},"context":{"aws:SourceIp":"10.9.8.7"},"options":{"encoded_message":true}}`
	var got struct {
		Context struct {
			Encoded string `json:"encoded_message"`
		} `json:"context"`
	}
	answer := f.notes.REST(t, "warder", http.MethodPost, "/access/v1/evaluation", body, nil)
	if err := json.Unmarshal([]byte(answer.Body), &got); err != nil || got.Context.Encoded == "" || strings.Contains(got.Context.Encoded, "alice") {
		t.Fatalf("%v %s", err, answer.Body)
	}
	decode := func(c *servertest.Credentials) servertest.Answer {
		return c.Call(t, "DecodeAuthorizationMessage", "EncodedMessage", got.Context.Encoded)
	}
	if a := decode(f.alice); a.Code != "AccessDenied" {
		t.Errorf("without the permission: %d %s", a.Status, a.Code)
	}
	a := decode(f.notes.World.Account(t, "999988887777").Admin(t, "other"))
	if a.Code != "InvalidAuthorizationMessageException" || a.Status != http.StatusBadRequest {
		t.Errorf("another account: %d %s", a.Status, a.Code)
	}
	own := &servertest.Account{World: f.notes.World, ID: "111122223333"}
	a = decode(own.Admin(t, "reader"))
	var status authz.Status
	if err := json.Unmarshal([]byte(a.Text("DecodedMessage")), &status); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	if status.Allowed || !status.ExplicitDeny || len(status.MatchedStatements.Items) == 0 || status.Context.Action != "s3:GetObject" ||
		status.Context.Principal.ARN != "arn:aws:iam::111122223333:user/alice" || !strings.Contains(a.Text("DecodedMessage"), "10.9.8.7") {
		t.Errorf("%s", a.Text("DecodedMessage"))
	}
	if again := f.notes.REST(t, "warder", http.MethodPost, "/access/v1/evaluation", strings.Replace(body, "true", "false", 1), nil); strings.Contains(again.Body, "encoded_message") {
		t.Errorf("not asked for, but there: %s", again.Body)
	}
}
