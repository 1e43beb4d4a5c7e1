package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/sigv4"
)

func TestMain(m *testing.M) { testscript.Main(withPlain{m}, map[string]func(){"warder": main}) }

// withPlain runs tests whose warder, which scripts start hundreds of times, has no race detector in it: each start of this
// test's own binary with one takes half a second. What commands do at the same time is in packages whose own tests have it.
type withPlain struct{ *testing.M }

// Run implements testscript.TestingM.
func (m withPlain) Run() int {
	info, ok := debug.ReadBuildInfo()
	if !ok || !slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return m.M.Run()
	}
	dir, err := os.MkdirTemp("", "warder-plain-")
	if err == nil {
		defer func() { _ = os.RemoveAll(dir) }()
		build := exec.Command("go", "build", "-o", filepath.Join(dir, "warder"), ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		var out []byte
		if out, err = build.CombinedOutput(); err == nil {
			err = os.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
		} else {
			err = fmt.Errorf("building warder: %w\n%s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.M.Run()
}

// TestScripts runs testdata/*.txtar. Beside testscript's own commands they have:
//
//	status N ARG…           warder ARG… ends with that status
//	ready DIR               waits until the server of that data directory is ready
//	signal NAME             sends TERM, HUP, INT or KILL to the commands in the background
//	caller DIR FILE         prints who the key in that credentials file is, asked of that server
//	mintkeys, userkey       see auditscankeys_test.go
//	iam, finding            see auditfix_test.go
//	alarms, let             see alarm_test.go
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": status,
			"ready":  ready,
			"signal": sendSignal,
			"caller": caller,

			"mintkeys": mintKeys,
			"userkey":  userKey,
			"iam":      callIAM,
			"finding":  finding,
			"alarms":   waitAlarms,
			"let":      letOutput,
		},
	})
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: status N ARG…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("warder", args[1:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("warder %s ended with status %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

func sendSignal(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "KILL": syscall.SIGKILL}
	if neg || len(args) != 1 || signals[args[0]] == nil {
		ts.Fatalf("usage: signal TERM|HUP|INT|KILL")
	}
	for _, cmd := range ts.BackgroundCmds() {
		if err := cmd.Process.Signal(signals[args[0]]); err != nil && !errors.Is(err, os.ErrProcessDone) {
			ts.Check(err)
		}
	}
}

func ready(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ready DIR")
	}
	ts.Check(waitReady(ts.MkAbs(args[0]), nil))
}

// waitReady waits until the server of a data directory takes requests; over TLS until it says that it would.
func waitReady(data string, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if e, err := app.ReadEndpoint(data); err == nil {
			if strings.HasPrefix(e.URL, "https:") {
				return nil
			}
			if code, _, err := fetch(ctx, http.MethodGet, e.URL+"/readyz", nil, ""); err == nil && code == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case err := <-ended:
			return fmt.Errorf("the server ended: %w", err)
		case <-ctx.Done():
			return errors.New("no server is ready after a minute")
		}
	}
}

func fetch(ctx context.Context, method, target string, header http.Header, body string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	if header != nil {
		req.Header = header
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return 0, "", err
	}
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), errors.Join(err, resp.Body.Close())
}

func caller(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: caller DIR FILE")
	}
	e, err := app.ReadEndpoint(ts.MkAbs(args[0]))
	ts.Check(err)
	code, text, err := callerIdentity(e.URL, ts.MkAbs(args[1]))
	ts.Check(err)
	if (code == http.StatusOK) == neg {
		ts.Fatalf("GetCallerIdentity: %d %s", code, text)
	}
	_, err = io.WriteString(ts.Stdout(), text+"\n")
	ts.Check(err)
}

func callerIdentity(endpoint, credentials string) (int, string, error) {
	key, err := adminKey(credentials)
	if err != nil {
		return 0, "", err
	}
	const body = "Action=GetCallerIdentity&Version=2011-06-15"
	u, err := url.Parse(endpoint)
	if err != nil {
		return 0, "", err
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	signer := sigv4.Signer{AccessKeyID: key.id, Secret: seal.NewSecret([]byte(key.secret)), Region: app.Region, Service: "sts"}
	err = signer.Sign(&sigv4.Request{Method: http.MethodPost, RawTarget: "/", Header: header, Host: u.Host, Body: []byte(body)}, time.Now())
	if err != nil {
		return 0, "", err
	}
	return fetch(context.Background(), http.MethodPost, endpoint+"/", header, body)
}
