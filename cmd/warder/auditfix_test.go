package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
)

// callIAM calls IAM as whoever has the key in a file: iam DIR KEYFILE ACTION NAME=VALUE… A value @FILE is that of a file.
// "! iam" is for a call that is refused.
func callIAM(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: iam DIR KEYFILE ACTION NAME=VALUE…")
	}
	e, err := app.ReadEndpoint(ts.MkAbs(args[0]))
	ts.Check(err)
	key, err := adminKey(ts.MkAbs(args[1]))
	ts.Check(err)
	client, err := apiclient.New(e.URL, e.CA, app.Region)
	ts.Check(err)
	params := url.Values{}
	for _, arg := range args[3:] {
		name, value, _ := strings.Cut(arg, "=")
		if file, ok := strings.CutPrefix(value, "@"); ok {
			value = strings.TrimSpace(ts.ReadFile(file))
		}
		params.Set(name, value)
	}
	var answer struct {
		Text string `xml:",innerxml"`
	}
	err = client.Do(context.Background(), apiclient.Credentials{ID: key.id, Secret: key.secret}, apiclient.Call{Service: "iam", Action: args[2], Params: params}, &answer)
	if (err != nil) != neg {
		ts.Fatalf("%s: %v", args[2], err)
	}
	_, err = ts.Stdout().Write([]byte(answer.Text + "\n"))
	ts.Check(err)
}

// finding sets a variable to the id of a finding of account 123456789012: finding NAME CHECK RESOURCE [ASPECT], the resource
// as its ARN ends.
func finding(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 {
		ts.Fatalf("usage: finding NAME CHECK RESOURCE [ASPECT]")
	}
	aspect := strings.Join(args[3:], "")
	ts.Setenv(args[0], audit.FindingID(args[1], "123456789012", "arn:aws:iam::123456789012:"+args[2], aspect))
}

// TestFixBreaksOff ends runs between two calls and within one, and holds that the file says how far they were.
func TestFixBreaksOff(t *testing.T) {
	for _, c := range []struct {
		name   string
		second http.HandlerFunc // of the second call
		cancel bool             // after the first
		want   []repair.State
	}{
		{"a signal", nil, true, []repair.State{repair.Done, repair.Planned, repair.Planned}},
		{"a refusal", answering(http.StatusForbidden), false, []repair.State{repair.Done, repair.Planned, repair.Planned}},
		{"an error of the server", answering(http.StatusInternalServerError), false, []repair.State{repair.Done, repair.Begun, repair.Planned}},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, []repair.State{repair.Done, repair.Begun, repair.Planned}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			first := true
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if first {
					first = false
					if c.cancel {
						cancel()
					}
					answering(http.StatusOK)(w, r)
					return
				}
				c.second(w, r)
			}))
			defer s.Close()
			client, err := apiclient.New(s.URL, "", app.Region)
			if err != nil {
				t.Fatal(err)
			}
			undo := &repair.Undo{Version: repair.UndoVersion, ID: "x", Account: "111122223333"}
			for range c.want {
				undo.Steps = append(undo.Steps, repair.UndoStep{State: repair.Planned, Call: repair.Call{Action: "DeleteGroup"}})
			}
			f := &fixing{program: &program{err: io.Discard}, server: &fixServer{client: client}, file: filepath.Join(t.TempDir(), "undo"), undo: undo}
			if err := f.apply(ctx); err == nil {
				t.Error("no error")
			}
			kept, err := readUndo(f.file)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				if got := kept.Steps[i].State; got != want {
					t.Errorf("step %d is %s, want %s", i+1, got, want)
				}
			}
		})
	}
}

// answering gives an answer of IAM with that status.
func answering(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<Response><Error><Code>Failure</Code><Message>m</Message></Error></Response>")
	}
}

// TestAuditFixPage runs docs/audit-fix.md.
func TestAuditFixPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/audit-fix.md")
	if err != nil {
		t.Fatal(err)
	}
	p := newPage(t)
	p.all(text, 2)
}
