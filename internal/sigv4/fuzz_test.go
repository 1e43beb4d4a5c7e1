package sigv4

import (
	"errors"
	"net/url"
	"strings"
	"testing"
)

// FuzzParseAuthorization: any header, target and date give a claim that prints back to the same header, or an *Error.
func FuzzParseAuthorization(f *testing.F) {
	r, _, _ := signedCall(f)
	f.Add(r.Header["Authorization"][0], "/", "20260301T120000Z")
	f.Add("", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260301%2Fr%2Fs%2Faws4_request&X-Amz-Date=20260301T120000Z&X-Amz-Expires=5"+
		"&X-Amz-SignedHeaders=host&X-Amz-Signature="+strings.Repeat("0", 64), "")
	f.Add(algorithm+" Credential=a/b/c/d/e,SignedHeaders=host;x-amz-date,Signature="+strings.Repeat("0", 64), "/?a=b", "Sun, 30 Aug 2015 12:36:00 GMT")
	f.Add(algorithm+" ,=,", "/%", "99999999T999999Z")
	f.Fuzz(func(t *testing.T, header, target, date string) {
		r := &Request{Method: "POST", RawTarget: target, Host: "h", Header: map[string][]string{}}
		if header != "" {
			r.Header["Authorization"] = []string{header}
		}
		if date != "" {
			r.Header[headerDate] = []string{date}
		}
		c, err := Parse(r)
		if err != nil {
			var refusal *Error
			if c != nil || !errors.As(err, &refusal) || refusal.Code == "" || refusal.Message == "" {
				t.Fatalf("%v with error %v", c, err)
			}
			return
		}
		if !c.Signed("host") || c.AccessKeyID == "" || c.Date == "" || c.Region == "" || c.Service == "" || c.Time.Format(stampForm) != c.stamp {
			t.Fatalf("claim %+v", c)
		}
		if c.Presigned {
			return
		}
		s := &Signer{AccessKeyID: c.AccessKeyID}
		r.Header["Authorization"] = []string{algorithm + " Credential=" + s.credential(c) + ", SignedHeaders=" + c.SignedHeaders + ", Signature=" + hexOf(c)}
		again, err := Parse(r)
		if err != nil {
			t.Fatal(err)
		}
		if again.signature != c.signature || again.SignedHeaders != c.SignedHeaders || s.credential(again) != s.credential(c) {
			t.Fatalf("%+v, printed and read again %+v", c, again)
		}
	})
}

func hexOf(c *Claim) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for _, x := range c.signature {
		b.WriteByte(digits[x>>4])
		b.WriteByte(digits[x&15])
	}
	return b.String()
}

// FuzzCanonicalQuery: the canonical form is its own canonical form, is sorted, and means what net/url reads.
func FuzzCanonicalQuery(f *testing.F) {
	for _, q := range []string{"a=1&b=2", "b&a", "a=b=c", "a=%2b+%20", "%C3%A9=%c3%a9", "a;b=c", "a=%zz", "&", "=", "a=1&a=1", "a-b=1&a=2"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		_, params, err := parseTarget("/?"+query, false)
		if err != nil {
			return
		}
		canonical := string(appendQuery(nil, params))
		_, params, err = parseTarget("/?"+canonical, false)
		if err != nil {
			if len(canonical) >= maxTarget-2 {
				return // it has grown beyond the limit
			}
			t.Fatalf("%q is canonical for %q: %v", canonical, query, err)
		}
		if again := string(appendQuery(nil, params)); again != canonical {
			t.Fatalf("%q, then %q", canonical, again)
		}
		if strings.ContainsAny(query, ";") || strings.Contains(query, querySignature) || strings.Contains(canonical, querySignature) {
			return // net/url refuses the one, and the canonical form leaves the other out
		}
		plain, stdErr := url.ParseQuery(strings.ReplaceAll(query, "+", "%2B"))
		if stdErr != nil {
			t.Fatalf("net/url does not read %q: %v", query, stdErr)
		}
		got, stdErr := url.ParseQuery(canonical)
		if stdErr != nil || len(got) != len(plain) {
			t.Fatalf("%q means %v, its canonical form %q %v", query, plain, canonical, got)
		}
		for _, p := range params {
			if !plain.Has(decode(p.name)) {
				t.Fatalf("%q is not in %q", p.name, query)
			}
		}
	})
}
