package apiclient

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var canary = Credentials{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "secret-canary", Token: "token-canary"}

// answer is a server that gives one answer and keeps what it was asked.
type answer struct {
	status int
	text   string
	asked  *http.Request
	body   string
}

func (a *answer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.asked, a.body = r, string(body)
	w.Header().Set("Location", "http://127.0.0.1:1/")
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.text)
}

func TestDo(t *testing.T) {
	var out struct {
		ARN string `xml:"XResult>Arn"`
	}
	for name, c := range map[string]struct {
		status int
		text   string
		want   string // in the error; "" for success
	}{
		"success":      {200, "<XResponse><XResult><Arn>a&amp;b</Arn></XResult></XResponse>", ""},
		"refusal":      {403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message> no </Message></Error></ErrorResponse>", "AccessDenied: no"},
		"another site": {404, "<html>", "is this the endpoint of a Warder?"},
		"redirect":     {307, "", "is this the endpoint of a Warder?"},
		"no XML":       {200, "{}", "is not what Warder writes"},
		"endless":      {200, strings.Repeat("<a>", maxAnswer), "is not what Warder writes"},
	} {
		a := &answer{status: c.status, text: c.text}
		server := httptest.NewServer(a)
		client, err := New(server.URL, "", "us-east-1")
		if err != nil {
			t.Fatal(err)
		}
		err = client.Do(t.Context(), canary, Call{Service: "iam", Action: "X", Params: url.Values{"A": {"1"}}, Invocation: "i-1"}, &out)
		server.Close()
		switch {
		case c.want == "" && (err != nil || out.ARN != "a&b"):
			t.Errorf("%s: %v %+v", name, err, out)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary")):
			t.Errorf("%s: %v", name, err)
		}
		if a.body != "A=1&Action=X&Version=2010-05-08" || !strings.Contains(a.asked.Header.Get("Authorization"), "amz-sdk-invocation-id;") || a.asked.Header.Get("X-Amz-Security-Token") != canary.Token {
			t.Errorf("%s: asked %s with %v", name, a.body, a.asked.Header)
		}
		if err := client.Do(t.Context(), canary, Call{Service: "iam", Action: "X"}, nil); !errors.Is(err, ErrUnreachable) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: nobody there: %v", name, err)
		}
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(&answer{status: 200, text: "<X/>"})
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{ca: true, "": false} {
		client, err := New(server.URL, file, "us-east-1")
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Do(t.Context(), canary, Call{Service: "sts", Action: "X"}, nil); (err == nil) != want {
			t.Errorf("authority %q: %v", file, err)
		}
	}
	if _, err := New(server.URL, filepath.Join(t.TempDir(), "none"), ""); err == nil {
		t.Error("an authority that is not there")
	}
	if _, err := New("nowhere", "", ""); err == nil {
		t.Error("no endpoint")
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", canary, canary, &canary, canary); strings.Contains(shown, "canary") {
		t.Error(shown)
	}
}
