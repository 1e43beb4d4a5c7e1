package sigv4

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"

	"github.com/warder-iam/warder/internal/seal"
)

// sdkCase is a random request that the AWS SDK for Go signed, as a server receives it.
type sdkCase struct {
	request *Request
	secret  seal.Secret
	token   string
	service string
	at      time.Time
	expires time.Duration // 0: signed in the header
}

// anySDKRequest draws a request and has the SDK sign it, then sends it through net/http's own writer and reader.
func anySDKRequest(t *rapid.T) sdkCase {
	c := sdkCase{
		secret:  seal.NewSecret([]byte(vectorSecret)),
		service: rapid.SampledFrom([]string{"iam", "sts"}).Draw(t, "service"),
		at:      time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "time"), 0).UTC(),
		token:   rapid.StringMatching(`|[A-Za-z0-9+/]{20,60}={0,2}`).Draw(t, "token"),
	}
	text := rapid.String().Filter(func(s string) bool { return !strings.Contains(s, "\x00") })
	target := "/"
	for range rapid.IntRange(0, 3).Draw(t, "segments") {
		target += "s" + escape(rapid.StringOf(rapid.RuneFrom([]rune("aZ0-._~ /+%=&:@é日"))).Draw(t, "segment")) + "/"
	}
	var names []string
	for range rapid.IntRange(0, 4).Draw(t, "parameters") {
		// The SDK sorts by the plain name; names in which that differs from the encoded one are not in here.
		name := rapid.StringMatching(`[A-Za-z0-9]{1,8}`).Draw(t, "name")
		if slices.Contains(names, name) {
			continue
		}
		target += pickSeparator(len(names)) + name + "=" + escape(text.Draw(t, "value"))
		names = append(names, name)
	}
	body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
	r, err := http.NewRequest(rapid.SampledFrom([]string{"GET", "POST", "PUT"}).Draw(t, "method"), "http://"+
		rapid.SampledFrom([]string{"iam.amazonaws.com", "127.0.0.1:4600", "[::1]:1", "warder.local:80"}).Draw(t, "host")+target, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(0, 4).Draw(t, "headers") {
		r.Header.Add("X-Amz-Meta-"+rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "header"),
			rapid.StringMatching(`[!-~]{0,5} {0,3}[!-~]{0,5}`).Draw(t, "header value"))
	}
	if rapid.Bool().Draw(t, "declared") {
		r.Header.Set(headerContent, bodyHash(body))
	}
	credentials := aws.Credentials{AccessKeyID: vectorKey, SecretAccessKey: vectorSecret, SessionToken: c.token}
	signer := sdk.NewSigner()
	if rapid.Bool().Draw(t, "presign") {
		c.expires = time.Duration(rapid.IntRange(1, maxExpires).Draw(t, "expires")) * time.Second
		query := r.URL.RawQuery
		if query != "" {
			query += "&"
		}
		r.URL.RawQuery = fmt.Sprintf("%sX-Amz-Expires=%d", query, int(c.expires/time.Second))
		signed, header, err := signer.PresignHTTP(context.Background(), credentials, r, bodyHash(body), c.service, vectorRegion, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if r.URL, err = url.Parse(signed); err != nil {
			t.Fatal(err)
		}
		header.Del("Host")
		r.Header = header
	} else if err := signer.SignHTTP(context.Background(), credentials, r, bodyHash(body), c.service, vectorRegion, c.at); err != nil {
		t.Fatal(err)
	}
	c.request = sent(t, r)
	return c
}

func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// sent is the request after the wire.
func sent(t *rapid.T, r *http.Request) *Request {
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &Request{Method: got.Method, RawTarget: got.RequestURI, Header: got.Header, Host: SignedHost(got.Host, false), Body: body}
}

func (c *sdkCase) verify(r *Request) error {
	claim, err := Parse(r)
	if err != nil {
		return err
	}
	if claim.AccessKeyID != vectorKey {
		return claim.VerifyUnknown(nil)
	}
	return claim.Verify(c.secret, c.at, Rules{Skew: SkewIAM, Services: []string{c.service}}, nil)
}

// TestSDKSigned verifies whatever the AWS SDK for Go signs.
func TestSDKSigned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anySDKRequest(t)
		claim, err := Parse(c.request)
		if err != nil {
			t.Fatalf("%+v: %v", c.request, err)
		}
		if claim.SessionToken != c.token || claim.Presigned != (c.expires > 0) || claim.Expires != c.expires || !claim.Time.Equal(c.at) {
			t.Fatalf("read as %+v", claim)
		}
		if err := c.verify(c.request); err != nil {
			t.Fatalf("%+v: %v", c.request, err)
		}
	})
}

