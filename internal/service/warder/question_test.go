package warder

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/awsapi"
)

// FuzzQuestion: what is read as a question has no key that Warder alone gives, and every refusal is one that the asker may
// see. The parts are the JSON texts of properties and context.
func FuzzQuestion(f *testing.F) {
	f.Add("s3:GetObject", "arn:aws:s3:::b/k", `{"tags":{"a":"b"},"policy":{"Statement":[]}}`, `{"aws:SourceIp":"10.0.0.1","s3:prefix":["a",1,true]}`, `{"method":"GET","target":"/","headers":{"Host":"h"},"body_sha256":""}`)
	f.Add("a:b", "*", `{"account":"111122223333"}`, `{"aws:userid":"x"}`, `{"headers":{"a_b":["c"]}}`)
	f.Add("", "", ``, ``, ``)
	f.Add("x:y", "arn:aws:x:::", `{"policy":"{"}`, `{"x:y":[[]]}`, `{"method":"G","target":"/?a","headers":{"host":"h","HOST":"h"}}`)
	policies := newPolicyReader(directory.NewLibrary(nil))
	f.Fuzz(func(t *testing.T, action, resource, properties, context, signed string) {
		q := &Question{
			Subject: Entity{Type: typeSignedRequest, ID: "x", Properties: jsontext.Value(signed)}, Action: Verb{Name: action},
			Resource: Entity{Type: "r", ID: resource, Properties: jsontext.Value(properties)}, Context: jsontext.Value(context),
		}
		checked := q.check()
		given, err := q.conditionKeys(time.Unix(0, 0))
		mayBeSeen(t, checked, err)
		if err == nil {
			for key := range given.keys.All() {
				if authz.KeyOrigin(key) != authz.FromRequest {
					t.Fatalf("%q went through", key)
				}
			}
			if !given.env.Time.Equal(time.Unix(0, 0)) {
				t.Fatal("another time")
			}
		}
		ask, err := q.ask(policies)
		mayBeSeen(t, err)
		if err == nil && (ask.Resource != resource || ask.Action != action) {
			t.Fatal("another question")
		}
		var p signedProperties
		if read("signed", q.Subject.Properties, &p) == nil {
			wire, err := p.request("x", false)
			mayBeSeen(t, err)
			if err == nil && (wire.Method != p.Method || wire.RawTarget != p.Target || len(wire.Header) != len(p.Headers)-1) {
				t.Fatal("another request")
			}
		}
	})
}

func mayBeSeen(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		var e *awsapi.Error
		if err != nil && (!errors.As(err, &e) || e.Kind.Status != 400 || len(e.Message) > 600) {
			t.Fatalf("%v", err)
		}
	}
}

// depth is that of the JSON parser, for all that the parser takes.
func TestDepth(t *testing.T) {
	for text, want := range map[string]int{`1`: 0, `"[{"`: 0, `"\"["`: 0, `[]`: 1, `{"a":[{"b":[]}]}`: 4, `[[],[[]]]`: 3, `{"[":"\\"}`: 1} {
		if got := depth(jsontext.Value(text)); got != want {
			t.Errorf("%s is %d deep, want %d", text, got, want)
		}
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestHeaderValues(t *testing.T) {
	for text, want := range map[string][]string{`"a"`: {"a"}, `["a","b"]`: {"a", "b"}, `[]`: nil, `null`: nil, `[null]`: nil, `7`: nil, `["a",7]`: nil} {
		var got headerValues
		err := json.Unmarshal([]byte(text), &got)
		if (err == nil) != (want != nil) || err == nil && !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
