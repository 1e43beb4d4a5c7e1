package trail_test

import (
	stdjson "encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
)

// sample is an event with every member set.
func sample() trail.Event {
	return trail.Event{
		EventVersion: trail.EventVersion,
		UserIdentity: trail.UserIdentity{
			Type: "AssumedRole", PrincipalID: "AROAEXAMPLE:ci", ARN: "arn:aws:sts::123456789012:assumed-role/deploy/ci",
			AccountID: "123456789012", AccessKeyID: "ASIAEXAMPLE",
			SessionContext: &trail.SessionContext{
				SessionIssuer: &trail.SessionIssuer{
					Type: "Role", PrincipalID: "AROAEXAMPLE", ARN: "arn:aws:iam::123456789012:role/deploy",
					AccountID: "123456789012", UserName: "deploy",
				},
				WebIDFederationData: stdjson.RawMessage(`{"federatedProvider":"accounts.example.com"}`),
				Attributes:          trail.SessionAttributes{CreationDate: "2026-01-02T03:00:00Z", MFAAuthenticated: "false"},
				SourceIdentity:      "alice",
			},
		},
		EventTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), EventSource: "iam.amazonaws.com", EventName: "CreateUser",
		AWSRegion: "us-east-1", SourceIPAddress: "127.0.0.1", UserAgent: "aws-cli/2", ErrorCode: "AccessDenied",
		ErrorMessage:      "User: x is not authorized",
		RequestParameters: stdjson.RawMessage(`{"userName":"bob"}`), ResponseElements: stdjson.RawMessage(`{"user":{"path":"/"}}`),
		AdditionalEventData: stdjson.RawMessage(`{"reason":"test"}`), RequestID: "req-1", EventID: "event-1", ReadOnly: false,
		Resources: []trail.Resource{{ARN: "arn:aws:iam::123456789012:user/bob", AccountID: "123456789012", Type: "AWS::IAM::User"}},
		EventType: "AwsApiCall", APIVersion: "2010-05-08", ManagementEvent: true, RecipientAccountID: "123456789012",
		ServiceEventDetails: stdjson.RawMessage(`{"a":1}`), SharedEventID: "shared-1", EventCategory: "Management",
		SessionCredentialFromConsole: "true",
		TLSDetails: &trail.TLSDetails{
			TLSVersion: "TLSv1.3", CipherSuite: "TLS_AES_128_GCM_SHA256", ClientProvidedHostHeader: "iam.example.com",
		},
	}
}

