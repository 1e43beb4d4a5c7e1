package sigv4

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/warder-iam/warder/internal/seal"
)

// The credentials and scope of AWS's published examples, with which the vectors are signed.
const (
	vectorKey     = "AKIDEXAMPLE"
	vectorSecret  = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	vectorRegion  = "us-east-1"
	vectorService = "service"
	vectorTime    = "20150830T123600Z"
)

// TestVectors checks testdata/vectors: requests in the form of AWS's published examples, with the canonical request, the
// string to sign and the Authorization header that botocore made of them.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("testdata/vectors/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 15 {
		t.Fatalf("only %d vectors", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			if *update {
				updateVector(t, file)
			}
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r := readRequest(t, section(t, archive, "request"))
			r.Header["Authorization"] = []string{section(t, archive, "authorization")}
			c, err := Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			checkSteps(t, c, section(t, archive, "canonical"), section(t, archive, "string-to-sign"))
			rules := Rules{Skew: SkewIAM, Services: []string{vectorService}}
			if err := c.Verify(seal.NewSecret([]byte(vectorSecret)), c.Time, rules, nil); err != nil {
				t.Error(err)
			}

			// Our own signer must come to the same header. It always writes X-Amz-Date.
			if _, ok := r.Header[headerDate]; !ok {
				return
			}
			own := readRequest(t, section(t, archive, "request"))
			s := &Signer{AccessKeyID: vectorKey, Secret: seal.NewSecret([]byte(vectorSecret)), Region: vectorRegion, Service: vectorService}
			if err := s.Sign(own, c.Time); err != nil {
				t.Fatal(err)
			}
			if got, want := own.Header["Authorization"][0], r.Header["Authorization"][0]; got != want {
				t.Errorf("signed as\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// section gives a file of the archive without its last line break.
func section(t *testing.T, a *txtar.Archive, name string) string {
	t.Helper()
	i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("no section %q", name)
	}
	return strings.TrimSuffix(string(a.Files[i].Data), "\n")
}

// readRequest reads an HTTP/1.1 request with net/http, as the server does. What follows the empty line is the body.
func readRequest(t *testing.T, text string) *Request {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + "\n\n")))
	if err != nil {
		t.Fatal(err)
	}
	return &Request{Method: r.Method, RawTarget: r.RequestURI, Header: r.Header, Host: r.Host, Body: []byte(body)}
}

func updateVector(t *testing.T, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := readRequest(t, section(t, archive, "request"))
	c := botoCase{
		Method: r.Method, Target: r.RawTarget, Host: r.Host, Body: r.Body, Time: vectorTime,
		Key: vectorKey, Secret: vectorSecret, Region: vectorRegion, Service: vectorService,
	}
	for name, values := range r.Header {
		for _, v := range values {
			if name != headerDate && name != "Date" { // botocore writes them
				c.Header = append(c.Header, [2]string{name, v})
			}
		}
	}
	if _, ok := r.Header["Date"]; ok {
		c.Header = append(c.Header, [2]string{"Date", "replaced"})
	}
	s := runBotocore(t, []botoCase{c})[0]
	archive.Files = archive.Files[:1]
	add := func(name, text string) {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(text + "\n")})
	}
	add("canonical", s.Canonical)
	add("string-to-sign", s.StringToSign)
	for _, h := range s.Header {
		if h[0] == "Authorization" {
			add("authorization", h[1])
		}
	}
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
