package main

import (
	"crypto/rand"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/warder-iam/warder/internal/session"
)

// TestLeakedKeysPage runs docs/leaked-keys.md with a key that was never anybody's, and the hook that it names.
func TestLeakedKeysPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/leaked-keys.md")
	if err != nil {
		t.Fatal(err)
	}
	id, err := session.NewKeyID(session.PrefixAccessKey, "999999999999")
	if err != nil {
		t.Fatal(err)
	}
	var secret [30]byte
	_, _ = rand.Read(secret[:]) // never fails
	p := newPage(t)
	p.env = append(p.env, "AWS_ACCESS_KEY_ID="+id, "AWS_SECRET_ACCESS_KEY="+base64.StdEncoding.EncodeToString(secret[:]),
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com")
	p.all(text, 6)
	p.hook("warder-leaked-keys")
}

// hook runs a hook that pre-commit finds in this repository, where the page has something staged that it must stop.
func (p *page) hook(id string) {
	var hooks []struct{ ID, Entry string }
	p.decode("../../.pre-commit-hooks.yaml", &hooks)
	var config struct {
		Repos []struct{ Hooks []struct{ ID string } }
	}
	p.decode(filepath.Join(p.dir, ".pre-commit-config.yaml"), &config)
	if len(config.Repos) != 1 || len(config.Repos[0].Hooks) != 1 || config.Repos[0].Hooks[0].ID != id {
		p.t.Errorf("the page has %+v", config)
	}
	for _, h := range hooks {
		if h.ID == id {
			p.run(0, "status=1", "cd shop; "+h.Entry)
			return
		}
	}
	p.t.Errorf("there is no hook %s", id)
}
