package console

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// newHostile is a script's server with all of the routes that there are: alice has signed in on her laptop, which sets the console up
// as well.
func newHostile(t *testing.T) *setupScript {
	s := newSetupScript(t)
	s.lines(`
		get /setup?token=$TOKEN
		event OpenSetup -
		get /signin
		post /signin account=acme user=alice password=` + canary + `
		to /console/
		event ConsoleLogin Success
		json GET /console/session`)
	return s
}

func (s *script) routes() []string { return slices.Sorted(maps.Keys(s.console.routes)) }

// unharmed fails the test where a request has changed or recorded anything, or has taken the session away.
func (s *script) unharmed(what string) {
	s.t.Helper()
	if s.collect(); len(s.pending) > 0 {
		s.t.Errorf("%s: event %s", what, s.pending[0].EventName)
		s.pending = nil
	}
	if set := s.now.Header.Values("Set-Cookie"); strings.Contains(strings.Join(set, "\n"), "warder-session=") {
		s.t.Errorf("%s: %v", what, set)
	}
}

// TestForms: no form of another site is taken at any path, nor one without the token that this browser was given, in whatever way
// either is left out.
func TestForms(t *testing.T) {
	s := newHostile(t)
	own := s.now.token
	s.lines("as stranger\nget /signin")
	strangers := s.now.token
	s.lines("as laptop")
	posts := 0
	for _, path := range s.routes() {
		if s.console.routes[path].post == nil {
			continue
		}
		posts++
		for name, x := range map[string]struct {
			header []string
			form   string
		}{
			"cross-site":         {[]string{"Sec-Fetch-Site", "cross-site"}, "form=" + own},
			"same-site":          {[]string{"Sec-Fetch-Site", "same-site"}, "form=" + own},
			"another origin":     {[]string{"Origin", "https://evil.example"}, "form=" + own},
			"no origin":          {[]string{"Origin", "null"}, "form=" + own},
			"another port":       {[]string{"Origin", "https://example.com:8443"}, "form=" + own},
			"two origins":        {[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://example.com"}, "form=" + own},
			"cross-site script":  {[]string{"Sec-Fetch-Site", "cross-site", "X-Warder-Form", own}, ""},
			"no token":           {[]string{"Sec-Fetch-Site", "same-origin"}, ""},
			"an empty token":     {[]string{"Sec-Fetch-Site", "same-origin"}, "form="},
			"a stranger's token": {[]string{"Sec-Fetch-Site", "same-origin"}, "form=" + strangers},
			"the token twice":    {[]string{"Sec-Fetch-Site", "same-origin"}, "form=" + own + "&form=" + own},
			"half a token":       {[]string{"Sec-Fetch-Site", "same-origin"}, "form=" + own[:20]},
		} {
			for i := 0; i < len(x.header); i += 2 {
				s.now.header.Set(x.header[i], x.header[i+1])
			}
			s.send(http.MethodPost, path, strings.NewReader(x.form), "application/x-www-form-urlencoded")
			if s.now.StatusCode != http.StatusForbidden && (name != "the token twice" || s.now.StatusCode != http.StatusBadRequest) {
				t.Errorf("%s, %s: %d %s", path, name, s.now.StatusCode, s.now.body)
			}
			s.unharmed(path + ", " + name)
		}
		// In the address there is no token.
		s.send(http.MethodPost, path+"?form="+own, strings.NewReader(""), "application/x-www-form-urlencoded")
		if s.now.StatusCode != http.StatusForbidden {
			t.Errorf("%s, the token in the address: %d", path, s.now.StatusCode)
		}
		s.unharmed(path + ", the token in the address")
	}
	if posts < 12 {
		t.Errorf("only %d paths take forms", posts)
	}
	s.lines("json GET /console/session\nstatus 200")
}

// TestMethods: a path takes what it takes, and says so; every answer has the headers that protect it.
func TestMethods(t *testing.T) {
	s := newHostile(t)
	for _, path := range s.routes() {
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get", "GET", "HEAD", "POST"} {
			r := s.console.routes[path]
			takes := r.get != nil && (method == "GET" || method == "HEAD") || r.post != nil && method == "POST"
			s.now.header.Set("Sec-Fetch-Site", "same-origin")
			s.send(method, path, nil, "")
			if refused := s.now.StatusCode == http.StatusMethodNotAllowed; refused == takes {
				t.Errorf("%s %s: %d", method, path, s.now.StatusCode)
			}
			h := s.now.Header
			if h.Get("Cache-Control") != "no-store" || h.Get("X-Frame-Options") != "DENY" || h.Get("Cross-Origin-Opener-Policy") != "same-origin" ||
				!strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
				t.Errorf("%s %s: %v", method, path, h)
			}
			if allow := h.Get("Allow"); !takes && (allow == "" || strings.Contains(allow, method+",")) {
				t.Errorf("%s %s: Allow %q", method, path, allow)
			}
		}
	}
	s.collect()
	for _, e := range s.pending {
		if e.EventName != "ListConsoleSessions" { // which the page of them calls
			t.Errorf("event %s", e.EventName)
		}
	}
}