// TestSDKAgreesWithSign compares our own signer with the SDK's.
func TestSDKAgreesWithSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anySDKRequest(t)
		if c.expires > 0 {
			return
		}
		r := *c.request
		r.Header = http.Header(r.Header).Clone()
		if len(r.Body) == 0 {
			delete(r.Header, "Content-Length") // the SDK leaves it unsigned
		}
		s := &Signer{AccessKeyID: vectorKey, Secret: c.secret, SessionToken: c.token, Region: vectorRegion, Service: c.service}
		if err := s.Sign(&r, c.at); err != nil {
			t.Fatal(err)
		}
		if got, want := r.Header["Authorization"][0], c.request.Header["Authorization"][0]; got != want {
			t.Fatalf("signed as\n%s\nwant\n%s", got, want)
		}
	})
}

// TestPresign verifies what our own signer presigns.
func TestPresign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anySDKRequest(t)
		r := *c.request
		r.Header = http.Header(r.Header).Clone()
		for _, name := range []string{"Authorization", headerDate, headerToken} {
			delete(r.Header, name)
		}
		r.RawTarget = rapid.SampledFrom([]string{"/", "/?", "/?Action=GetCallerIdentity&Version=2011-06-15"}).Draw(t, "target")
		s := &Signer{AccessKeyID: vectorKey, Secret: c.secret, SessionToken: c.token, Region: vectorRegion, Service: c.service}
		if err := s.Presign(&r, c.at, time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := c.verify(&r); err != nil {
			t.Fatalf("%+v: %v", r, err)
		}
	})
}

// TestEveryByteCounts is rule 9: whatever byte of a signed request is changed, added or taken away, it is refused. Only
// a query that means the same byte for byte may pass in another spelling.
func TestEveryByteCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anySDKRequest(t)
		if err := c.verify(c.request); err != nil {
			t.Fatal(err)
		}
		claim, err := Parse(c.request)
		if err != nil {
			t.Fatal(err)
		}
		changed := *c.request
		changed.Header = http.Header(changed.Header).Clone()
		places := []string{"method", "target", "host", "body"}
		for name := range changed.Header {
			if name == "Authorization" || claim.signedFold(name) {
				places = append(places, name)
			}
		}
		slices.Sort(places)
		place := rapid.SampledFrom(places).Draw(t, "place")
		switch place {
		case "method":
			changed.Method = mutate(t, changed.Method)
		case "target":
			changed.RawTarget = mutate(t, changed.RawTarget)
			if sameTarget(changed.RawTarget, c.request.RawTarget) {
				return
			}
		case "host":
			changed.Host = mutate(t, changed.Host)
		case "body":
			changed.Body = []byte(mutate(t, string(changed.Body)))
		default:
			values := changed.Header[place]
			i := rapid.IntRange(0, len(values)-1).Draw(t, "value")
			was := values[i]
			values[i] = mutate(t, was)
			if strings.Join(strings.Fields(values[i]), " ") == strings.Join(strings.Fields(was), " ") {
				return
			}
			if place == "Authorization" && strings.ReplaceAll(values[i], " ", "") == strings.ReplaceAll(was, " ", "") {
				return
			}
		}
		if err := c.verify(&changed); err == nil {
			t.Fatalf("a changed %s passed:\n%+v\nwas\n%+v", place, changed, *c.request)
		}
	})
}

// mutate replaces, inserts or deletes one byte.
func mutate(t *rapid.T, s string) string {
	b := []byte(s)
	at := rapid.IntRange(0, len(b)).Draw(t, "at")
	by := rapid.Byte().Draw(t, "byte")
	how := rapid.IntRange(0, 2).Draw(t, "how")
	switch {
	case how == 0 || len(b) == 0:
		return string(slices.Insert(b, at, by))
	case at == len(b):
		return s[:at-1]
	case how == 1:
		return string(slices.Delete(b, at, at+1))
	case b[at] == by:
		by ^= 1
	}
	b[at] = by
	return string(b)
}

// sameTarget reports whether two targets have the same raw path and, by the reading of net/url, the same query.
func sameTarget(a, b string) bool {
	pathA, queryA, _ := strings.Cut(a, "?")
	pathB, queryB, _ := strings.Cut(b, "?")
	if pathA != pathB {
		return false
	}
	read := func(q string) string {
		values, err := url.ParseQuery(strings.ReplaceAll(q, "+", "%2B"))
		if err != nil {
			return "bad " + q
		}
		return values.Encode()
	}
	return read(queryA) == read(queryB)
}
