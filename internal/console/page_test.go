package console

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
)

var update = flag.Bool("update", false, "write testdata/headers.golden")

// noSecrets looks for passwords, codes and cookies wherever anything was written, and for keys where they do not belong.
func (s *script) noSecrets() {
	s.t.Helper()
	written := []string{s.Log.String()}
	for _, e := range slices.Concat(s.Recorder.Events(), s.Outbox(s.t)) {
		text, err := json.Marshal(e)
		servertest.Check(s.t, err)
		written = append(written, string(text))
	}
	for e := range s.Now().Entities() {
		text, err := json.Marshal(e)
		servertest.Check(s.t, err)
		written = append(written, string(text), fmt.Sprintf("%+v", e))
	}
	passwords := []string{canary, canary2, "Apricot-meteor_63"}
	secrets := slices.Concat(passwords, s.secrets)
	for _, seed := range s.seeds {
		secrets = append(secrets, seed)
	}
	for _, body := range s.said {
		for _, found := range regexp.MustCompile(`"(?:secretAccessKey|sessionToken)":"([^"]+)"`).FindAllStringSubmatch(body, -1) {
			secrets = append(secrets, found[1])
		}
	}
	for _, where := range []struct{ texts, secrets []string }{{written, secrets}, {s.said, slices.Concat(passwords, s.secrets)}} {
		for _, text := range where.texts {
			for _, secret := range where.secrets {
				if len(secret) > 3 && strings.Contains(text, secret) {
					s.t.Errorf("%q stands in %s", secret, text)
				}
			}
		}
	}
}

// void elements have no end tag. Source: HTML Living Standard, 13.1.2.
var void = strings.Fields("area base br col embed hr img input link meta source track wbr")

var idsIn = regexp.MustCompile(`\sid="([^"]*)"`)

// htmlProblems are what is wrong with a page: tags that do not nest, ids that stand twice or nowhere, inputs without a label, and
// what the content security policy would stop.
func htmlProblems(page string) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	ids := map[string]bool{}
	for _, found := range idsIn.FindAllStringSubmatch(page, -1) {
		if ids[found[1]] {
			say("two elements have the id %q", found[1])
		}
		ids[found[1]] = true
	}
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var open []string
	count := map[string]int{}
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			say("%v", err)
			break
		}
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			count[name]++
			if !slices.Contains(void, name) {
				open = append(open, name)
			}
			elementProblems(e, ids, page, say)
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != e.Name.Local {
				say("</%s> closes nothing: %v", e.Name.Local, open)
				return problems
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		say("not closed: %v", open)
	}
	for _, name := range []string{"html", "head", "title", "body", "main", "h1"} {
		if count[name] != 1 {
			say("%d times <%s>", count[name], name)
		}
	}
	if !strings.HasPrefix(page, "<!doctype html>\n<html lang=\"en\">") {
		say("no doctype and language")
	}
	return problems
}

func elementProblems(e xml.StartElement, ids map[string]bool, page string, say func(string, ...any)) {
	attributes := map[string]string{}
	for _, a := range e.Attr {
		if _, twice := attributes[a.Name.Local]; twice {
			say("<%s> has %s twice", e.Name.Local, a.Name.Local)
		}
		attributes[a.Name.Local] = a.Value
		if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
			say("<%s> has %s, which the policy stops", e.Name.Local, a.Name.Local)
		}
	}
	for _, id := range strings.Fields(attributes["aria-describedby"] + " " + attributes["for"]) {
		if !ids[id] {
			say("<%s> names the id %q, which is nowhere", e.Name.Local, id)
		}
	}
	switch e.Name.Local {
	case "input", "select":
		if attributes["type"] != "hidden" && !strings.Contains(page, `<label for="`+attributes["id"]+`">`) {
			say("the input %s has no label", attributes["name"])
		}
	case "script":
		if attributes["src"] == "" {
			say("a script in the page")
		}
	case "style":
		say("a style in the page")
	}
}

func TestHTMLProblems(t *testing.T) {
	const good = "<!doctype html>\n<html lang=\"en\"><head><title>x</title></head><body><main><h1>x</h1>%s</main></body></html>"
	for body, want := range map[string]string{
		`<p id="a">x<br></p>`:                          "",
		`<label for="a">x</label><input id="a">`:       "",
		`<p>x`:                                         "</main> closes nothing",
		`<p id="a"></p><p id="a"></p>`:                 "two elements",
		`<input name="x" id="x">`:                      "no label",
		`<p aria-describedby="b"></p>`:                 "nowhere",
		`<p style="x"></p>`:                            "policy stops",
		`<script>x()</script>`:                         "a script in the page",
		`<h1>y</h1>`:                                   "2 times <h1>",
		`<button type="submit" onclick="x">x</button>`: "policy stops",
	} {
		problems := strings.Join(htmlProblems(fmt.Sprintf(good, body)), "; ")
		if (problems == "") != (want == "") || !strings.Contains(problems, want) {
			t.Errorf("%s: %q, want %q", body, problems, want)
		}
	}
}