// TestPosts: whatever is posted, nobody is signed in who gives no password, and nothing breaks.
func TestPosts(t *testing.T) {
	s := newScript(t)
	s.lines("get /signin")
	const form = "application/x-www-form-urlencoded"
	token := "form=" + url.QueryEscape(s.now.token)
	many := token + strings.Repeat("&a=b", 10_000)
	for name, x := range map[string]struct {
		body, contentType string
		status            int
	}{
		"20 MB":                  {token + "&password=" + strings.Repeat("x", 20<<20), form, 400},
		"just too large":         {token + "&password=" + strings.Repeat("x", maxForm), form, 400},
		"many fields":            {many, form, 400},
		"many names":             {token + "&" + manyNames(8000), form, 403},
		"no content type":        {token, "", 403},
		"multipart":              {"--x\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n" + s.now.token + "\r\n--x--", "multipart/form-data; boundary=x", 403},
		"JSON":                   {`{"form":"` + s.now.token + `"}`, "application/json", 403},
		"broken content type":    {token, form + "; =", 400},
		"broken escape":          {token + "&account=%zz", form, 400},
		"semicolons":             {token + "&account=a;user=b", form, 400},
		"two accounts":           {token + "&account=acme&account=acme", form, 400},
		"NUL":                    {token + "&account=acme%00&user=alice%00&password=%00", form, 400},
		"NUL around":             {token + "&account=acme&user=%00alice&password=" + canary, form, 400},
		"no UTF-8":               {token + "&account=%ff%fe&user=%c0%80&password=%ff", form, 400},
		"line ends":              {token + "&account=acme%0d%0aSet-Cookie:x&user=a%0d%0aLocation:x&password=x", form, 403},
		"markup":                 {token + "&account=%3Cscript%3E&user=%22%3E%3Cimg%20src%3Dx%20onerror%3Dx%3E&password=x", form, 403},
		"right to left":          {token + "&account=acme&user=%E2%80%AEecila&password=x", form, 403},
		"an array":               {token + "&account[]=acme&user[]=alice&password[]=" + canary, form, 403},
		"a long name":            {token + "&account=acme&user=" + strings.Repeat("a", 65) + "&password=x", form, 400},
		"a long password":        {token + "&account=acme&user=alice&password=" + strings.Repeat("a", 513), form, 400},
		"a password and a space": {token + "&account=acme&user=alice&password=" + canary + "%20", form, 403},
		"a password in capitals": {token + "&account=acme&user=alice&password=" + strings.ToUpper(canary), form, 403},
		"a name of nothing":      {token + "&=x", form, 403},
	} {
		s.send(http.MethodPost, "/signin", strings.NewReader(x.body), x.contentType)
		if s.now.StatusCode != x.status || s.now.Header.Get("Location") != "" || strings.Contains(fmt.Sprint(s.now.Header), "warder-session") {
			t.Errorf("%s: %d %v", name, s.now.StatusCode, s.now.Header)
		}
		if strings.Contains(s.now.body, "<script") || strings.Contains(s.now.body, "<img src=x") {
			t.Errorf("%s: %s", name, s.now.body)
		}
	}
	if log := s.Log.String(); strings.Contains(log, "level=ERROR") {
		t.Error(log)
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%x&", i)
	}
	return b.String()
}

