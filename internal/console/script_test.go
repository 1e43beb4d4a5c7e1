package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/trail"
)

// TestScripts plays the scripts in testdata. Each is what browsers do and see, one step a line:
//
//	as NAME [AGENT]           go on in the browser of that name; each has cookies of its own
//	do NAME                   change something on the server: see changes
//	header NAME VALUE         sent with the next request
//	get TARGET                a page, which the next form is on
//	post TARGET [NAME=VALUE]  a form with the token of the last page; form=… replaces it, @phone is the code of a device,
//	                          @phone+1 the next one, $NAME what was kept
//	json POST|GET TARGET      a request of the application's script
//	status N, to LOCATION, has TEXT, lacks TEXT, said HEADER VALUE
//	keep NAME REGEXP          the first group of it in the answer
//	cookie NAME new|same|gone|none   compared with before the last request
//	event NAME OUTCOME [PATH=VALUE]  the next event on the trail; those that no line names fail the script
func TestScripts(t *testing.T) {
	scripts(t, "testdata/*.txt", func(t *testing.T, text string) { newScript(t).play(text) })
}

// scripts plays each file of a pattern, of which there must be one.
func scripts(t *testing.T, pattern string, play func(t *testing.T, text string)) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(f)
			servertest.Check(t, err)
			play(t, string(text))
		})
	}
}

// script is one that is being played.
type script struct {
	t        *testing.T
	*fixture        // the server
	host     string // that browsers ask for; "" is the server's own
	line     int
	browsers map[string]*browser
	now      *browser
	kept     map[string]string
	seen     [2]int         // events of the recorder and of the outbox that were compared
	pending  []*trail.Event // events that were not
}

// browser is one with its cookies and the answer that it got last.
type browser struct {
	client *http.Client
	jar    *cookiejar.Jar
	agent  string
	header http.Header
	before map[string]string // cookies before the last request
	token  string
	at     url.URL // of the last request
	*http.Response
	body string
}

func newScript(t *testing.T, change ...func(*Options)) *script {
	s := &script{t: t, fixture: newFixture(t, change...), browsers: map[string]*browser{}, kept: map[string]string{}}
	s.as("laptop", "")
	return s
}

func (s *script) play(text string) {
	for n, line := range strings.Split(text, "\n") {
		s.line = n + 1
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		verb, rest, _ := strings.Cut(line, " ")
		s.step(verb, strings.TrimSpace(rest), words(rest))
	}
	s.collect()
	for _, e := range s.pending {
		s.errorf("event %s %s is in no line", e.EventName, e.ResponseElements)
	}
	s.noSecrets()
}

// words are separated by space, but within single quotes.
func words(text string) (all []string) {
	for _, w := range regexp.MustCompile(`(?:[^\s']|'[^']*')+`).FindAllString(text, -1) {
		all = append(all, strings.ReplaceAll(w, "'", ""))
	}
	return all
}

func (s *script) errorf(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("line %d: "+format, append([]any{s.line}, args...)...)
}

func (s *script) step(verb, rest string, args []string) {
	switch b := s.now; verb {
	case "as":
		s.as(args[0], strings.Join(args[1:], " "))
	case "do":
		s.fixture.change(s.t, rest)
	case "header":
		b.header.Set(args[0], strings.TrimPrefix(rest, args[0]+" "))
	case "get":
		s.send(http.MethodGet, args[0], nil, "")
	case "post":
		s.post(args)
	case "json":
		s.json(args[0], args[1])
	case "status":
		if fmt.Sprint(b.StatusCode) != rest {
			s.errorf("status %d, want %s: %s", b.StatusCode, rest, b.body)
		}
	case "to":
		if got := b.Header.Get("Location"); b.StatusCode != http.StatusSeeOther || got != s.fill(rest) {
			s.errorf("%d to %q, want %q: %s", b.StatusCode, got, rest, b.body)
		}
	case "has", "lacks":
		if strings.Contains(b.body, s.fill(rest)) != (verb == "has") {
			s.errorf("%s %q: %s", verb, rest, b.body)
		}
	case "said":
		if got := b.Header.Get(args[0]); got != strings.TrimSpace(strings.TrimPrefix(rest, args[0])) {
			s.errorf("%s: %q", args[0], got)
		}
	case "keep":
		s.keep(args[0], strings.TrimSpace(strings.TrimPrefix(rest, args[0])))
	case "cookie":
		s.cookie(args[0], args[1])
	case "event":
		s.event(args)
	default:
		s.errorf("no such verb: %s", verb)
	}
}