// TestPageWeight: a page with all that it needs is light.
func TestPageWeight(t *testing.T) {
	s := keyed(t, true)
	s.key("carol")
	weigh := func(target string) {
		t.Helper()
		s.send(http.MethodGet, target, nil, "")
		weight, more := len(s.now.body), regexp.MustCompile(`(?:src|href)="(/signin/static/[^"]+)"`).FindAllStringSubmatch(s.now.body, -1)
		if len(more) == 0 {
			t.Errorf("%s has no style: %s", target, s.now.body)
		}
		for _, found := range more {
			s.send(http.MethodGet, found[1], nil, "")
			if s.now.StatusCode != http.StatusOK || s.now.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
				t.Errorf("%s: %d %v", found[1], s.now.StatusCode, s.now.Header)
			}
			weight += len(s.now.body)
		}
		t.Logf("%s: %d bytes", target, weight)
		if weight >= 50_000 {
			t.Errorf("%s weighs %d bytes", target, weight)
		}
	}
	for _, target := range []string{signInPath, rootPath, passkeyPath, signOutPath} {
		weigh(target)
	}
	s.lines(`
		get /signin
		post /signin account=acme user=carol password=` + canary)
	weigh(factorPath)
}

// TestHeaders compares all headers of every kind of answer with testdata/headers.golden.
func TestHeaders(t *testing.T) {
	s := keyed(t, true)
	var got strings.Builder
	show := func(name string) {
		fmt.Fprintf(&got, "# %s\n%d\n", name, s.now.StatusCode)
		h := s.now.Header.Clone()
		for _, varies := range []string{"Date", "Content-Length"} {
			h.Del(varies)
		}
		for _, key := range slices.Sorted(maps.Keys(h)) {
			for _, value := range h[key] {
				switch key {
				case "Set-Cookie":
					value = regexp.MustCompile(`=[^;]+`).ReplaceAllString(value, "=…")
					value = strings.NewReplacer("Path=…", "Path=/", "SameSite=…", "SameSite=Lax").Replace(value)
				case "X-Amzn-Requestid":
					value = "…"
				}
				fmt.Fprintf(&got, "%s: %s\n", key, value)
			}
		}
		got.WriteString("\n")
	}
	s.lines("get /signin")
	show("a page")
	style := regexp.MustCompile(`/signin/static/style[^"]+`).FindString(s.now.body)
	s.lines("post /signin account=acme user=alice password=wrong")
	show("a form with a problem")
	s.lines("post /signin account=acme user=alice password=" + canary)
	show("signed in")
	s.lines("json GET /console/session")
	show("JSON")
	s.lines("get " + style)
	show("a style")
	s.lines("post /signout")
	show("signed out")
	s.lines("get /console/users")
	show("to the sign-in page")
	s.lines("post /signout form=")
	show("a refusal")
	const golden = "testdata/headers.golden"
	if *update {
		servertest.Check(t, os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	servertest.Check(t, err)
	if got.String() != string(want) {
		t.Errorf("headers are\n%s\nand not those of %s (go test ./internal/console -run Headers -update writes them)", got.String(), golden)
	}
}

// TestWrongIsWrong: who does not exist gets the answer of a wrong password, byte for byte.
func TestWrongIsWrong(t *testing.T) {
	s := newScript(t)
	for _, pages := range [][]string{
		{"/signin account=acme user=NAME password=x", "alice", "bob", "dave", "erin", "nobody"},
		{"/signin account=NAME user=alice password=x", "acme", "elsewhere", "111122223333", "999999999999"},
		{"/signin/root email=NAME password=x", rootEmail, "nobody@example.com"},
	} {
		path, _, _ := strings.Cut(pages[0], " ")
		var first string
		for _, name := range pages[1:] {
			s.lines("get " + path)
			s.lines("post " + strings.ReplaceAll(pages[0], "NAME", name))
			h := s.now.Header.Clone()
			for _, varies := range []string{"Date", "X-Amzn-Requestid", "Content-Length"} {
				h.Del(varies)
			}
			answer := fmt.Sprintf("%d %v %s", s.now.StatusCode, h, strings.ReplaceAll(s.now.body, `value="`+name+`"`, `value="NAME"`))
			if first == "" {
				first = answer
			}
			if answer != first || s.now.StatusCode != http.StatusForbidden {
				t.Errorf("%s: %s\nand not as for the first\n%s", name, answer, first)
			}
		}
	}
}