func encode(t *testing.T, e trail.Event) string {
	t.Helper()
	text, err := e.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestMembersAndOrder(t *testing.T) {
	const want = `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:ci",` +
		`"arn":"arn:aws:sts::123456789012:assumed-role/deploy/ci","accountId":"123456789012","accessKeyId":"ASIAEXAMPLE",` +
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE",` +
		`"arn":"arn:aws:iam::123456789012:role/deploy","accountId":"123456789012","userName":"deploy"},` +
		`"webIdFederationData":{"federatedProvider":"accounts.example.com"},` +
		`"attributes":{"creationDate":"2026-01-02T03:00:00Z","mfaAuthenticated":"false"},"sourceIdentity":"alice"}},` +
		`"eventTime":"2026-01-02T03:04:05Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser",` +
		`"awsRegion":"us-east-1","sourceIPAddress":"127.0.0.1","userAgent":"aws-cli/2","errorCode":"AccessDenied",` +
		`"errorMessage":"User: x is not authorized","requestParameters":{"userName":"bob"},` +
		`"responseElements":{"user":{"path":"/"}},"additionalEventData":{"reason":"test"},"requestID":"req-1",` +
		`"eventID":"event-1","readOnly":false,"resources":[{"ARN":"arn:aws:iam::123456789012:user/bob",` +
		`"accountId":"123456789012","type":"AWS::IAM::User"}],"eventType":"AwsApiCall","apiVersion":"2010-05-08",` +
		`"managementEvent":true,"recipientAccountId":"123456789012","serviceEventDetails":{"a":1},` +
		`"sharedEventID":"shared-1","eventCategory":"Management","sessionCredentialFromConsole":"true",` +
		`"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256",` +
		`"clientProvidedHostHeader":"iam.example.com"}}`
	if got := encode(t, sample()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSparseEvent(t *testing.T) {
	e := trail.Event{
		EventVersion: "1.11", EventID: "i", EventName: "ListUsers", ReadOnly: true,
		EventTime: time.Date(2026, 1, 2, 5, 4, 5, 999, time.FixedZone("", 2*3600)),
	}
	const want = `{"eventVersion":"1.11","userIdentity":{"type":""},"eventTime":"2026-01-02T03:04:05Z","eventSource":"",` +
		`"eventName":"ListUsers","awsRegion":"","sourceIPAddress":"","requestParameters":null,"responseElements":null,` +
		`"eventID":"i","readOnly":true,"eventType":"","managementEvent":false,"recipientAccountId":"","eventCategory":""}`
	if got := encode(t, e); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRoundTrip(t *testing.T) {
	want := sample()
	got, err := trail.Parse([]byte(encode(t, want)))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v, want %+v", *got, want)
	}
}

// The standard library is what other packages use to put events into their own records.
func TestStandardLibraryUsesOurForm(t *testing.T) {
	text, err := stdjson.Marshal(map[string]any{"Records": []trail.Event{sample()}})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"Records":[` + encode(t, sample()) + `]}`; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	var back struct{ Records []*trail.Event }
	if err := stdjson.Unmarshal(text, &back); err != nil || len(back.Records) != 1 || back.Records[0].EventID != "event-1" {
		t.Errorf("read back %+v, %v", back, err)
	}
}

func TestEncodeLeavesTheEventAlone(t *testing.T) {
	e := sample()
	e.RequestParameters = stdjson.RawMessage(`{ "a" : "` + strings.Repeat("x", 200<<10) + `" }`)
	e.UserIdentity.SessionContext.WebIDFederationData = stdjson.RawMessage(`{ "a" : 1 }`)
	before, session := e, *e.UserIdentity.SessionContext
	encode(t, e)
	if !reflect.DeepEqual(e, before) || !reflect.DeepEqual(*e.UserIdentity.SessionContext, session) {
		t.Error("MarshalJSON changed the event")
	}
}

func TestStringsAreSafe(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"newline", "a\nb", `"a\nb"`},
		{"escape", "a\x1b[31mb", `"a\u001b[31mb"`},
		{"delete", "a\x7fb", `"a\u007fb"`},
		{"C1", "a\u009bb", `"a\u009bb"`},
		{"bidi", "a\u202eb", `"a\u202eb"`},
		{"line separator", "a\u2028b", `"a\u2028b"`},
		{"tag beyond the first plane", "a\U000e0041b", `"a\udb40\udc41b"`},
		{"invalid UTF-8", "a\xffb", `"a` + "\ufffd" + `b"`},
		{"plain", "<é世>&", `"<é世>&"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			member, _ := stdjson.Marshal(test.in)
			e := trail.Event{EventID: "i", UserAgent: test.in, RequestParameters: stdjson.RawMessage(`{"x":` + string(member) + `}`)}
			text := encode(t, e)
			if want := `"userAgent":` + test.want; !strings.Contains(text, want) {
				t.Errorf("%s lacks %s", text, want)
			}
			if want := `"requestParameters":{"x":` + test.want; !strings.Contains(text, want) {
				t.Errorf("%s lacks %s", text, want)
			}
		})
	}
}

func TestRawInvalidUTF8IsReplaced(t *testing.T) {
	e := trail.Event{EventID: "i", RequestParameters: stdjson.RawMessage("{\"x\":\"\xff\"}")}
	if text := encode(t, e); !strings.Contains(text, "{\"x\":\"\ufffd\"}") {
		t.Error(text)
	}
}

func TestLimits(t *testing.T) {
	long := func(n int) stdjson.RawMessage { return stdjson.RawMessage(`"` + strings.Repeat("x", n-2) + `"`) }
	tests := []struct {
		name string
		set  func(*trail.Event)
		want string // is contained in the record
	}{
		{"parameters at the limit", func(e *trail.Event) { e.RequestParameters = long(100 << 10) }, `"requestParameters":"xxx`},
		{
			"parameters", func(e *trail.Event) { e.RequestParameters = long(100<<10 + 1) },
			`"requestParameters":{"omitted":true,"originalSize":102401,"reason":"requestParameters too large"}`,
		},
		{
			"response", func(e *trail.Event) { e.ResponseElements = long(1 << 20) },
			`"responseElements":{"omitted":true,"originalSize":1048576,"reason":"responseElements too large"}`,
		},
		{
			"additional data", func(e *trail.Event) { e.AdditionalEventData = long(28<<10 + 1) },
			`"additionalEventData":{"omitted":true,"originalSize":28673,"reason":"additionalEventData too large"}`,
		},
		{
			"message", func(e *trail.Event) { e.ErrorMessage = strings.Repeat("é", 1000) },
			`"errorMessage":"` + strings.Repeat("é", 510) + `..."`,
		},
		{"agent", func(e *trail.Event) { e.UserAgent = strings.Repeat("a", 5000) }, strings.Repeat("a", 1021) + `..."`},
		{
			"all of them and resources",
			func(e *trail.Event) {
				e.RequestParameters, e.ResponseElements = long(100<<10), long(100<<10)
				e.Resources = make([]trail.Resource, 10000)
				for i := range e.Resources {
					e.Resources[i].ARN = "arn:aws:iam::123456789012:user/someone"
				}
			},
			`{"omitted":true,"originalSize":10000,"reason":"resources too large"}`,
		},
		{
			"escapes that grow", func(e *trail.Event) {
				e.RequestParameters = stdjson.RawMessage(`"` + strings.Repeat("\u009b", 20000) + `"`)
			},
			`"reason":"requestParameters too large"`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := sample()
			test.set(&e)
			text := encode(t, e)
			if len(text) > trail.MaxRecord {
				t.Errorf("%d bytes", len(text))
			}
			if !strings.Contains(text, test.want) {
				t.Errorf("record lacks %.100s: %.2000s", test.want, text)
			}
		})
	}
}

