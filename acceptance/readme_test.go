package acceptance

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// block is one fenced block of a page. Its first word says what it is, the second one which file it becomes, which
// client it needs, or with which exit status it ends.
type block struct {
	kind, arg, text string
	line            int
	want            []string // lines of the "text" block behind it
}

// status is the exit status that a block "sh status=1" promises; "" for any other block.
func (b *block) status() string {
	status, _ := strings.CutPrefix(b.arg, "status=")
	if status == b.arg {
		return ""
	}
	return status
}

// readmeBlocks reads the fenced blocks of a page in order.
func readmeBlocks(t *testing.T, page string) []block {
	t.Helper()
	text, err := os.ReadFile(page)
	check(t, err)
	var blocks []block
	var open *block
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			words := append(strings.Fields(fence), "", "")
			open = &block{kind: words[0], arg: words[1], line: n}
		case isFence && open.kind == "text":
			if len(blocks) == 0 {
				t.Fatalf("%s:%d: what prints this?", page, open.line)
			}
			last := &blocks[len(blocks)-1]
			last.want = append(last.want, strings.Split(strings.TrimSpace(open.text), "\n")...)
			open = nil
		case isFence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.text += line
		}
	}
	if open != nil {
		t.Fatalf("%s:%d: the block has no end", page, open.line)
	}
	return blocks
}

// readme is a folder in which a page's blocks run, beside a server.
type readme struct {
	t    *testing.T
	w    *warder
	page string
	dir  string
	env  []string
	// replace is what the blocks say here in place of what the page says.
	replace *strings.Replacer
}

// mainPage is the README of the whole.
const mainPage = "../README.md"

// newReadme starts the server, with more arguments where the page says so.
func newReadme(t *testing.T, page string, more ...string) *readme {
	t.Helper()
	w := start(t, more...)
	r := &readme{t: t, w: w, page: page, dir: t.TempDir(), replace: strings.NewReplacer()}
	r.env = w.env(
		"PATH="+filepath.Dir(w.name)+string(os.PathListSeparator)+os.Getenv("PATH"),
		// In place of what a person types, or has by default.
		"WARDER_ADMIN_CREDENTIALS="+w.credentials(), "WARDER_DATA="+w.data(),
		"AWS_PAGER=", "AWS_MAX_ATTEMPTS=1", "AWS_EC2_METADATA_DISABLED=true", "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
	)
	return r
}

// run runs the blocks of kind sh for one client in one shell, and checks what each of them prints.
func (r *readme) run(client string) {
	r.t.Helper()
	var script strings.Builder
	var blocks []block
	for _, b := range readmeBlocks(r.t, r.page) {
		switch {
		case b.kind == "sh" && b.arg == client:
			fmt.Fprintf(&script, "{\n%s} >%s 2>&1\n", r.replace.Replace(b.text), r.output(len(blocks)))
			blocks = append(blocks, b)
		case b.kind == "sh" && b.status() != "" && client == "":
			fmt.Fprintf(&script, "status=0; (\n%s) >%s 2>&1 || status=$?; test $status = %s\n", r.replace.Replace(b.text), r.output(len(blocks)), b.status())
			blocks = append(blocks, b)
		case b.kind != "sh" && b.arg != "":
			check(r.t, os.WriteFile(filepath.Join(r.dir, b.arg), []byte(b.text), 0o600))
		}
	}
	if len(blocks) == 0 {
		r.t.Fatalf("%s has no block for %q", r.page, client)
	}
	cmd := exec.CommandContext(background(r.t), "bash", "-eu", "-o", "pipefail", "-c", script.String())
	cmd.Dir, cmd.Env = r.dir, r.env
	out, err := cmd.CombinedOutput()
	for i, b := range blocks {
		text, readErr := os.ReadFile(filepath.Join(r.dir, r.output(i)))
		if readErr != nil {
			r.t.Errorf("%s:%d did not run", r.page, b.line)
			continue
		}
		r.compare(b, string(text))
	}
	if err != nil {
		r.t.Errorf("%v\n%s", err, out)
	}
}

func (r *readme) output(i int) string { return fmt.Sprintf("block-%d.out", i) }