// endless is a body that never ends.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	copy(p, bytes.Repeat([]byte("x"), len(p)))
	return len(p), nil
}

// TestEndlessBody: of a body as much is read as a form may have, and no more; of one from another site nothing.
func TestEndlessBody(t *testing.T) {
	s := newScript(t)
	for site, most := range map[string]int{"same-origin": maxForm + 1<<20, "cross-site": 0} {
		body := &endless{}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://example.com/signin", io.NopCloser(body))
		servertest.Check(t, err)
		r.RequestURI = "/signin"
		r.Header.Set("Sec-Fetch-Site", site)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := &discard{header: http.Header{}}
		s.console.ServeHTTP(w, r)
		if body.read > most || w.status != http.StatusBadRequest && w.status != http.StatusForbidden {
			t.Errorf("%s: %d bytes were read, status %d", site, body.read, w.status)
		}
	}
}

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// TestCookies: a cookie that somebody has planted opens nothing, is nobody's afterwards, and takes nothing away but itself.
func TestCookies(t *testing.T) {
	s := newScript(t)
	s.lines(`
		as attacker
		get /signin
		post /signin account=acme user=frank password=` + canary + `
		to /console/`)
	theirs := s.now.cookies()["session"]
	good := func(cookie string) (name string) {
		t.Helper()
		s.lines("as nobody " + "Browser")
		s.now.header.Set("Cookie", cookie)
		s.lines("json GET /console/session")
		if s.now.StatusCode == http.StatusOK {
			return "in"
		}
		if s.now.StatusCode != http.StatusUnauthorized {
			t.Errorf("%.60s: %d", cookie, s.now.StatusCode)
		}
		return ""
	}
	for cookie, want := range map[string]string{
		"__Host-warder-session=" + theirs:                                                     "in",
		"warder-session=" + theirs:                                                            "", // over TLS names have the prefix
		"__host-warder-session=" + theirs:                                                     "",
		"__Secure-warder-session=" + theirs:                                                   "",
		"__Host-warder-session=" + theirs + "; __Host-warder-session=" + theirs:               "",
		"__Host-warder-session=x; __Host-warder-session=" + theirs:                            "",
		"__Host-warder-session=" + theirs + "x":                                               "",
		"__Host-warder-session=" + theirs[1:]:                                                 "",
		"__Host-warder-session=" + strings.ToLower(theirs):                                    "",
		"__Host-warder-session=" + strings.Repeat("x", 40<<10):                                "",
		"__Host-warder-session=":                                                              "",
		"__Host-warder-session=" + theirs[:len(theirs)-1] + flip(theirs):                      "",
		"__Host-warder-browser=" + strings.Repeat("A", 40<<10):                                "",
		"__Host-warder-visitor=x; " + strings.Repeat("a=b; ", 5000) + "__Host-warder-setup=x": "",
	} {
		if got := good(cookie); got != want {
			t.Errorf("%.80s: %q, want %q", cookie, got, want)
		}
	}
	// What a browser had before signing in, it has not after: the session of the attacker, and a visitor's secret that the attacker knows.
	s.lines("as victim\nget /signin")
	here := s.now.at
	s.now.jar.SetCookies(&here, []*http.Cookie{{Name: "__Host-warder-session", Value: theirs, Path: "/", Secure: true}})
	s.lines(`
		get /signin
		to /console/
		json GET /console/session
		has "name":"frank"
		post /signin account=acme user=alice password=` + canary + `
		to /console/
		cookie session new
		cookie visitor gone
		json GET /console/session
		has "name":"alice"`)
	if s.now.cookies()["session"] == theirs {
		t.Error("the session is the attacker's")
	}
	s.lines(`
		as attacker
		json GET /console/session
		has "name":"frank"`)
}

// flip is another last character than that of text.
func flip(text string) string {
	if strings.HasSuffix(text, "A") {
		return "E"
	}
	return "A"
}
