package accuracy

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/accuracy.md anew")

const docs = "../../docs/accuracy.md"

// TestDocs holds docs/accuracy.md to what the audit says.
func TestDocs(t *testing.T) {
	want := page(readLabelled(t))
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/accuracy.md is not what the tests find: go test ./internal/accuracy -run Docs -update")
	}
}

const introduction = `# How right the audit is

This page is written by a test and compared with it: ` + "`go test ./internal/accuracy -run Docs -update`" + `.

Accounts written for this project, as exports of real ones, have a label for every user and role: is an administrator, can
become one (escalates), or is harmless. The audit reads the same files and says what it thinks:

`

const earned = `
The labels are earned:

- Whoever **is** an administrator, or **escalates**, is replayed on a live server that holds the account: every step of the path is
  made, by the AWS SDK with the principal's own key, where Warder serves the operation, and put to ` + "`warder:Evaluate`" + ` where
  another service would; what services and identity providers ask for themselves, to get into a role, is decided on the server's
  state. In the end the principal makes a new administrator. Sessions that begin with a second factor, a sign-in or a
  provider's assertion are minted: no export has the secrets for them. The server has no organization, so that SCPs do not
  bind in the replay; no label of an administrator or an escalation rests on one.
- Whoever is **harmless** is proved to be: every change that it may make to the account is made, and every change that it may make
  then, to a depth of four, by code that has nothing in common with the audit's graph but the decision itself
  (` + "`internal/exhaustive`" + `).

Each check has accounts of its own with what it finds, what it must not find, and what it cannot assess:
` + "`audit/checks/testdata`" + `.

`

func page(all []*labelled) string {
	var b strings.Builder
	b.WriteString(introduction + confusion(all).String() + earned)
	for _, l := range all {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n| principal | label | why | the audit's path |\n|---|---|---|---|\n", strings.ToUpper(l.name[:1])+l.name[1:], l.about)
		for _, p := range l.principals {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", p.short, p.label, strings.ReplaceAll(p.why, "*", `\*`), l.steps(p.arn))
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// steps are those of the path of a principal, in short.
func (l *labelled) steps(arn string) string {
	var steps []string
	for i := range l.graph.Escalations {
		if e := &l.graph.Escalations[i]; e.From == arn {
			for j := range e.Steps {
				steps = append(steps, e.Steps[j].Step)
			}
		}
	}
	return strings.Join(steps, ", ")
}
