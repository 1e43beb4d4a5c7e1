package console

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	scriptText = "let a = 1;\nlet b = 2;\n"
	indexText  = "<!doctype html><script src=/console/assets/a-1.js></script>"
	policyNeed = "script-src 'self'; style-src 'self';"
)

func compressed(text string) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.WriteString(w, text)
	if err := errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes what it is given
	}
	return out.Bytes()
}

func testFiles() fstest.MapFS {
	return fstest.MapFS{
		".gitignore":          {Data: []byte("*")},
		"index.html":          {Data: []byte(indexText)},
		"assets/a-1.js.gz":    {Data: compressed(scriptText)},
		"assets/f-2.woff2":    {Data: []byte("\x00\x01font")},
		"assets/deep/b-3.css": {Data: []byte("a{}")},
		"assets/x.exe":        {Data: []byte("MZ")},
	}
}

func get(h http.Handler, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestApplication: files below assets for ever, and the page everywhere else.
func TestApplication(t *testing.T) {
	const forever, asked = "public, max-age=31536000, immutable", "no-cache"
	h := newApplication(testFiles(), nil)
	for _, x := range []struct {
		target      string
		status      int
		contentType string
		text, cache string
	}{
		{"/console/", 200, "text/html; charset=utf-8", indexText, asked},
		{"/console/users", 200, "text/html; charset=utf-8", indexText, asked},
		{"/console/users/alice.css?tab=tags", 200, "text/html; charset=utf-8", indexText, asked},
		{"/console/.gitignore", 200, "text/html; charset=utf-8", indexText, asked},
		{"/console/../../etc/passwd", 200, "text/html; charset=utf-8", indexText, asked},
		{"/console/assets/a-1.js", 200, "text/javascript; charset=utf-8", scriptText, forever},
		{"/console/assets/f-2.woff2", 200, "font/woff2", "\x00\x01font", forever},
		{"/console/assets/deep/b-3.css", 200, "text/css; charset=utf-8", "a{}", forever},
		{"/console/assets/x.exe", 200, "application/octet-stream", "MZ", forever},
		{"/console/assets/a-0.js", 404, "", "", ""},
		{"/console/assets/", 404, "", "", ""},
		{"/console/assets/deep", 404, "", "", ""},
		{"/console/assets/../index.html", 404, "", "", ""},
		{"/console/assets/%2e%2e/index.html", 404, "", "", ""},
		{"/console/assets//a-1.js", 404, "", "", ""},
	} {
		r := get(h, http.MethodGet, x.target)
		if r.StatusCode != x.status {
			t.Errorf("%s: status %d, want %d", x.target, r.StatusCode, x.status)
			continue
		}
		if x.status != http.StatusOK {
			continue
		}
		if got := body(t, r); got != x.text {
			t.Errorf("%s: %q, want %q", x.target, got, x.text)
		}
		if got := r.Header.Get("Content-Type"); got != x.contentType {
			t.Errorf("%s: type %s, want %s", x.target, got, x.contentType)
		}
		if got := r.Header.Get("Cache-Control"); got != x.cache {
			t.Errorf("%s: kept %s, want %s", x.target, got, x.cache)
		}
		if policy := r.Header.Get("Content-Security-Policy"); x.cache == asked && (!strings.Contains(policy, policyNeed) || strings.Contains(policy, "unsafe")) {
			t.Errorf("%s: policy %q", x.target, policy)
		}
	}
}

// TestAcceptEncoding: a file that was stored compressed goes as it is to whom takes that.
func TestAcceptEncoding(t *testing.T) {
	h := newApplication(testFiles(), nil)
	for _, x := range []struct {
		accepts string
		gzip    bool
	}{
		{"", false}, {"gzip", true}, {"br, gzip, deflate", true}, {"gzip;q=0", false}, {"gzip; q=0.0", false}, {"gzip;q=0.5", true}, {"x-gzip", false}, {"*", false},
	} {
		r := get(h, http.MethodGet, "/console/assets/a-1.js", "Accept-Encoding", x.accepts)
		if got := r.Header.Get("Content-Encoding") == "gzip"; got != x.gzip {
			t.Errorf("Accept-Encoding %q: gzip %v", x.accepts, got)
		}
	}
}

// TestStored: each file in each encoding, under an ETag of its own, is one content; nothing is sent to whom has it, and HEAD
// tells what GET would send.
func TestStored(t *testing.T) {
	packed := string(compressed(scriptText))
	files := testFiles()
	files["assets/both-4.js"] = &fstest.MapFile{Data: []byte("another text")}
	files["assets/both-4.js.gz"] = files["assets/a-1.js.gz"]
	files["assets/damaged-5.js.gz"] = &fstest.MapFile{Data: []byte(packed[:len(packed)-5])}
	h := newApplication(files, nil)
	etags := map[string]string{}
	for _, x := range []struct {
		name, accepts  string
		status         int
		encoding, body string
	}{
		{"assets/a-1.js", "gzip", 200, "gzip", packed},
		{"assets/a-1.js", "", 200, "", scriptText},
		{"assets/both-4.js", "gzip", 200, "gzip", packed},
		{"assets/both-4.js", "", 200, "", scriptText},
		{"assets/deep/b-3.css", "gzip", 200, "", "a{}"},
		{"assets/deep/b-3.css", "", 200, "", "a{}"},
		{"index.html", "gzip", 200, "", indexText},
		{"assets/damaged-5.js", "", 404, "", "There is no such file.\n"},
	} {
		target := "/console/" + x.name
		r := get(h, http.MethodGet, target, "Accept-Encoding", x.accepts)
		if r.StatusCode != x.status || r.Header.Get("Content-Encoding") != x.encoding || body(t, r) != x.body {
			t.Errorf("%s to %q: status %d, encoding %q", x.name, x.accepts, r.StatusCode, r.Header.Get("Content-Encoding"))
		}
		etag := r.Header.Get("Etag")
		if x.status != http.StatusOK {
			if etag != "" || r.Header.Get("Cache-Control") != "" {
				t.Errorf("%s to %q: an error may be kept: %v", x.name, x.accepts, r.Header)
			}
			continue
		}
		if r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s to %q: Vary %q", x.name, x.accepts, r.Header.Get("Vary"))
		}
		if last, ok := etags[etag]; ok && last != x.body || etag == "" {
			t.Errorf("%s to %q: the ETag %s is of other content", x.name, x.accepts, etag)
		}
		etags[etag] = x.body
		head := get(h, http.MethodHead, target, "Accept-Encoding", x.accepts)
		if head.StatusCode != http.StatusOK || head.ContentLength != int64(len(x.body)) || body(t, head) != "" || head.Header.Get("Etag") != etag || head.Header.Get("Content-Encoding") != x.encoding {
			t.Errorf("HEAD %s to %q: status %d, length %d, %v", x.name, x.accepts, head.StatusCode, head.ContentLength, head.Header)
		}
		for _, known := range []string{etag, `"other", ` + etag, "W/" + etag} {
			r := get(h, http.MethodGet, target, "Accept-Encoding", x.accepts, "If-None-Match", known)
			if r.StatusCode != http.StatusNotModified || body(t, r) != "" || r.Header.Get("Etag") != etag || r.Header.Get("Content-Encoding") != "" {
				t.Errorf("%s to %q with If-None-Match %s: status %d, %v", x.name, x.accepts, known, r.StatusCode, r.Header)
			}
		}
	}
	plain := get(h, http.MethodGet, "/console/assets/a-1.js").Header.Get("Etag")
	if r := get(h, http.MethodGet, "/console/assets/a-1.js", "Accept-Encoding", "gzip", "If-None-Match", plain); r.StatusCode != http.StatusOK {
		t.Errorf("the ETag of the other encoding: status %d", r.StatusCode)
	}
}

