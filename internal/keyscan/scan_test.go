package keyscan

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestScans runs testdata/scan/*.txtar. Each has a script that makes files and repositories, with keys in $A, $B, $C, $T and
// secrets in $a, $b, $c, and then searches with what they find: named by Options as JSON, or "staged PATH", keys as {A}. A place reads
// KEY+SECRET FILE[!MEMBER]:LINE [@ SUBJECT OF THE COMMIT]; a note or trouble is a regular expression.
func TestScans(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Fatal("the repositories of this test are made with git: ", err)
	}
	files, err := filepath.Glob("testdata/scan/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(name)
			if err != nil || len(a.Files) < 2 {
				t.Fatalf("%d files, %v", len(a.Files), err)
			}
			p := newPlayground(t)
			p.sh(string(a.Files[0].Data))
			for _, f := range a.Files[1:] {
				p.search(f.Name, string(f.Data))
			}
			if _, err := os.Lstat(filepath.Join(p.dir, "pwned")); err == nil {
				t.Error("a program of the repository's choice ran")
			}
		})
	}
}

// playground is a folder with keys of its own.
type playground struct {
	*testing.T
	made
	dir string
	env []string
}

func newPlayground(t *testing.T) *playground {
	p := &playground{T: t, made: makeKeys(t), dir: t.TempDir()}
	p.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "DIR=" + p.dir, "GIT_CONFIG_GLOBAL=" + filepath.Join(p.dir, ".gitconfig"),
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Bob", "GIT_COMMITTER_EMAIL=bob@example.com",
	}
	for name, key := range p.made {
		p.env = append(p.env, name+"="+key)
	}
	return p
}

// prelude gives each commit a date of its own, a minute after the one before.
const prelude = `
git config --global init.defaultBranch main
git config --global protocol.file.allow always
n=0
commit() {
	n=$((n+1))
	GIT_AUTHOR_DATE="2026-01-02T03:$((10+n)):00Z" GIT_COMMITTER_DATE="2026-01-02T04:$((10+n)):00Z" git commit --quiet --allow-empty "$@"
}
`

func (p *playground) sh(script string) string {
	p.Helper()
	cmd := exec.CommandContext(p.Context(), "bash", "-eu", "-o", "pipefail", "-c", prelude+script)
	cmd.Dir, cmd.Env = p.dir, p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func (p *playground) search(options, want string) {
	p.Helper()
	result, err := p.run(options)
	if err != nil {
		p.Errorf("%s: %v", options, err)
		return
	}
	var got []string
	for _, f := range result.Found {
		for _, place := range f.Places {
			got = append(got, p.show(&f, &place))
		}
	}
	var wanted []string
	said := slices.Concat(result.Troubles, result.Notes)
	for line := range strings.Lines(p.fill(want)) {
		line = strings.TrimSpace(line)
		if form, ok := strings.CutPrefix(line, "says "); ok {
			i := slices.IndexFunc(said, regexp.MustCompile(form).MatchString)
			if i < 0 {
				p.Errorf("%s: nothing says %q: %q", options, form, said)
				continue
			}
			said = slices.Delete(said, i, i+1)
		} else if line != "" {
			wanted = append(wanted, line)
		}
	}
	slices.Sort(got)
	slices.Sort(wanted)
	if !slices.Equal(got, wanted) || len(said) > 0 {
		p.Errorf("%s:\n got %s\nwant %s\nand it says %q", options, strings.Join(got, "\n     "), strings.Join(wanted, "\n     "), said)
	}
}

func (p *playground) run(options string) (*Result, error) {
	env := slices.DeleteFunc(slices.Clone(p.env), func(entry string) bool { return strings.HasPrefix(entry, "GIT_AUTHOR") })
	o := Options{}
	staged, ok := strings.CutPrefix(options, "staged ")
	if !ok {
		if err := json.Unmarshal([]byte(options), &o); err != nil {
			return nil, err
		}
	}
	o.Environ, o.Now = env, time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)
	if ok {
		return Staged(p.Context(), filepath.Join(p.dir, staged), o)
	}
	for i := range o.Paths {
		o.Paths[i] = filepath.Join(p.dir, o.Paths[i])
	}
	return Scan(p.Context(), o)
}

// stashed is the subject that git gives a stash, with the id of a commit.
var stashed = regexp.MustCompile(`^((?:index|WIP) on \w+): [0-9a-f]+ `)

// show is a place on one line.
func (p *playground) show(f *Found, place *Place) string {
	text := p.name(f.KeyID)
	if place.Secret {
		text += "+" + p.nameOfSecret(f.Hint)
	}
	text += " " + strings.TrimPrefix(place.File, p.dir+"/")
	if place.Member != "" {
		text += "!" + place.Member
	}
	text += fmt.Sprint(":", place.Line)
	if place.Message {
		text += " message"
	}
	if place.Commit != "" {
		subject, err := exec.CommandContext(p.Context(), "git", "--git-dir", place.Repository, "log", "-1", "--format=%s|%an <%ae>|%aI", place.Commit).Output()
		if err != nil {
			p.Error(err)
		}
		s := strings.Split(strings.TrimSpace(string(subject)), "|")
		if at, err := time.Parse(time.RFC3339, s[2]); err != nil || place.Author != s[1] || !place.Date.Equal(at) || !place.Modified.Equal(at.Add(time.Hour)) {
			p.Errorf("%s: %+v", subject, place)
		}
		text += " @ " + stashed.ReplaceAllString(s[0], "$1: ")
	}
	return text
}
