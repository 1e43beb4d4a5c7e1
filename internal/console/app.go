package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
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
// application itself tells apart. A directory may change below it: each request finds the files as they are.
type application struct {
	files   fs.FS
	unbuilt []byte // the page in place of an application that is not there
}

// newApplication serves files, or the page unbuilt as long as there is no index.html among them.
func newApplication(files fs.FS, unbuilt []byte) http.Handler {
	return &application{files: files, unbuilt: unbuilt}
}

// ServeHTTP answers GET and HEAD below applicationPath.
func (a *application) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, isAsset := strings.CutPrefix(r.URL.Path, applicationPath+assetsPath)
	if !isAsset {
		a.page(w, r)
		return
	}
	file, err := open(a.files, assetsPath+name, acceptsGzip(r))
	if err != nil {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	file.serve(w, r, "public, max-age=31536000, immutable")
}

// page answers with the application's one page, which a browser keeps but asks for each time.
func (a *application) page(w http.ResponseWriter, r *http.Request) {
	file, err := open(a.files, indexFile, acceptsGzip(r))
	if err != nil {
		w.Header().Set("Refresh", refresh)
		send(w, r, http.StatusServiceUnavailable, "text/html; charset=utf-8", a.unbuilt)
		return
	}
	w.Header().Set("Content-Security-Policy", applicationPolicy)
	file.serve(w, r, "no-cache")
}

// refresh is after how many seconds the page in place of the application looks for it again.
const refresh = "3"

// compressedSuffix ends the names of files that the build left compressed, in place of the files themselves.
const compressedSuffix = ".gz"

// asset is a file in the encoding that a client takes.
type asset struct {
	contentType, encoding string
	etag                  string // of the content in this encoding
	body                  []byte
}

// open reads a file of the application for whom takes gzip, or not. One that is there compressed is taken before one that is
// there as it is.
func open(files fs.FS, name string, takesGzip bool) (*asset, error) {
	stored, err := readRegular(files, name+compressedSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		stored, err = readRegular(files, name)
		return &asset{contentType: contentType(name), etag: etag(stored), body: stored}, err
	}
	if err != nil {
		return nil, err
	}
	if takesGzip {
		return &asset{contentType: contentType(name), encoding: "gzip", etag: etag(stored), body: stored}, nil
	}
	plain, err := decompress(stored)
	return &asset{contentType: contentType(name), etag: etag(plain), body: plain}, err
}

// readRegular refuses what is no clean path, and what is no file.
func readRegular(files fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	return fs.ReadFile(files, name)
}

func etag(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// decompress is for the rare client that takes no gzip.
func decompress(compressed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, fmt.Errorf("decompressing: %w", err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("decompressing: %w", err)
	}
	return plain, nil
}

// serve sends the file, unless the browser has it. It is kept as long as kept says, in the terms of Cache-Control.
func (f *asset) serve(w http.ResponseWriter, r *http.Request, kept string) {
	h := w.Header()
	h.Set("Cache-Control", kept)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Etag", f.etag)
	if strings.Contains(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if f.encoding != "" {
		h.Set("Content-Encoding", f.encoding)
	}
	send(w, r, http.StatusOK, f.contentType, f.body)
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
