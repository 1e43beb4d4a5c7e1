package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/seal"
)

// loaded loads the configuration of a command line, an environment and a configuration file.
func loaded(t *testing.T, args, environ []string, file string) (*configuration, error) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_DATA_HOME", "")
	if file != "" {
		name := filepath.Join(t.TempDir(), "warder.yaml")
		if err := os.WriteFile(name, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", name)
	}
	cmd := &cobra.Command{}
	addSettings(cmd, serverSettings()...)
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	p := &program{environ: environ}
	return p.load(cmd)
}

// Every setting that can be written in two places takes it from the place that goes first.
func TestPrecedence(t *testing.T) {
	values := map[kind][4]string{ // in the file, in a file of the environment, in the environment, by flag
		text:     {"f", "ef", "e", "x"},
		path:     {"/f", "", "/e", "/x"},
		list:     {"f", "ef", "e", "x"},
		number:   {"1", "2", "3", "4"},
		duration: {"1s", "2s", "3s", "4s"},
		age:      {"1d", "36h0m0s", "3d", "off"},
	}
	for _, s := range settings() {
		if s.secret || s.kind == table {
			continue
		}
		v := values[s.kind]
		asText := func(c *configuration) string { return c.shown(&s, s.name) }
		file := s.name + ": " + v[0] + "\n"
		envFile := filepath.Join(t.TempDir(), "value")
		if err := os.WriteFile(envFile, []byte(v[1]+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var environ []string
		check := func(want string, args ...string) {
			t.Helper()
			if c, err := loaded(t, args, environ, file); err != nil || asText(c) != want {
				t.Errorf("%s: %v, want %s", s.name, err, want)
			}
		}
		check(v[0])
		if s.envFile() != "" {
			environ = append(environ, s.envFile()+"="+envFile)
			check(v[1])
		}
		environ = append(environ, s.env()+"="+v[2])
		check(v[2])
		check(v[3], "--"+s.name, v[3])
		environ = []string{s.env() + "="} // empty is not set
		check(v[0])
	}
}

// The entries of a table come together from everywhere.
func TestQuotaPrecedence(t *testing.T) {
	c, err := loaded(t, []string{"--quota", "UsersPerAccount=1", "--quota", "GroupsPerAccount=2"},
		[]string{"WARDER_QUOTA=UsersPerAccount=10,RolesPerAccount=20"}, "quota: {UsersPerAccount: 100, PoliciesPerAccount: 200}")
	if err != nil {
		t.Fatal(err)
	}
	config, err := c.server()
	want := map[string]int{"UsersPerAccount": 1, "GroupsPerAccount": 2, "RolesPerAccount": 20, "PoliciesPerAccount": 200}
	if err != nil || len(config.Quotas) != len(want) {
		t.Fatalf("%v, %v", config.Quotas, err)
	}
	for name, n := range want {
		if config.Quotas[name] != n {
			t.Errorf("%s is %d, want %d", name, config.Quotas[name], n)
		}
	}
}

// Retention reaches the server as it was written, and is for ever where it is off or nowhere.
func TestRetention(t *testing.T) {
	for text, want := range map[string]time.Duration{"90d": 90 * oneDay, "36h": 36 * time.Hour, "off": 0, "": 0} {
		args := []string{"--trail-retain", text}
		if text == "" {
			args = nil
		}
		c, err := loaded(t, args, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		if config, err := c.server(); err != nil || config.Retention.Age != want {
			t.Errorf("%q: %v, %v, want %v", text, config.Retention.Age, err, want)
		}
	}
}

func TestMasterKeySources(t *testing.T) {
	text := masterKeyText(t)
	c, err := loaded(t, nil, []string{"WARDER_MASTER_KEY=" + text, "WARDER_MASTER_KEY_FILE=/k"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if config, err := c.server(); err != nil || config.Master == nil {
		t.Errorf("the text goes before the file: %v, %v", config.Master, err)
	}
	c, err = loaded(t, []string{"--master-key", "/k"}, []string{"WARDER_MASTER_KEY=" + text}, "")
	if err != nil {
		t.Fatal(err)
	}
	if config, err := c.server(); err != nil || config.Master != nil || config.MasterKeyFile != "/k" {
		t.Errorf("the flag goes before the text: %+v, %v", config, err)
	}
}

func masterKeyText(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "key")
	if _, err := seal.CreateMasterFile(name); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(content), "\n")[1]
}

func TestTrustedProxies(t *testing.T) {
	tests := []struct{ in, want string }{
		{"10.0.0.0/8", "10.0.0.0/8"}, {"10.1.2.3/8", "10.0.0.0/8"}, {"10.0.0.1", "10.0.0.1/32"}, {"::1", "::1/128"},
		{"::ffff:10.0.0.1", "10.0.0.1/32"}, {"proxy.example", ""}, {"10.0.0.0/33", ""}, {"", ""},
	}
	for _, test := range tests {
		got, err := parsePrefix(test.in)
		if (err != nil) != (test.want == "") || err == nil && got.String() != test.want {
			t.Errorf("%q: %v, %v, want %s", test.in, got, err, test.want)
		}
	}
}

// Ages are days, times of Go, or off; what means the same reads the same.
func TestAges(t *testing.T) {
	for text, want := range map[string]string{
		"90d": "90d", "0d": "off", "off": "off", "48h": "2d", "36h": "36h0m0s", "": "", "d": "", "90": "", "-1d": "", "1.5d": "", "99999d": "", "1w": "",
	} {
		c, err := loaded(t, []string{"--guardrail-key-age", text}, nil, "")
		if (err == nil) != (want != "") {
			t.Errorf("%q: %v", text, err)
		}
		if err == nil && c.String("guardrail-key-age") != want {
			t.Errorf("%q is %q", text, c.String("guardrail-key-age"))
		}
	}
}

// A zero is no way to ask for a default: it is refused in every setting that has one.
func TestZeros(t *testing.T) {
	for _, s := range settings() {
		zero := map[kind]string{number: "0", duration: "0s", age: "0d"}[s.kind]
		if zero == "" || s.fallback == nil {
			continue
		}
		for _, file := range []bool{false, true} {
			args, text := []string{"--" + s.name, zero}, ""
			if file {
				args, text = nil, s.name+": "+zero+"\n"
			}
			c, err := loaded(t, args, nil, text)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.server()
			if wrong, ok := errors.AsType[*app.ConfigError](err); !ok || wrong.Setting != s.name || !strings.Contains(err.Error(), "it cannot be") {
				t.Errorf("%s: %s gives %v", s.name, zero, err)
			}
		}
	}
	c, err := loaded(t, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.server(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
}

func TestNearest(t *testing.T) {
	tests := []struct {
		name string
		want string
		far  int
	}{
		{"listen", "listen", 0}, {"listn", "listen", 1}, {"Listen", "listen", 1}, {"", "data", 4}, {"dta", "data", 1}, {"tls-hots", "tls-host", 2},
	}
	for _, test := range tests {
		if got, far := nearest(test.name, []string{"data", "listen", "tls-host"}); got != test.want || far != test.far {
			t.Errorf("%q: %s, %d, want %s, %d", test.name, got, far, test.want, test.far)
		}
	}
}

// The file that nobody named is read where it is.
func TestDefaultConfigFile(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "cfg"))
	if err := os.MkdirAll(filepath.Join(home, "cfg", "warder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "cfg", "warder", "config.yaml"), []byte("listen: 127.0.0.1:4711\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if status := run(context.Background(), []string{"warder", "config", "show"}, nil, &out, &errs, nil); status != exitOK {
		t.Fatalf("status %d: %s", status, &errs)
	}
	if !strings.Contains(out.String(), "127.0.0.1:4711") {
		t.Errorf("got\n%s", &out)
	}
}
