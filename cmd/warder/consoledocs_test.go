package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/setup"
)

// TestConsolePage runs the commands of docs/console.md, on a first start before the section about files, and by the page's
// set-up file in that one; and loads the configuration that it shows.
func TestConsolePage(t *testing.T) {
	text, err := os.ReadFile("../../docs/console.md")
	if err != nil {
		t.Fatal(err)
	}
	before, file, found := bytes.Cut(text, []byte("\n## Without a browser\n"))
	made, after, has := bytes.Cut(file, []byte("```console\n$ warder serve --setup-file setup.yaml\n```\n"))
	if !found || !has {
		t.Fatal("the page has no section about a file, or no start with it")
	}
	p := newPage(t)
	p.env = append(p.env, "WARDER_DATA="+filepath.Join(p.dir, "data"), "WARDER_MASTER_KEY_FILE="+filepath.Join(p.dir, "master.key"), "WARDER_LOG_FORMAT=json")
	p.start("")
	p.all(before, 2)
	p.all(made, 1)
	p.start("setup.yaml")
	p.all(after, 1)
	for _, key := range []string{"root-email", "root-password", "root-password-file", "admin-name", "admin-password", "admin-password-file"} {
		if !bytes.Contains(after, []byte("`"+key+"`")) {
			t.Errorf("the page does not name %s", key)
		}
		if _, err := setup.ParseFile([]byte(key+": x\n"), os.ReadFile); err == nil || strings.Contains(err.Error(), "no YAML mapping") {
			t.Errorf("%s is no key of a set-up file: %v", key, err)
		}
	}
	for _, block := range bytes.Split(before, []byte("```yaml\n"))[1:] {
		settings, _, _ := bytes.Cut(block, []byte("```"))
		c, err := loaded(t, nil, nil, string(settings))
		if err == nil {
			_, err = c.server()
		}
		if err != nil {
			t.Errorf("%s: %v", settings, err)
		}
	}
}

// start starts a server on the page's data, with that set-up file, and stops it.
func (p *page) start(file string) {
	p.t.Helper()
	config := app.Config{
		Data: filepath.Join(p.dir, "data"), MasterKeyFile: filepath.Join(p.dir, "master.key"), Listen: "127.0.0.1:0",
		AdminCredentials: filepath.Join(p.dir, "admin"), LogFormat: "json",
	}
	if file != "" {
		config.Console.SetupFile = filepath.Join(p.dir, file)
	}
	a, err := app.Start(p.t.Context(), config, app.Output{Text: io.Discard, Log: io.Discard})
	if err == nil {
		err = a.Stop()
	}
	if err != nil {
		p.t.Fatal(err)
	}
}
