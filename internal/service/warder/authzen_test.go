package warder_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// What a question says that is no condition key and nothing of Warder's is a key of the prefix authzen. AuthZEN lets
// questions have any such member, and policies can ask for it.
func TestFreeMembers(t *testing.T) {
	f := newFixture(t)
	f.User(t, "clerk", document(`{"Effect":"Allow","Action":"records:*","Resource":"*","Condition":{
		"StringEquals":{"authzen:subject/role":"admin","authzen:resource/status":"active","authzen:context/place":"office","authzen:context/geo":"{\"lat\":1}"},
		"Bool":{"authzen:action/soft":"true"},"ForAllValues:StringEquals":{"authzen:resource/labels":["a","b"]}}}`))
	const (
		subject  = `{"type":"user","id":"arn:aws:iam::111122223333:user/clerk","properties":{"role":"admin","none":null}}`
		action   = `{"name":"records:Delete","properties":{"soft":true}}`
		resource = `{"type":"record","id":"arn:aws:records:::r/1","properties":{"status":"active","labels":["a"],"tags":{"x":"y"},"mixed":[1,{"a":[]}]}}`
		context  = `{"place":"office","time":"2025-06-27T18:03-07:00","ip":"192.168.1.1","geo":{ "lat": 1 }}`
	)
	if got := ask(t, f.notes, subject, action, resource, context); !got.allowed() {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	for name, test := range map[string][4]string{
		"subject":         {strings.Replace(subject, "admin", "guest", 1), action, resource, context},
		"action":          {subject, strings.Replace(action, "true", "false", 1), resource, context},
		"resource":        {subject, action, strings.Replace(resource, "active", "archived", 1), context},
		"list":            {subject, action, strings.Replace(resource, `["a"]`, `["a","c"]`, 1), context},
		"context":         {subject, action, resource, strings.Replace(context, "office", "home", 1)},
		"absent":          {subject, action, resource, strings.Replace(context, "place", "plaza", 1)},
		"object":          {subject, action, resource, strings.Replace(context, `"lat": 1`, `"lat": 2`, 1)},
		"whoever it says": {strings.Replace(subject, "user/clerk", "user/bob", 1), action, resource, context},
	} {
		if got := ask(t, f.notes, test[0], test[1], test[2], test[3]); got.Status != http.StatusOK || got.allowed() {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	for name, context := range map[string]string{
		"control character": `{"a\u0001b":1}`, "long name": `{"` + strings.Repeat("x", 260) + `":1}`, "long value": `{"a":"` + strings.Repeat("x", 9000) + `"}`,
		"one key twice": `{"a":1,"A":2}`, "one key in two ways": `{"a":1,"authzen:context/a":2}`, "long object": `{"a":{"b":"` + strings.Repeat("x", 9000) + `"}}`,
	} {
		if got := ask(t, f.notes, "", "", "", context); got.Status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
}

// TestConformance asks what AuthZEN's certification asks of errors and headers, of questions whose names are Warder's.
func TestConformance(t *testing.T) {
	f := newFixture(t)
	for name, test := range map[string]struct {
		path, body, media string
		status            int
	}{
		"unknown members":        {"/access/v1/evaluation", strings.TrimSuffix(question("", "", "", ""), "}") + `,"foo":"bar","futureField":{"nested":true}}`, "application/json", 200},
		"other content type":     {"/access/v1/evaluation", question("", "", "", ""), "text/plain", 400},
		"form":                   {"/access/v1/evaluation", question("", "", "", ""), "application/x-www-form-urlencoded", 400},
		"with a charset":         {"/access/v1/evaluation", question("", "", "", ""), "application/json; charset=utf-8", 200},
		"malformed":              {"/access/v1/evaluation", `{"subject":`, "application/json", 400},
		"empty":                  {"/access/v1/evaluation", ``, "application/json", 400},
		"subject that is a text": {"/access/v1/evaluation", question(`"alice"`, "", "", ""), "application/json", 400},
		"action of a number":     {"/access/v1/evaluation", question("", `{"name":123}`, "", ""), "application/json", 400},
		"no action name":         {"/access/v1/evaluation", question("", `{}`, "", ""), "application/json", 400},
		"no resource id":         {"/access/v1/evaluation", question("", "", `{"type":"record"}`, ""), "application/json", 400},
		"no resource type":       {"/access/v1/evaluation", question("", "", `{"id":"*"}`, ""), "application/json", 400},
		"batch that is no JSON":  {"/access/v1/evaluations", `[`, "application/json", 400},
		"batch of texts":         {"/access/v1/evaluations", `{"evaluations":["a"]}`, "application/json", 400},
		"merged type": {"/access/v1/evaluations", `{` + aliceJSON + `,` + getJSON + `,"resource":{"type":"object"},"evaluations":[{"resource":{"id":"arn:aws:s3:::b/1"}},{}]}`,
			"application/json", 200},
		"unknown option": {"/access/v1/evaluations", `{` + aliceJSON + `,` + getJSON + `,"evaluations":[{` + object("b/1") + `}],"options":{"another_option":"value"}}`,
			"application/json", 200},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.URL+test.path, strings.NewReader(test.body))
		servertest.Check(t, err)
		r.Header.Set("Content-Type", test.media)
		r.Header.Set("X-Request-ID", "bfe9eb29-ab87-4ca3-be83-a1d5d8305716")
		f.notes.Sign(t, r, "warder", test.body, time.Now())
		got := send(t, f.notes, r)
		if got.Status != test.status || got.Header.Get("X-Request-Id") != "bfe9eb29-ab87-4ca3-be83-a1d5d8305716" || got.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %v %s", name, got.Status, got.Header, got.Body)
		}
	}
}
