package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/session"
)

// What a request may cost, the client's part in the same process included: bytes allocated, so many for every request and so
// many for each byte of it; and an end that only work far out of proportion does not come to, for the longest here takes a
// third of a second.
const (
	everyRequest = 4 << 20
	everyByte    = 64
	endOfWork    = 5 * time.Minute
)

// hostile is a request that is made to cost as much as it can. Its texts are templates with the functions of material.
type hostile struct {
	Name string
	// Operation of IAM or STS with its parameters, and more of them, encoded; or a REST request.
	Operation string
	Input     map[string]string
	Form      string
	REST      string // method, signing name and target
	Body      string
	// Nobody sends it, unsigned.
	Nobody bool
	// Room is how many MiB the work itself may take, where it is the product of two lists of the request.
	Room int64
	// Code of the error, "" for a request that is good.
	Code string
}

// TestBounds sends every hostile request through the pipeline of the whole product.
func TestBounds(t *testing.T) {
	text, err := os.ReadFile("testdata/hostile.json")
	servertest.Check(t, err)
	var cases []hostile
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	servertest.Check(t, d.Decode(&cases))
	if len(cases) == 0 {
		t.Fatal("no case")
	}
	b := newBounded(t)
	for _, first := range []hostile{ // what is loaded when it is first needed
		{Operation: "GetUser"},
		{Operation: "CreateLoginProfile", Input: map[string]string{"UserName": "admin", "Password": "p4$5w0rdp4$5w0rd"}},
	} {
		b.cost(t, b.request(t, &first))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			r := b.request(t, &c)
			size := r.ContentLength + int64(len(r.URL.RequestURI()))
			a, used := b.cost(t, r)
			if a.Code != c.Code || (a.Status == http.StatusOK) != (c.Code == "") {
				t.Errorf("%d %s: %.300s, want %q", a.Status, a.Code, a.Message, c.Code)
			}
			if most := everyRequest + everyByte*size + c.Room<<20; used > most {
				t.Errorf("%d bytes allocated for a request of %d; at most %d are in proportion", used, size, most)
			}
			t.Logf("%d bytes for %d", used, size)
		})
	}
}

// bounded is an account with everything that hostile requests are about: the user admin with a login profile and a virtual
// MFA device, the role app, and providers of both kinds.
type bounded struct {
	*servertest.Account
	admin *servertest.Credentials
	texts *template.Template
}

func newBounded(t *testing.T) *bounded {
	world := servertest.New(t, func(w *servertest.World) {
		register(w.Server, w.Store, w.Keys, sts.Options{Issuer: "https://warder.example.org"}, sts.SAML{}, nil)
	})
	b := &bounded{Account: world.Account(t, "111122223333"), texts: template.New("").Funcs(material(t)).Option("missingkey=error")}
	b.admin = b.Admin(t, "admin")
	b.Role(t, "app", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["sts:AssumeRole","sts:TagSession"]}}`)
	b.Put(t, &directory.OIDCProvider{ID: session.NewEntityID(session.PrefixOIDCProvider), URL: "id.example.com", ClientIDs: []string{"app"}})
	made := b.admin.Call(t, "CreateSAMLProvider", "Name", "Corp", "SAMLMetadataDocument", b.fill(t, "{{metadata (selfSigned 2048)}}"))
	if made.Status != http.StatusOK {
		t.Fatalf("%+v", made)
	}
	return b
}

// fill carries a template out.
func (b *bounded) fill(t *testing.T, text string) string {
	t.Helper()
	parsed, err := template.Must(b.texts.Clone()).Parse(text)
	servertest.Check(t, err)
	var out strings.Builder
	servertest.Check(t, parsed.Execute(&out, nil))
	return out.String()
}

func (b *bounded) request(t *testing.T, c *hostile) *http.Request {
	t.Helper()
	sender := b.admin
	if c.Nobody {
		sender = b.Anonymous()
	}
	if c.REST != "" {
		how := strings.Fields(c.REST)
		return sender.RESTRequest(t, how[1], how[0], b.fill(t, how[2]), b.fill(t, c.Body), nil, time.Now())
	}
	service := servertest.ServiceOf(t, c.Operation)
	form := url.Values{"Action": {c.Operation}, "Version": {service.APIVersion}}
	for name, v := range c.Input {
		form.Set(name, b.fill(t, v))
	}
	return sender.Request(t, service.Name, form.Encode()+b.fill(t, c.Form), nil, time.Now())
}

// cost sends a request and tells what was allocated until its answer.
func (b *bounded) cost(t *testing.T, r *http.Request) (servertest.Answer, int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), endOfWork)
	defer cancel()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a := b.Send(t, r.WithContext(ctx))
	runtime.ReadMemStats(&after)
	return a, int64(after.TotalAlloc - before.TotalAlloc)
}

// numbered repeats a format with the numbers from 1 to n.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1)
	}
	return b.String()
}