// compare looks for every line that the page promises, each behind the one before it; what is printed between them does not
// matter, and of a long line a page may show parts.
func (r *readme) compare(b block, text string) {
	r.t.Helper()
	rest := oneSpace(text)
	for _, want := range b.want {
		_, after, found := strings.Cut(rest, oneSpace(want))
		if !found {
			r.t.Errorf("%s:%d promises a line that it does not print, or not in this place: %s\nIt printed:\n%s", r.page, b.line, want, text)
			continue
		}
		rest = after
	}
	if r.t.Failed() {
		r.t.Logf("%s:%d printed:\n%s", r.page, b.line, text)
	}
}

// oneSpace leaves one space between words: how wide a table is does not matter.
func oneSpace(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestAWSCLIReadme does what README.md says with the AWS CLI.
func TestAWSCLIReadme(t *testing.T) {
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	newReadme(t, mainPage).run("")
}

// TestAWSCLINotes does what the example's README says: the AWS CLI is let in, and kept out, by a service that asks Warder.
func TestAWSCLINotes(t *testing.T) {
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	r := newReadme(t, "../examples/notes/README.md")
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "notes"), "github.com/warder-iam/warder/examples/notes")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building notes: %v\n%s", err, out)
	}
	listen := freeAddress(t)
	r.replace = strings.NewReplacer("127.0.0.1:4680", listen, "notes -warder", filepath.Join(bin, "notes")+" -listen "+listen+" -warder")
	r.run("")
}

// TestAWSCLIAuthorizationAPI does what docs/authorization-api.md says with curl.
func TestAWSCLIAuthorizationAPI(t *testing.T) {
	for client, how := range map[string]string{"aws": getAWSCLI, "curl": "Get curl 7.76 or later: as root on Debian, apt-get install curl."} {
		if err := exec.Command(client, "--version").Run(); err != nil {
			missing(t, "awscli", how)
		}
	}
	newReadme(t, "../docs/authorization-api.md").run("")
}

// freeAddress is one that nobody listens on at the moment. Where the whole of 127.0.0.0/8 is this machine, it has a host that only
// this process uses, so that nobody else takes the port before the one for whom it is meant.
func freeAddress(t testing.TB) string {
	t.Helper()
	pid := os.Getpid()
	l, err := net.Listen("tcp", net.IPv4(127, byte(64|pid>>16&63), byte(pid>>8), byte(pid)).String()+":0")
	if errors.Is(err, syscall.EADDRNOTAVAIL) {
		l, err = net.Listen("tcp", "127.0.0.1:0")
	}
	check(t, err)
	defer func() { check(t, l.Close()) }()
	return l.Addr().String()
}

// TestAWSCLISimulation does what docs/simulation.md says.
func TestAWSCLISimulation(t *testing.T) {
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	newReadme(t, "../docs/simulation.md").run("")
}

// TestAWSCLIValidation does what docs/validate-policy.md says.
func TestAWSCLIValidation(t *testing.T) {
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	newReadme(t, "../docs/validate-policy.md").run("")
}

// TestAWSCLIPolicyPreview does what docs/policy-preview.md says.
func TestAWSCLIPolicyPreview(t *testing.T) {
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	newReadme(t, "../docs/policy-preview.md").run("")
}

// TestTerraformReadme does what README.md says with Terraform.
func TestTerraformReadme(t *testing.T) {
	if err := exec.Command("terraform", "version").Run(); err != nil {
		missing(t, "terraform", getTerraform)
	}
	config := terraformConfig(t, t.TempDir())
	r := newReadme(t, mainPage)
	r.env = append(r.env, "TF_CLI_CONFIG_FILE="+config)
	r.run("terraform")
}

// TestSDKReadme runs README.md's Go program.
func TestSDKReadme(t *testing.T) {
	r := newReadme(t, mainPage)
	n := 0
	for _, b := range readmeBlocks(t, mainPage) {
		if b.kind != "go" {
			continue
		}
		n++
		name := filepath.Join(r.dir, b.arg)
		check(t, os.WriteFile(name, []byte(b.text), 0o600))
		script := `eval "$(warder env)"; exec go run ` + name
		cmd := exec.CommandContext(background(t), "bash", "-euc", script)
		cmd.Dir, cmd.Env = "..", append(r.env, goEnv(t)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		r.compare(b, string(out))
	}
	if n == 0 {
		t.Fatal("README.md has no Go program")
	}
}

// goEnv keeps Go's caches where they are, although HOME is another.
func goEnv(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH").Output()
	check(t, err)
	values := strings.Split(strings.TrimSpace(string(out)), "\n")
	return []string{"GOCACHE=" + values[0], "GOMODCACHE=" + values[1], "GOPATH=" + values[2]}
}
