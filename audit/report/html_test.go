package report

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/report/reporttest"
	"github.com/warder-iam/warder/internal/visible"
)

func rendered(t *testing.T, r *audit.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := writeHTML(&b, r, Options{Tool: "1.2.3"}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHTMLPolicy: the policy's hashes are those of what stands in the page, and there is nothing else that could run or load.
func TestHTMLPolicy(t *testing.T) {
	text := rendered(t, reporttest.Sample())
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(text)
	if policy == nil {
		t.Fatal("the page has no policy")
	}
	for kind, pattern := range map[string]string{"style": `(?s)<style>(.*?)</style>`, "script": `(?s)<script>(.*?)</script>`} {
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
		if len(found) != 1 {
			t.Fatalf("%d elements %s", len(found), kind)
		}
		if want := kind + "-src '" + hashSource(found[0][1]) + "'"; !strings.Contains(html.UnescapeString(policy[1]), want) {
			t.Errorf("the policy %s has no %s", policy[1], want)
		}
	}
	if !strings.HasPrefix(html.UnescapeString(policy[1]), "default-src 'none';") {
		t.Errorf("the policy lets more in: %s", policy[1])
	}
	for _, pattern := range []string{`<script\b[^>]`, `(?i)<[a-z][^>]*\s(?:on[a-z]+|style|src|srcset|action)\s*=`, `(?i)<(?:img|iframe|object|embed|base|link)\b`, `(?i)(?:href\s*=\s*|url\()["']?\s*[^#"'\s]`} {
		if found := regexp.MustCompile(pattern).FindString(text); found != "" {
			t.Errorf("the page has %q", found)
		}
	}
}

// TestHTMLHostile puts a hostile text into each place of a report that comes from an account.
func TestHTMLHostile(t *testing.T) {
	const hostile = "</title></style></script>'\"`><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}\x00\x1b]8;;x\x07\u202e\u2028javascript:alert(1)"
	r := reporttest.Large()
	n := poison(r, hostile)
	if n < 500 {
		t.Fatalf("only %d texts were replaced", n)
	}
	text := rendered(t, r)
	if got := strings.Count(strings.ToLower(text), "<script"); got != 1 {
		t.Errorf("%d elements script", got)
	}
	if strings.Contains(text, "<img") {
		t.Error("an element of a name")
	}
	if i := strings.IndexFunc(text, func(c rune) bool { return c != '\n' && visible.Hidden(c) }); i >= 0 {
		t.Errorf("%q does not show", text[max(i-30, 0):i+5])
	}
	if !strings.Contains(text, `\u202e`) {
		t.Error("nothing is spelt out, so nothing was shown")
	}
}

// TestHTMLBounds: a report of fifty thousand findings is a page that a browser can show, which says how many it leaves out.
func TestHTMLBounds(t *testing.T) {
	r := reporttest.Large()
	f := r.Findings[0]
	for i := range 50_000 {
		f.ID, f.Resource = fmt.Sprintf("%s-%d", f.Check, i), fmt.Sprintf("arn:aws:iam::111122223333:user/u%d", i)
		r.Findings = append(r.Findings, f)
	}
	e := r.Escalations[0]
	for i := range 5_000 {
		from := fmt.Sprintf("arn:aws:iam::111122223333:user/u%d", i)
		object := fmt.Sprintf("arn:aws:iam::111122223333:policy/p%d", i)
		e.From, e.To, e.Steps = from, from, []audit.Step{{Step: "create-policy-version", Title: "rewrites the policy", From: from, Object: object}}
		r.Escalations = append(r.Escalations, e)
		r.Administrators = append(r.Administrators, audit.Administrator{ARN: from + "-admin"})
		r.External = append(r.External, audit.External{Resource: object, Principal: "*"})
	}
	text := rendered(t, r)
	if len(text) > 2<<20 {
		t.Errorf("the page has %d bytes", len(text))
	}
	for _, want := range []string{"50034 findings", "and 49701 more of the same check", "more kinds of path", "and 4504 more"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// TestHTMLWithoutScript: all that is found stands in the page itself.
func TestHTMLWithoutScript(t *testing.T) {
	r := reporttest.Large()
	text := html.UnescapeString(rendered(t, r))
	for _, f := range r.Findings {
		for _, want := range []string{f.ID, f.Title, f.Resource, f.Remedy.Text, f.Remedy.Command, f.Remedy.Patch, f.Remedy.Terraform} {
			if !strings.Contains(text, want) {
				t.Errorf("the page has no %q", want)
			}
		}
		for _, e := range f.Evidence {
			if !strings.Contains(text, e.Text) {
				t.Errorf("the page has no %q", e.Text)
			}
		}
	}
	for _, e := range r.Escalations {
		if !strings.Contains(text, e.From) {
			t.Errorf("the page has no %q", e.From)
		}
	}
	for _, a := range r.NotAssessed {
		if !strings.Contains(text, a.Missing[0].Get) {
			t.Errorf("the page has no %q", a.Missing[0].Get)
		}
	}
}

// TestHTMLAnchors: what is linked to is there.
func TestHTMLAnchors(t *testing.T) {
	for _, r := range []*audit.Report{reporttest.Sample(), reporttest.Large(), {Findings: []audit.Finding{}}} {
		text := rendered(t, r)
		ids := map[string]int{}
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if ids[m[1]]++; ids[m[1]] > 1 {
				t.Errorf("id %s stands twice", m[1])
			}
		}
		for _, m := range regexp.MustCompile(` (?:href="#|aria-labelledby=")([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if ids[m[1]] == 0 {
				t.Errorf("nothing has the id %s", m[1])
			}
		}
	}
}

func TestVisibleWriter(t *testing.T) {
	const in = "a\n\x1bé\u202e🙂\xff\t"
	const want = "a\n\\u001bé\\u202e🙂\xff\\u0009"
	for size := 1; size <= len(in); size++ {
		var b bytes.Buffer
		out := bufio.NewWriter(&b)
		v := &visibleWriter{w: out}
		for i := 0; i < len(in); i += size {
			if n, err := v.Write([]byte(in[i:min(i+size, len(in))])); err != nil || n != min(size, len(in)-i) {
				t.Fatal(n, err)
			}
		}
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("in pieces of %d: %q, want %q", size, b.String(), want)
		}
	}
}
