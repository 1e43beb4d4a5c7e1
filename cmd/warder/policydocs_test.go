package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const policyPage = "../../docs/policy-commands.md"

// page is a folder in which the blocks of a page of documentation are put and run:
//
//	```json FILE or ```yaml FILE      becomes that file
//	```sh or ```sh status=N           runs, and ends with that status
//	```text                           what the block before prints, line by line; … stands for anything
type page struct {
	t       *testing.T
	dir     string
	env     []string
	printed string // by the last block that ran
}

func newPage(t *testing.T) *page {
	dir := t.TempDir()
	bin := filepath.Join(t.TempDir(), "bin")
	self, err := exec.LookPath("warder")
	if err == nil {
		err = os.Mkdir(bin, 0o700)
	}
	if err == nil {
		err = os.Symlink(self, filepath.Join(bin, "warder")) // TestMain puts it on the path
	}
	if err != nil {
		t.Fatal(err)
	}
	return &page{t: t, dir: dir, env: []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + filepath.Join(dir, "home")}}
}

var fence = regexp.MustCompile("(?ms)^```(\\w+) ?([^\n]*)\n(.*?)^```$")

// all runs the commands of a page in their order, compares what it shows of them, and writes the files that it names. least
// of its commands must have run.
func (p *page) all(text []byte, least int) {
	p.t.Helper()
	ran := 0
	for _, at := range fence.FindAllSubmatchIndex(text, -1) {
		line := bytes.Count(text[:at[0]], []byte("\n")) + 1
		kind, arg, body := string(text[at[2]:at[3]]), string(text[at[4]:at[5]]), string(text[at[6]:at[7]])
		switch {
		case kind == "sh":
			ran++
			p.run(line, arg, body)
		case kind == "text":
			p.compare(line, body)
		case arg != "":
			p.write(arg, body)
		}
	}
	if ran < least {
		p.t.Errorf("only %d blocks ran", ran)
	}
}

func TestPolicyPage(t *testing.T) {
	text, err := os.ReadFile(policyPage)
	if err != nil {
		t.Fatal(err)
	}
	p := newPage(t)
	p.all(text, 8)
	p.workflow()
	p.hooks()
}

func (p *page) write(name, text string) {
	name = filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) run(line int, arg, script string, env ...string) {
	want := 0
	if status, ok := strings.CutPrefix(arg, "status="); ok {
		want, _ = strconv.Atoi(status)
	}
	cmd := exec.CommandContext(p.t.Context(), "bash", "-eu", "-o", "pipefail", "-c", script)
	cmd.Dir, cmd.Env = p.dir, append(p.env, env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != want {
		p.t.Errorf("line %d: %v, want status %d:\n%s%s", line, err, want, script, out)
	}
	p.printed = string(out)
}

func (p *page) compare(line int, want string) {
	for text := range strings.Lines(want) {
		text = strings.TrimSpace(text)
		form := strings.ReplaceAll(regexp.QuoteMeta(text), "…", ".*")
		if !regexp.MustCompile(`(?m)^\s*` + form + `\s*$`).MatchString(p.printed) {
			p.t.Errorf("line %d promises %q, which is not printed:\n%s", line, text, p.printed)
		}
	}
}

// workflow runs the steps of the GitHub workflow that the page shows, as they run there: one finds the mistake that the
// page put into its policies.
func (p *page) workflow() {
	var w struct {
		Env  map[string]string
		Jobs map[string]struct{ Steps []struct{ Run string } }
	}
	p.decode(filepath.Join(p.dir, ".github/workflows/policies.yml"), &w)
	env := []string{"GITHUB_ACTIONS=true"}
	for name, value := range w.Env {
		env = append(env, name+"="+value)
	}
	n := 0
	for _, s := range w.Jobs["policies"].Steps {
		if !strings.HasPrefix(s.Run, "warder ") {
			continue
		}
		n++
		status := "status=0"
		if strings.Contains(s.Run, "validate") {
			status = "status=1"
		}
		p.run(0, status, s.Run, env...)
	}
	if n != 4 {
		p.t.Errorf("the workflow has %d steps with warder", n)
	}
}

// hooks looks at the hooks that pre-commit finds in this repository: they run on the page's folder, and the page names them.
func (p *page) hooks() {
	var hooks []struct {
		ID, Entry string
		Args      []string
	}
	p.decode("../../.pre-commit-hooks.yaml", &hooks)
	hooks = hooks[:len(hooks)-1] // the last is of leakedkeys_test.go
	var config struct {
		Repos []struct{ Hooks []struct{ ID string } }
	}
	p.decode(filepath.Join(p.dir, ".pre-commit-config.yaml"), &config)
	if len(config.Repos) != 1 || len(config.Repos[0].Hooks) != len(hooks) {
		p.t.Fatalf("hooks %+v, page %+v", hooks, config)
	}
	for i, h := range hooks {
		if config.Repos[0].Hooks[i].ID != h.ID {
			p.t.Errorf("the page calls %s %s", h.ID, config.Repos[0].Hooks[i].ID)
		}
		args := strings.Join(h.Args, " ")
		if args == "" {
			args = "policies/reports.json"
		}
		p.run(0, "", h.Entry+" "+args)
	}
}

func (p *page) decode(file string, v any) {
	p.t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = yaml.Unmarshal(text, v)
	}
	if err != nil {
		p.t.Fatalf("%s: %v", file, err)
	}
}
