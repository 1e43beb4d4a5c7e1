package setup_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/signin"
)

// files are what set-up files may name.
func files(path string) ([]byte, error) {
	switch path {
	case "root":
		return []byte(rootPassword + "\r\n"), nil
	case "admin":
		return []byte(adminPassword), nil
	}
	return nil, fs.ErrNotExist
}

const goodFile = "root-email: root@example.org\nroot-password-file: root\nadmin-password: " + adminPassword + "\n"

func TestParseFile(t *testing.T) {
	for name, x := range map[string]struct{ text, want string }{
		"both ways":      {goodFile, ""},
		"JSON":           {`{"root-email": "root@example.org", "root-password-file": "root", "admin-password-file": "admin"}`, ""},
		"a name":         {goodFile + "admin-name: alice\n", ""},
		"nothing":        {"", "it is empty"},
		"no password":    {"root-email: root@example.org\nadmin-password-file: admin\n", "neither root-password nor root-password-file"},
		"two passwords":  {goodFile + "admin-password-file: admin\n", "both admin-password and admin-password-file"},
		"no such file":   {"root-password-file: nowhere\n", "root-password-file: file does not exist"},
		"unknown key":    {goodFile + "canary: canary-4\n", "at line 4"},
		"twice":          {goodFile + "admin-password: canary-4\n", "at line 4"},
		"a list":         {"root-password: [canary-4]\n", "at line 1"},
		"no YAML":        {"root-password: \"canary-4\n", "it is no YAML mapping"},
		"two documents":  {goodFile + "---\na: canary-4\n", "more than one"},
		"large":          {"# " + strings.Repeat("x", setup.MaxFile), "larger than"},
		"an empty value": {strings.Replace(goodFile, adminPassword, "", 1), "neither admin-password nor"},
	} {
		f, err := setup.ParseFile([]byte(x.text), files)
		switch {
		case x.want == "":
			if err != nil || f.RootEmail != email || string(f.RootPassword.Reveal()) != rootPassword || string(f.AdminPassword.Reveal()) != adminPassword || f.AdminName == "" {
				t.Errorf("%s: %+v %v", name, f, err)
			}
		case err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "canary-4"):
			t.Errorf("%s: %v, want %s", name, err, x.want)
		}
	}
}

// FuzzParseFile: any text is a set-up file with both passwords, or an error without a secret of it.
func FuzzParseFile(f *testing.F) {
	f.Add(goodFile)
	f.Add("root-password: &a [*a]\n")
	f.Add("a: !!binary x\n--- ")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := setup.ParseFile([]byte(text), files)
		if (err == nil) != (file != nil) || err == nil && (file.RootPassword.Reveal() == nil || file.AdminPassword.Reveal() == nil) {
			t.Errorf("%+v %v", file, err)
		}
	})
}

func parsed(t *testing.T, text string) *setup.File {
	t.Helper()
	f, err := setup.ParseFile([]byte(text), files)
	servertest.Check(t, err)
	return f
}

// A file does all at once, or nothing; once all is done it is not applied again.
func TestApply(t *testing.T) {
	f := newFirst(t)
	refused(t, f.setup.Apply(t.Context(), f.ID, parsed(t, strings.Replace(goodFile, adminPassword, "monkey", 1))), "password")
	refused(t, f.setup.Apply(t.Context(), f.ID, parsed(t, strings.Replace(goodFile, email, "root", 1))), "email")
	if f.Now().Info().Email != "" || len(f.Outbox(t)) != 0 {
		t.Error("a refused file did something")
	}
	browser, _ := f.open(t)
	servertest.Check(t, f.setup.Apply(t.Context(), f.ID, parsed(t, goodFile+"admin-name: alice\n")))
	if _, err := f.setup.Resume(t.Context(), browser, f.now); !errors.Is(err, setup.ErrNoRun) {
		t.Errorf("the browser goes on: %v", err)
	}
	a := f.Now()
	if a.Info().Email != email || a.User("alice") == nil || len(a.Keys(a.User("alice").ID)) != 1 || setup.Pending(f.Store.Snapshot()) {
		t.Errorf("%+v", a.Info())
	}
	if _, err := f.setup.SignIn.Password(t.Context(), a, "alice", secret(adminPassword), signin.Attempt{Time: f.now}); err != nil {
		t.Error(err)
	}
	events := f.Outbox(t)
	if e := events[len(events)-1]; e.EventName != "CompleteSetup" || !strings.Contains(string(e.ServiceEventDetails), `"by":"setup-file"`) || e.SourceIPAddress != setup.Source {
		t.Errorf("%+v", e)
	}
	if err := f.setup.Apply(t.Context(), f.ID, parsed(t, goodFile)); err == nil || len(f.Outbox(t)) != len(events) {
		t.Errorf("twice: %v", err)
	}
}
