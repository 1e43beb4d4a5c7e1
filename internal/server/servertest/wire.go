package servertest

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/awsapi"
)

// WireCase is a line of testdata/wire.json, the wire test of a service: a request for an operation and its answer. The
// index of `warder operations` reads these files too.
type WireCase struct {
	Name string `json:"name"`
	Op   string `json:"op"`
	// As names who asks; "" for nobody.
	As string `json:"as"`
	// SignedFor is the region of the signature's scope; "" for Region.
	SignedFor string `json:"signedFor"`
	// Form are the parameters of the query protocol, beside Action and Version.
	Form map[string]string `json:"form"`
	// Method, Target and Body are those of a REST request; Body is that of a JSON 1.1 request too.
	Method string          `json:"method"`
	Target string          `json:"target"`
	Body   json.RawMessage `json:"body"`
	// Status, and of an error Code and Message, are the whole answer; Has is a part of a successful one's body.
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Has     string `json:"has"`
}

// Wire runs testdata/wire.json of the calling package. as gives the credentials of a name; fill puts ids into texts.
func (w *World) Wire(t *testing.T, service string, as func(name string) *Credentials, fill func(text string) string) {
	t.Helper()
	text, err := os.ReadFile("testdata/wire.json")
	Check(t, err)
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	var cases []WireCase
	Check(t, d.Decode(&cases))
	if len(cases) == 0 {
		t.Fatal("testdata/wire.json holds no case")
	}
	for _, c := range cases {
		t.Run(c.Op+"/"+c.Name, func(t *testing.T) {
			who := w.Anonymous()
			if c.As != "" {
				who = as(c.As)
			}
			got := c.send(t, service, who, fill)
			if got.Status != c.Status || got.Code != c.Code || got.Message != fill(c.Message) {
				t.Errorf("answer %d %s: %q\nwant %d %s: %q", got.Status, got.Code, got.Message, c.Status, c.Code, fill(c.Message))
			}
			if !strings.Contains(got.Body, fill(c.Has)) {
				t.Errorf("no %s in %s", fill(c.Has), got.Body)
			}
		})
	}
}

func (c *WireCase) send(t *testing.T, service string, who *Credentials, fill func(string) string) Answer {
	t.Helper()
	if c.SignedFor != "" {
		elsewhere := *who
		elsewhere.Region = c.SignedFor
		who = &elsewhere
	}
	if c.Method != "" {
		return who.REST(t, service, c.Method, fill(c.Target), fill(string(c.Body)), nil)
	}
	own := ServiceOf(t, c.Op)
	if own.Protocol == awsapi.JSON11 {
		return who.JSON11(t, service, own.Target+"."+c.Op, fill(string(c.Body)), nil)
	}
	form := url.Values{"Action": {c.Op}, "Version": {own.APIVersion}}
	for name, value := range c.Form {
		form.Set(name, fill(value))
	}
	return who.Post(t, service, form.Encode(), nil)
}
