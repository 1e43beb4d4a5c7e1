package oidc_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/internal/oidc"
	"github.com/warder-iam/warder/internal/oidc/oidctest"
)

// allocated is how many bytes f takes, what it gives back included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Whatever a provider says in the 1 MiB that is read of it, few of its keys are kept, and none that is dear to verify with.
func TestHostileKeySets(t *testing.T) {
	const room = 1 << 20
	rsa := func(length int, more string) string {
		return fmt.Sprintf(`{"kty":"RSA","e":"AQAB","n":"%s"%s}`, integer(length), more)
	}
	for name, c := range map[string]struct {
		document string
		keys     int // 0 for a document that is refused
	}{
		"4,096 bits":              {`{"keys":[` + rsa(512, "") + `]}`, 1},
		"4,104 bits":              {`{"keys":[` + rsa(513, "") + `]}`, 0},
		"6,000,000 bits":          {`{"keys":[` + rsa(750_000, "") + `]}`, 0},
		"private, 2,000,000 bits": {`{"keys":[` + rsa(250_000, `,"d":"`+integer(250_000)+`","p":"`+integer(125_000)+`","q":"`+integer(125_000)+`"`) + `]}`, 0},
		"100 keys":                {`{"keys":[` + strings.Repeat(rsa(512, "")+",", 99) + rsa(512, "") + `]}`, 100},
		"101 keys":                {`{"keys":[` + strings.Repeat(rsa(256, "")+",", 100) + rsa(256, "") + `]}`, 0},
		"keys without end":        {`{"keys":[` + strings.Repeat("{},", room/3) + `{}]}`, 0},
		"depth":                   {`{"keys":` + strings.Repeat("[", room), 0},
		"a deep key":              {`{"keys":[` + strings.Repeat(`{"a":`, room/5), 0},
		"members":                 {`{` + numbered(room/9, `"%06d":1,`) + `"keys":[]}`, 0},
		"certificates":            {`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","x5c":[` + strings.Repeat(`"",`, room/4) + `""]}]}`, 0},
		"a long exponent":         {`{"keys":[{"kty":"RSA","n":"` + integer(256) + `","e":"` + integer(700_000) + `"}]}`, 0},
		"a long number":           {`{"keys":[{"kty":"RSA","n":` + strings.Repeat("9", room) + `}]}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			used := allocated(func() {
				keys, err := oidc.ParseKeySet([]byte(c.document))
				if (err == nil) != (c.keys > 0) || len(keys) != c.keys {
					t.Errorf("%d keys, want %d: %v", len(keys), c.keys, err)
				}
			})
			if used > 100*room {
				t.Errorf("%d bytes for %d", used, len(c.document))
			}
		})
	}
}

// integer is one of n bytes, the highest and the lowest bit set, as a key set has it.
func integer(n int) string {
	b := make([]byte, n)
	b[0], b[n-1] = 0x80, 1
	return base64.RawURLEncoding.EncodeToString(b)
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// A provider cannot make Warder hold more of its answer than is read of it, however it packs it.
func TestHostileAnswers(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(append([]byte(`{"keys":[],"pad":"`), make([]byte, 100<<20)...)) // to a buffer, which takes all
	_ = z.Close()
	endless := func(w io.Writer) {
		for block := make([]byte, 64<<10); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"compressed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		},
		"without end": func(w http.ResponseWriter, _ *http.Request) { endless(w) },
		"headers without end": func(w http.ResponseWriter, _ *http.Request) {
			for i := range 1000 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1000))
			}
			w.WriteHeader(http.StatusOK)
		},
		"a redirect to itself": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) },
	} {
		t.Run(name, func(t *testing.T) {
			p := oidctest.New(t)
			p.KeySet = answer
			v, token := p.Verifier(t, true), p.Sign(t, p.Claims(client, nil))
			used := allocated(func() {
				if _, err := verify(t, v, registered(p), token); err == nil {
					t.Error("taken")
				}
			})
			if used > 32<<20 || p.Calls() != 1 {
				t.Errorf("%d bytes in %d calls", used, p.Calls())
			}
		})
	}
}

// A provider that does not come to an end is given up after five seconds, wherever it stops.
func TestSlowProvider(t *testing.T) {
	p := oidctest.New(t)
	certificate := p.TLS.Certificates[0]
	for name, serve := range map[string]func(conn net.Conn){
		"takes no connection": nil,
		"says nothing":        func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) },
		"says nothing after the handshake": func(conn net.Conn) {
			_, _ = io.Copy(io.Discard, tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}))
		},
		"says a byte a second": func(conn net.Conn) {
			conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
			in := bufio.NewReader(conn)
			_, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, in) }()
			_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
			for err == nil {
				time.Sleep(time.Second)
				_, err = conn.Write([]byte(" "))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := p.Verifier(t, true)
				v.DialWith(func(ctx context.Context, _, _ string) (net.Conn, error) {
					if serve == nil {
						<-ctx.Done()
						return nil, ctx.Err()
					}
					near, far := net.Pipe()
					go func() { defer far.Close(); serve(far) }()
					return near, nil
				})
				began := time.Now()
				_, err := verify(t, v, registered(p), p.Sign(t, p.Claims(client, nil)))
				if took := time.Since(began); kindOf(err) != oidc.Unreachable || took != 5*time.Second {
					t.Errorf("%v after %v", err, took)
				}
				time.Sleep(time.Minute) // who serves sees that nobody is there, and ends
			})
		})
	}
}