func TestEncodeErrors(t *testing.T) {
	tests := []struct {
		name string
		e    trail.Event
		want error // nil: any
	}{
		{"raw member that is no JSON", trail.Event{RequestParameters: stdjson.RawMessage(`{"a":`)}, nil},
		{"raw member with a name twice", trail.Event{ResponseElements: stdjson.RawMessage(`{"a":1,"a":2}`)}, nil},
		{"year 10000", trail.Event{EventTime: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, nil},
		{"name over the record's limit", trail.Event{EventName: strings.Repeat("x", 300<<10)}, trail.ErrTooLarge},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if text, err := test.e.MarshalJSON(); err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %.200s, %v", text, err)
			}
		})
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"unknown members", `{"eventName":"X","new":{"a":[1]},"userIdentity":{"type":"IAMUser","inScopeOf":{}}}`, true},
		{"nulls", `{"eventName":"X","resources":null,"userIdentity":null,"tlsDetails":null,"requestParameters":null}`, true},
		{"other case is another member", `{"eventName":"X","EVENTNAME":"Y"}`, true},
		{"white space", " {\n\"eventName\" : \"X\"}\n", true},
		{"twice", `{"eventName":"X","eventName":"Y"}`, false},
		{"twice inside", `{"eventName":"X","requestParameters":{"a":1,"a":2}}`, false},
		{"wrong type", `{"eventName":7}`, false},
		{"bad time", `{"eventName":"X","eventTime":"yesterday"}`, false},
		{"invalid UTF-8", "{\"eventName\":\"\xff\"}", false},
		{"nothing", ``, false},
		{"empty", `{}`, false},
		{"null", `null`, false},
		{"cut off", `{"eventName":"X"`, false},
		{"two records", `{"eventName":"X"}{"eventName":"Y"}`, false},
		{"too long", `{"eventName":"` + strings.Repeat("x", trail.MaxParse) + `"}`, false},
		{"deep", `{"eventName":"X","a":` + strings.Repeat("[", 100000) + `}`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e, err := trail.Parse([]byte(test.text))
			if (err == nil) != test.ok {
				t.Fatalf("got %v", err)
			}
			if test.ok && e.EventName != "X" {
				t.Errorf("eventName %q", e.EventName)
			}
		})
	}
}

func TestParseID(t *testing.T) {
	tests := []struct {
		text, want string
	}{
		{`{"a":[1,{"b":2}],"eventID":"x","requestParameters":{"eventID":"y"}}`, "x"},
		{`{"eventID":""}`, ""},
		{`{"EVENTID":"x"}`, ""},
		{`{"eventID":"x","eventID":"y"}`, ""},
		{`{"eventID":"x","a":{"b":1,"b":1}}`, ""},
		{`{"eventID":"x"`, ""},
		{`{"eventID":"x"} x`, ""},
		{`{"eventID":"` + strings.Repeat("x", trail.MaxParse) + `"}`, ""},
	}
	for _, test := range tests {
		if got, err := trail.ParseID([]byte(test.text)); got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%.100s: %q, %v", test.text, got, err)
		}
	}
}

func TestLine(t *testing.T) {
	tests := []struct {
		name string
		e    trail.Event
		want string
	}{
		{"empty", trail.Event{}, "0001-01-01T00:00:00Z  -  -  -  ok"},
		{
			"denied", sample(),
			"2026-01-02T03:04:05Z  iam:CreateUser  arn:aws:sts::123456789012:assumed-role/deploy/ci  127.0.0.1  AccessDenied: User: x is not authorized",
		},
		{"no name", trail.Event{EventSource: "sts.amazonaws.com"}, "0001-01-01T00:00:00Z  sts:-  -  -  ok"},
		{"service", trail.Event{EventName: "X", UserIdentity: trail.UserIdentity{Type: "AWSService", InvokedBy: "a.b"}}, "0001-01-01T00:00:00Z  X  a.b  -  ok"},
		{"message alone", trail.Event{ErrorMessage: "Failed authentication"}, "0001-01-01T00:00:00Z  -  -  -  Error: Failed authentication"},
		{
			"hostile",
			trail.Event{
				EventName: "X  ok", SourceIPAddress: "\x1b]0;t\a", ErrorCode: "E\n", ErrorMessage: "a\tb\u202e\u009b\xff\u00a0c",
				UserIdentity: trail.UserIdentity{UserName: "é\u200b"},
			},
			`0001-01-01T00:00:00Z  X\x20\x20ok  é\u200b  \x1b]0;t\a  E\n: a\tb\u202e\u009b\xff\u00a0c`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.e.Line(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
