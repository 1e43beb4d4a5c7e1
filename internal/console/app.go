package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// dist is where the build of the folder web leaves the application. It is not in the repository but for one file, so that
// Go builds without Node; a binary of that shows a page in its place that says how to build it.
//
//go:embed all:dist
var dist embed.FS

// embedded is the application that was built into this binary; it holds no index.html where none was.
func embedded() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("console: " + err.Error()) // the directory is part of the package
	}
	return files
}

// applicationPolicy is the content security policy of the application: its own files, which are known by their names, and
// calls to this server. No text becomes script or style.
const applicationPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
	"worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const (
	indexFile = "index.html"
	// assetsPath begins the files whose names change with their content.
	assetsPath = "assets/"
)

// application serves the built application: the files below assets, and index.html at every other path, whose pages the
// application itself tells apart. A directory may change below it.
type application struct {
	files   fs.FS
	unbuilt []byte // the page in place of an application that is not there
	mu      sync.Mutex
	known   map[string]*asset // by name; nothing but what was there is in it
}

// asset is a file that was read.
type asset struct {
	modified    time.Time
	size        int64
	contentType string
	etag        string
	plain, gzip []byte // gzip is nil where it saves nothing
}

// newApplication serves files, or the page unbuilt as long as there is no index.html among them.
func newApplication(files fs.FS, unbuilt []byte) http.Handler {
	return &application{files: files, unbuilt: unbuilt, known: map[string]*asset{}}
}

// ServeHTTP answers GET and HEAD below applicationPath.
func (a *application) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, isAsset := strings.CutPrefix(r.URL.Path, applicationPath+assetsPath)
	if !isAsset {
		a.page(w, r)
		return
	}
	file, err := a.open(assetsPath + name)
	if err != nil {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	file.serve(w, r)
}

// page answers with the application's one page, which a browser keeps but asks for each time.
func (a *application) page(w http.ResponseWriter, r *http.Request) {
	file, err := a.open(indexFile)
	if err != nil {
		w.Header().Set("Refresh", refresh)
		send(w, r, http.StatusServiceUnavailable, "text/html; charset=utf-8", a.unbuilt)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Security-Policy", applicationPolicy)
	file.serve(w, r)
}

// refresh is after how many seconds the page in place of the application looks for it again.
const refresh = "3"

// serve sends the file, unless the browser has it.
func (f *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Vary", "Accept-Encoding")
	body, etag := f.plain, f.etag
	if f.gzip != nil && acceptsGzip(r) {
		body, etag = f.gzip, strings.TrimSuffix(f.etag, `"`)+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Etag", etag)
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	send(w, r, http.StatusOK, f.contentType, body)
}

// acceptsGzip reports whether the browser takes gzip: it is named, and not with a weight of 0.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.TrimSpace(coding) == "gzip" {
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return err != nil || q > 0
		}
	}
	return false
}

// open gives a file as it is now, reading and compressing it once.
func (a *application) open(name string) (*asset, error) {
	info, err := fs.Stat(a.files, name) // refuses what is no clean path
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if f := a.known[name]; f != nil && f.size == info.Size() && f.modified.Equal(info.ModTime()) {
		return f, nil
	}
	f, err := read(a.files, name, info)
	if err != nil {
		return nil, err
	}
	if name == indexFile {
		clear(a.known) // a build took the place of another one, and its files have other names
	}
	a.known[name] = f
	return f, nil
}

func read(files fs.FS, name string, info fs.FileInfo) (*asset, error) {
	plain, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(plain)
	f := &asset{
		modified: info.ModTime(), size: info.Size(), plain: plain, contentType: contentType(name),
		etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`,
	}
	if compressed, err := compress(plain); err != nil {
		return nil, err
	} else if len(compressed) < len(plain)*9/10 {
		f.gzip = compressed
	}
	return f, nil
}

func compress(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	return out.Bytes(), nil
}

// contentType is that of a file of the application. The types of a machine's tables are not asked: an unknown one is
// nothing that a browser runs or shows.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".woff2":
		return "font/woff2"
	case ".wasm":
		return "application/wasm"
	default:
		return "application/octet-stream"
	}
}