// TestRebuilt: a build that appears, and another in its place, are there at the next request.
func TestRebuilt(t *testing.T) {
	files := fstest.MapFS{".gitignore": {Data: []byte("*")}}
	h := newApplication(files, []byte("not built"))
	r := get(h, http.MethodGet, "/console/users")
	if r.StatusCode != http.StatusServiceUnavailable || body(t, r) != "not built" || r.Header.Get("Refresh") != "3" || r.Header.Get("Cache-Control") == "no-cache" {
		t.Errorf("without a build: status %d, %v", r.StatusCode, r.Header)
	}
	etags := map[string]bool{}
	for _, text := range []string{"one", "two"} {
		files["index.html"] = &fstest.MapFile{Data: []byte(text)}
		r := get(h, http.MethodGet, "/console/users")
		if got := body(t, r); got != text {
			t.Errorf("after build %s: %q", text, got)
		}
		etags[r.Header.Get("Etag")] = true
	}
	if len(etags) != 2 {
		t.Errorf("two builds have the ETags %v", etags)
	}
	// Plain first, then compressed under the same name, as the build of another version may leave it.
	for _, name := range []string{"assets/c-6.js", "assets/c-6.js.gz"} {
		files[name] = &fstest.MapFile{Data: compressed(name)}
		if strings.HasSuffix(name, ".js") {
			files[name].Data = []byte(name)
		}
		if got := body(t, get(h, http.MethodGet, "/console/assets/c-6.js")); got != name {
			t.Errorf("of %s: %q", name, got)
		}
	}
	delete(files, "assets/c-6.js")
	delete(files, "assets/c-6.js.gz")
	if r := get(h, http.MethodGet, "/console/assets/c-6.js"); r.StatusCode != http.StatusNotFound {
		t.Errorf("the file is gone: status %d", r.StatusCode)
	}
	delete(files, "index.html")
	if r := get(h, http.MethodGet, "/console/"); r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the build is gone: status %d", r.StatusCode)
	}
}

// TestUnbuiltPage says how to build the console, without script.
func TestUnbuiltPage(t *testing.T) {
	c := newFixture(t, func(o *Options) { o.Application = fstest.MapFS{} }).console
	text := body(t, get(c.application, http.MethodGet, "/console/users", "Accept", "text/html"))
	for _, want := range []string{"not built yet", "make build", "Node.js", "style-"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
	if strings.Contains(text, "<script") || strings.Contains(text, "<style") {
		t.Errorf("the page has a script or style in it: %s", text)
	}
}

// TestEmbedded: the directory is there, whether or not the console was built.
func TestEmbedded(t *testing.T) {
	if _, err := fs.Stat(embedded(), ".gitignore"); err != nil {
		t.Error(err)
	}
}