func (s *script) as(name, agent string) {
	if s.browsers[name] == nil {
		jar, err := cookiejar.New(nil)
		servertest.Check(s.t, err)
		c := *s.server.Client()
		c.Jar, c.CheckRedirect = jar, func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		s.browsers[name] = &browser{client: &c, jar: jar, header: http.Header{}, agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
	}
	s.now = s.browsers[name]
	if agent != "" {
		s.now.agent = agent
	}
}

// fill puts in what was kept, and codes.
func (s *script) fill(text string) string {
	if device, ok := strings.CutPrefix(text, "@"); ok {
		device, later, _ := strings.Cut(device, "+")
		at := time.Now()
		if later != "" {
			at = at.Add(30 * time.Second)
		}
		code, err := totp.GenerateCode(s.seeds[device], at)
		servertest.Check(s.t, err)
		return code
	}
	for name, value := range s.kept {
		text = strings.ReplaceAll(text, "$"+name, value)
	}
	return text
}

func (s *script) post(args []string) {
	form := url.Values{"form": {s.now.token}}
	for _, pair := range args[1:] {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			s.errorf("%q is no NAME=VALUE", pair)
		}
		form[name] = []string{s.fill(value)}
		if name == "form" && value == "" {
			delete(form, name)
		}
	}
	s.send(http.MethodPost, s.fill(args[0]), strings.NewReader(form.Encode()), "application/x-www-form-urlencoded")
}

func (s *script) json(method, target string) {
	if method == http.MethodPost && s.now.header.Get("X-Warder-Form") == "" {
		s.now.header.Set("X-Warder-Form", s.now.token)
	}
	s.send(method, target, nil, "")
	if found := regexp.MustCompile(`"formToken":"([^"]+)"`).FindStringSubmatch(s.now.body); found != nil {
		s.now.token = found[1]
	}
}

var tokenInPage = regexp.MustCompile(`name="form" value="([^"]+)"`)

func (s *script) send(method, target string, body io.Reader, contentType string) {
	b := s.now
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+s.fill(target), body)
	servertest.Check(s.t, err)
	r.Header = b.header
	r.Host = s.host
	b.header = http.Header{}
	r.Header.Set("User-Agent", b.agent)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", "text/html,application/xhtml+xml")
	}
	if method == http.MethodPost && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	b.at = *r.URL
	if s.host != "" {
		b.at.Host = s.host
	}
	b.before = b.cookies()
	b.Response, err = b.client.Do(r)
	servertest.Check(s.t, err)
	text, err := io.ReadAll(b.Response.Body)
	servertest.Check(s.t, err)
	servertest.Check(s.t, b.Response.Body.Close())
	b.body = string(text)
	if found := tokenInPage.FindStringSubmatch(b.body); found != nil {
		b.token = found[1]
	}
	s.said = append(s.said, b.body)
	for _, c := range b.Cookies() {
		s.secrets = append(s.secrets, c.Value)
	}
	if b.Header.Get("Content-Type") == "text/html; charset=utf-8" && method != http.MethodHead {
		for _, problem := range htmlProblems(b.body) {
			s.errorf("%s: %s", target, problem)
		}
	}
	if b.Header.Get("Content-Security-Policy") == "" || b.Header.Get("X-Content-Type-Options") != "nosniff" {
		s.errorf("headers %v", b.Header)
	}
}

func (b *browser) cookies() map[string]string {
	all := map[string]string{}
	for _, c := range b.jar.Cookies(&b.at) {
		all[strings.TrimPrefix(c.Name, "__Host-warder-")] = c.Value
	}
	return all
}

func (s *script) cookie(name, want string) {
	was, is := s.now.before[name], s.now.cookies()[name]
	got := "same"
	switch {
	case was == "" && is == "":
		got = "none"
	case is == "":
		got = "gone"
	case was != is:
		got = "new"
	}
	if got != want {
		s.errorf("cookie %s is %s, want %s", name, got, want)
	}
}

func (s *script) keep(name, pattern string) {
	found := regexp.MustCompile(pattern).FindStringSubmatch(s.now.body)
	if found == nil {
		s.errorf("nothing matches %s: %s", pattern, s.now.body)
		return
	}
	s.kept[name] = found[1]
}

// collect takes the events that are new. Those of changes come after the others of one request.
func (s *script) collect() {
	recorded, changed := s.Recorder.Events(), s.Outbox(s.t)
	s.pending = slices.Concat(s.pending, recorded[s.seen[0]:], changed[s.seen[1]:])
	s.seen = [2]int{len(recorded), len(changed)}
}

func (s *script) event(args []string) {
	s.collect()
	if len(s.pending) == 0 {
		s.errorf("no event %v", args)
		return
	}
	e := s.pending[0]
	s.pending = s.pending[1:]
	text, err := json.Marshal(e)
	servertest.Check(s.t, err)
	d := json.NewDecoder(bytes.NewReader(text))
	var members map[string]any
	servertest.Check(s.t, d.Decode(&members))
	want := map[string]string{"eventName": args[0]}
	if args[1] != "-" {
		want["responseElements."+args[0]] = args[1]
	}
	for _, pair := range args[2:] {
		path, value, _ := strings.Cut(pair, "=")
		want[path] = s.fill(value)
	}
	for path, value := range want {
		if got := memberAt(members, path); got != value {
			s.errorf("event: %s is %q, want %q: %s", path, got, value, text)
		}
	}
}

func memberAt(v any, path string) string {
	for _, name := range strings.Split(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
