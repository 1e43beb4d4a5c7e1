package sigv4

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

var update = flag.Bool("update", false, "have botocore sign the vectors and the recorded requests anew")

// botoCase is a request for botocore to sign; botoSigned what it made of it. testdata/sign_with_botocore.py reads and writes them.
type botoCase struct {
	Method  string      `json:"method"`
	Target  string      `json:"target"`
	Host    string      `json:"host"`
	Header  [][2]string `json:"header"`
	Body    []byte      `json:"body"`
	Time    string      `json:"time"`
	Key     string      `json:"key"`
	Secret  string      `json:"secret"`
	Token   string      `json:"token"`
	Region  string      `json:"region"`
	Service string      `json:"service"`
	Expires int         `json:"expires"` // seconds; 0 signs in the header
}

type botoSigned struct {
	Canonical    string      `json:"canonical"`
	StringToSign string      `json:"stringToSign"`
	Target       string      `json:"target"`
	Header       [][2]string `json:"header"`
}

// runBotocore signs cases with the botocore of this machine, or skips the test.
func runBotocore(t *testing.T, cases []botoCase) []botoSigned {
	t.Helper()
	if out, err := exec.Command("python3", "-c", "import botocore").CombinedOutput(); err != nil {
		t.Skipf("NOT CHECKED against a live botocore: python3 with botocore is missing (pip install botocore): %v\n%s", err, out)
	}
	in, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "testdata/sign_with_botocore.py")
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	var answer struct{ Signed []botoSigned }
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Signed) != len(cases) {
		t.Fatalf("botocore signed %d of %d requests", len(answer.Signed), len(cases))
	}
	return answer.Signed
}

// checkBotocore verifies what botocore signed, and compares each step on the way.
func checkBotocore(t *testing.T, c botoCase, s botoSigned) {
	t.Helper()
	r := &Request{Method: c.Method, RawTarget: s.Target, Header: map[string][]string{}, Host: c.Host, Body: c.Body}
	for _, h := range s.Header {
		http.Header(r.Header).Add(h[0], h[1])
	}
	claim, err := Parse(r)
	if err != nil {
		t.Errorf("%s %s: %v", c.Method, s.Target, err)
		return
	}
	if claim.SessionToken != c.Token || claim.AccessKeyID != c.Key || claim.Presigned != (c.Expires != 0) {
		t.Errorf("%s %s: read as %+v", c.Method, s.Target, claim)
	}
	checkSteps(t, claim, s.Canonical, s.StringToSign)
	rules := Rules{Skew: SkewIAM, Services: []string{c.Service}}
	if err := claim.Verify(seal.NewSecret([]byte(c.Secret)), claim.Time, rules, nil); err != nil {
		t.Errorf("%s %s: %v", c.Method, s.Target, err)
	}
}

// checkSteps compares the canonical request and the string to sign.
func checkSteps(t *testing.T, c *Claim, canonical, text string) {
	t.Helper()
	gotCanonical, err := c.appendCanonical(nil, Rules{})
	if err != nil {
		t.Errorf("canonical request: %v", err)
		return
	}
	if string(gotCanonical) != canonical {
		t.Errorf("canonical request\n%s\nwant\n%s", gotCanonical, canonical)
	}
	if got := string(c.appendStringToSign(nil, gotCanonical)); got != text {
		t.Errorf("string to sign\n%s\nwant\n%s", got, text)
	}
}

type botoRecord struct {
	Case   botoCase   `json:"case"`
	Signed botoSigned `json:"signed"`
}

// TestBotocoreRecorded verifies requests that botocore signed once, so that this needs no Python.
func TestBotocoreRecorded(t *testing.T) {
	const file = "testdata/botocore.json"
	if *update {
		cases := randomCases(40)
		var records []botoRecord
		for i, s := range runBotocore(t, cases) {
			records = append(records, botoRecord{cases[i], s})
		}
		text, err := json.MarshalIndent(records, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var records []botoRecord
	if err := json.Unmarshal(text, &records); err != nil {
		t.Fatal(err)
	}
	if len(records) < 40 {
		t.Fatalf("only %d recorded requests", len(records))
	}
	for _, r := range records {
		checkBotocore(t, r.Case, r.Signed)
	}
}

// TestBotocoreLive verifies what the botocore of this machine signs.
func TestBotocoreLive(t *testing.T) {
	cases := randomCases(500)
	for i, s := range runBotocore(t, cases) {
		checkBotocore(t, cases[i], s)
	}
}

// randomCases makes n requests, the same at each run.
func randomCases(n int) []botoCase {
	r := rand.New(rand.NewPCG(4, 2))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	text := func() string {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(pick("a", "B", "7", "-", ".", "_", "~", "/", "+", " ", "%", "=", "&", ";", "é", "日本", "*", "'", ",", "\n"))
		}
		return b.String()
	}
	cases := make([]botoCase, n)
	for i := range cases {
		c := &cases[i]
		c.Method, c.Host = pick("GET", "POST", "DELETE"), pick("iam.amazonaws.com", "127.0.0.1:4600", "[::1]:8443")
		c.Target = "/"
		for range r.IntN(3) {
			c.Target += "x" + escape(strings.ReplaceAll(text(), "\n", "")) + "/"
		}
		var names []string
		for range r.IntN(5) {
			name := "p" + text()
			if slices.Contains(names, name) {
				continue // botocore keeps only one of two when it presigns
			}
			c.Target += pickSeparator(len(names)) + escape(name) + "=" + escape(text())
			names = append(names, name)
		}
		if r.IntN(2) == 0 {
			c.Header = append(c.Header, [2]string{"X-Amz-Meta", pick("plain", "two  spaces", "  around ", "a,b")})
			c.Header = append(c.Header, [2]string{"X-Amz-Meta", "second"})
		}
		if r.IntN(2) == 0 {
			c.Header = append(c.Header, [2]string{"Content-Type", "application/x-amz-json-1.1"})
		}
		if r.IntN(2) == 0 {
			c.Header = append(c.Header, [2]string{"Amz-Sdk-Invocation-Id", "3f2c"}, [2]string{"User-Agent", "never signed"})
		}
		c.Time = time.Unix(r.Int64N(4e9), 0).UTC().Format(stampForm)
		c.Key, c.Secret = fmt.Sprintf("AKIDEXAMPLE%d", i), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
		c.Region, c.Service = pick("us-east-1", "eu-central-1", "us-gov-west-1", "local"), pick("iam", "sts")
		if r.IntN(3) == 0 {
			c.Token = "AQoDYXdzEPT//////////wEXAMPLE" + escape(text()) + "=="
		}
		if r.IntN(3) == 0 {
			c.Expires = 1 + r.IntN(maxExpires)
		} else {
			c.Body = []byte(text())
		}
	}
	return cases
}

func pickSeparator(before int) string {
	if before == 0 {
		return "?"
	}
	return "&"
}

// escape is percent-encoding as clients do it, made without this package.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
