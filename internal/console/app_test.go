package console

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const (
	indexText  = "<!doctype html><script src=/console/assets/a-1.js></script>"
	policyNeed = "script-src 'self'; style-src 'self';"
)

func testFiles() fstest.MapFS {
	return fstest.MapFS{
		".gitignore":          {Data: []byte("*")},
		"index.html":          {Data: []byte(indexText)},
		"assets/a-1.js":       {Data: bytes.Repeat([]byte("let a = 1;\n"), 100)},
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
	files := testFiles()
	h := newApplication(files, nil)
	for _, x := range []struct {
		target      string
		status      int
		contentType string
		file, cache string
	}{
		{"/console/", 200, "text/html; charset=utf-8", "index.html", asked},
		{"/console/users", 200, "text/html; charset=utf-8", "index.html", asked},
		{"/console/users/alice.css?tab=tags", 200, "text/html; charset=utf-8", "index.html", asked},
		{"/console/.gitignore", 200, "text/html; charset=utf-8", "index.html", asked},
		{"/console/../../etc/passwd", 200, "text/html; charset=utf-8", "index.html", asked},
		{"/console/assets/a-1.js", 200, "text/javascript; charset=utf-8", "assets/a-1.js", forever},
		{"/console/assets/f-2.woff2", 200, "font/woff2", "assets/f-2.woff2", forever},
		{"/console/assets/deep/b-3.css", 200, "text/css; charset=utf-8", "assets/deep/b-3.css", forever},
		{"/console/assets/x.exe", 200, "application/octet-stream", "assets/x.exe", forever},
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
		if got := body(t, r); got != string(files[x.file].Data) {
			t.Errorf("%s: %q, want the file %s", x.target, got, x.file)
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

// TestCompression: gzip to whom takes it, under an ETag of its own, and nothing to whom has it.
func TestCompression(t *testing.T) {
	h := newApplication(testFiles(), nil)
	const target = "/console/assets/a-1.js"
	for _, x := range []struct {
		accepts string
		gzip    bool
	}{
		{"", false}, {"gzip", true}, {"br, gzip, deflate", true}, {"gzip;q=0", false}, {"gzip; q=0.0", false}, {"gzip;q=0.5", true}, {"x-gzip", false}, {"*", false},
	} {
		r := get(h, http.MethodGet, target, "Accept-Encoding", x.accepts)
		if got := r.Header.Get("Content-Encoding") == "gzip"; got != x.gzip {
			t.Errorf("Accept-Encoding %q: gzip %v", x.accepts, got)
		}
		if r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("Accept-Encoding %q: Vary %q", x.accepts, r.Header.Get("Vary"))
		}
	}
	plain, packed := get(h, http.MethodGet, target), get(h, http.MethodGet, target, "Accept-Encoding", "gzip")
	unpacked, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil || string(text) != body(t, plain) {
		t.Errorf("gzip holds another text (%v)", err)
	}
	if plain.Header.Get("Etag") == packed.Header.Get("Etag") {
		t.Error("both encodings have one ETag")
	}
	for _, etag := range []string{plain.Header.Get("Etag"), `"other", ` + plain.Header.Get("Etag")} {
		if r := get(h, http.MethodGet, target, "If-None-Match", etag); r.StatusCode != http.StatusNotModified || body(t, r) != "" {
			t.Errorf("If-None-Match %s: status %d", etag, r.StatusCode)
		}
	}
	if r := get(h, http.MethodGet, target, "If-None-Match", packed.Header.Get("Etag")); r.StatusCode != http.StatusOK {
		t.Errorf("the ETag of the other encoding: status %d", r.StatusCode)
	}
	if r := get(h, http.MethodHead, target); r.StatusCode != http.StatusOK || r.ContentLength != int64(len(testFiles()["assets/a-1.js"].Data)) || body(t, r) != "" {
		t.Errorf("HEAD: status %d, length %d", r.StatusCode, r.ContentLength)
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
	for i, text := range []string{"one", "two"} {
		files["index.html"] = &fstest.MapFile{Data: []byte(text), ModTime: time.Unix(int64(i), 0)}
		if got := body(t, get(h, http.MethodGet, "/console/users")); got != text {
			t.Errorf("after build %s: %q", text, got)
		}
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
