package sigv4

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

// edit changes a signed request before it is verified; the signature itself stays as it was made.
type edit func(r *Request, now *time.Time, rules *Rules)

func set(name string, values ...string) edit {
	return func(r *Request, _ *time.Time, _ *Rules) { r.Header[name] = values }
}

func remove(name string) edit {
	return func(r *Request, _ *time.Time, _ *Rules) { delete(r.Header, name) }
}

func target(t string) edit { return func(r *Request, _ *time.Time, _ *Rules) { r.RawTarget = t } }

// replace changes text in the Authorization header and the target, whichever has it.
func replace(old, by string) edit {
	return func(r *Request, _ *time.Time, _ *Rules) {
		r.RawTarget = strings.ReplaceAll(r.RawTarget, old, by)
		if a, ok := r.Header["Authorization"]; ok {
			r.Header["Authorization"] = []string{strings.ReplaceAll(a[0], old, by)}
		}
	}
}

// authorization rewrites the Authorization header.
func editAuthorization(f func(string) string) edit {
	return func(r *Request, _ *time.Time, _ *Rules) {
		r.Header["Authorization"] = []string{f(r.Header["Authorization"][0])}
	}
}

func after(d time.Duration) edit {
	return func(_ *Request, now *time.Time, _ *Rules) { *now = now.Add(d) }
}

func services(names ...string) edit {
	return func(_ *Request, _ *time.Time, r *Rules) { r.Services = names }
}

// resign signs again after other edits, as an attacker with a key of his own could.
func resign(edits ...edit) edit {
	return func(r *Request, now *time.Time, rules *Rules) {
		for _, e := range edits {
			e(r, now, rules)
		}
		_, s, at := signedCall(new(testing.B))
		if err := s.Sign(r, at); err != nil {
			panic(err)
		}
	}
}

// forge writes an Authorization header over a list of signed headers that Sign would not choose, with a signature that
// is right for it.
func forge(list string, edits ...edit) edit {
	return func(r *Request, now *time.Time, rules *Rules) {
		for _, e := range edits {
			e(r, now, rules)
		}
		_, s, at := signedCall(new(testing.B))
		c, err := s.claim(r, at)
		if err != nil {
			panic(err)
		}
		c.SignedHeaders = list
		signature, err := s.signature(c)
		if err != nil {
			signature = strings.Repeat("0", 64)
		}
		r.Header["Authorization"] = []string{algorithm + " Credential=" + s.credential(c) + ", SignedHeaders=" + list + ", Signature=" + signature}
	}
}

const goodList = "accept-encoding;amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date"

// TestRules is the list "Signatures" of the security page: each row is a request that was right until it was edited.
func TestRules(t *testing.T) {
	authorization := func() string {
		r, _, _ := signedCall(t)
		return r.Header["Authorization"][0]
	}()
	for _, row := range []struct {
		name    string
		edit    edit
		code    string // "" passes
		message string // part of it
	}{
		{"untouched", func(*Request, *time.Time, *Rules) {}, "", ""},

		// 1. One source, one algorithm.
		{"no authentication", remove("Authorization"), CodeMissing, "Request is missing Authentication Token"},
		{"two headers", set("Authorization", authorization, authorization), CodeIncomplete, "2 'Authorization' headers"},
		{"no header value", set("Authorization"), CodeIncomplete, "0 'Authorization' headers"},
		{"header and query", target("/?X-Amz-Algorithm=AWS4-HMAC-SHA256"), CodeIncomplete, "both"},
		{"header and a leftover of the query", target("/?X-Amz-Date=20260301T120000Z"), CodeIncomplete, "both"},
		{"header and a hidden query", target("/?%58-Amz-Signature=0"), CodeIncomplete, "both"},
		{"SigV4A", replace(algorithm, "AWS4-ECDSA-P256-SHA256"), CodeIncomplete, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'"},
		{"lower-case algorithm", replace(algorithm, "aws4-hmac-sha256"), CodeIncomplete, "Unsupported"},
		{"SHA-512", replace(algorithm, "AWS4-HMAC-SHA512"), CodeIncomplete, "Unsupported"},
		{"streaming algorithm", replace(algorithm, "AWS4-HMAC-SHA256-PAYLOAD"), CodeIncomplete, "Unsupported"},
		{"bearer token", set("Authorization", "Bearer abc"), CodeIncomplete, "Unsupported"},
		{"signature version 2", set("Authorization", "AWS AKID:c2ln"), CodeIncomplete, "Unsupported"},
		{"algorithm only", set("Authorization", algorithm), CodeIncomplete, "requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
			"Authorization header requires 'SignedHeaders' parameter."},
		{"no signature", editAuthorization(func(a string) string { return a[:strings.Index(a, ", Signature")] }), CodeIncomplete, "Authorization header requires 'Signature' parameter."},
		{"empty signature", editAuthorization(func(a string) string { return a[:strings.Index(a, "Signature=")+10] }), CodeIncomplete, "'Signature' parameter"},
		{"signature twice", editAuthorization(func(a string) string { return a + a[strings.Index(a, ", Signature"):] }), CodeIncomplete, "exactly once"},
		{"unknown part", editAuthorization(func(a string) string { return a + ", Extra=1" }), CodeIncomplete, "'Extra'"},
		{"no equals sign", editAuthorization(func(a string) string { return a + ", Extra" }), CodeIncomplete, "'Extra' not a valid key=value pair (missing equal-sign)"},
		{"no spaces after commas", replace(", ", ","), "", ""},
		{"upper-case signature", editAuthorization(func(a string) string {
			i := strings.Index(a, "Signature=") + 10
			return a[:i] + strings.ToUpper(a[i:])
		}), CodeMismatch, "we calculated"},
		{"short signature", editAuthorization(func(a string) string { return a[:len(a)-1] }), CodeMismatch, "we calculated"},

		// 2. Credential and signed headers.
		{"four parts", replace("/aws4_request", ""), CodeIncomplete, "exactly 5 slash-delimited elements"},
		{"six parts", replace("/aws4_request", "/aws4_request/x"), CodeIncomplete, "exactly 5"},
		{"empty part", replace("/us-east-1/", "//"), CodeIncomplete, "exactly 5"},
		{"strange key id", replace(vectorKey, "AK%ID"), CodeUnknownKey, "The security token included in the request is invalid."},
		{"other terminator", replace("aws4_request", "aws5_request"), CodeMismatch, "valid terminator: 'aws4_request', not 'aws5_request'"},
		{"other date", replace("/20260301/", "/20260302/"), CodeMismatch, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260302' != '20260301', from '20260301T120000Z'"},
		{"other region", replace("us-east-1", "eu-west-1"), CodeMismatch, "we calculated"},
		{"malformed region", replace("us-east-1", "US_EAST"), CodeMismatch, "Credential should be scoped to a valid region, not 'US_EAST'"},
		{"region ends in a hyphen", replace("us-east-1", "us-"), CodeMismatch, "valid region"},
		{"region not configured", func(_ *Request, _ *time.Time, r *Rules) { r.Regions = []string{"eu-west-1"} }, CodeMismatch, "valid region, not 'us-east-1'"},
		{"region configured", func(_ *Request, _ *time.Time, r *Rules) { r.Regions = []string{"us-east-1"} }, "", ""},
		{"other service", replace("/sts/", "/iam/"), CodeMismatch, "Credential should be scoped to correct service: 'sts'"},
		{"service in capitals", replace("/sts/", "/STS/"), CodeMismatch, "correct service"},
		{"operation of another service", services("iam"), CodeMismatch, "correct service: 'iam'"},
		{"no service is right", services(), CodeMismatch, "correct service"},
		{"forged as chosen", forge(goodList), "", ""},
		{"unsorted", forge("x-amz-date;host"), CodeMismatch, "lower-case, sorted and without repetition"},
		{"repeated", forge("host;host;x-amz-date"), CodeMismatch, "without repetition"},
		{"upper case", forge("Host;x-amz-date"), CodeMismatch, "lower-case"},
		{"empty name", forge("host;;x-amz-date"), CodeMismatch, "lower-case"},
		{"list ends in a semicolon", forge("host;x-amz-date;"), CodeMismatch, "lower-case"},
		{"name with a space", forge("host; x-amz-date"), CodeMismatch, "lower-case"},
		{"host unsigned", forge("x-amz-date"), CodeMismatch, "'Host' or ':authority' must be a 'SignedHeader'"},
		{"date unsigned", forge("host"), CodeMismatch, "'X-Amz-Date' must be a 'SignedHeader'"},
		{"an x-amz header unsigned", forge("host;x-amz-date", set("X-Amz-Target", "x")), CodeMismatch, "'X-Amz-Target' must be a 'SignedHeader'"},
		{"security token unsigned", forge("host;x-amz-date", set(headerToken, "t")), "", ""},
		{"only host and date", forge("host;x-amz-date"), "", ""},
		{"signed header missing", remove("Amz-Sdk-Request"), CodeMismatch, "'amz-sdk-request' is not in the request"},
		{"signed header missing, in the query instead", func(r *Request, now *time.Time, rules *Rules) {
			remove("Amz-Sdk-Request")(r, now, rules)
			r.RawTarget = "/?Amz-Sdk-Request=attempt%3D1"
		}, CodeMismatch, "'amz-sdk-request' is not in the request"},
		{"no date", remove(headerDate), CodeIncomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
		{"date in the query", func(r *Request, now *time.Time, rules *Rules) {
			remove(headerDate)(r, now, rules)
			r.RawTarget = "/?X-Amz-Date=20260301T120000Z"
		}, CodeIncomplete, "both"},
		{"two dates", set(headerDate, "20260301T120000Z", "20260301T120000Z"), CodeIncomplete, "2 'X-Amz-Date' headers"},
		{"two tokens", set(headerToken, "a", "b"), CodeIncomplete, "2 'X-Amz-Security-Token' headers"},
		{"empty token", set(headerToken, ""), CodeUnknownKey, "security token"},
		{"Date and X-Amz-Date", set("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), "", ""},
		{"a name that is not canonical", set("x-amz-date", "20260301T120000Z"), CodeIncomplete, "canonical"},
		{"a name of capitals", set("X-AMZ-TARGET", "x"), CodeIncomplete, "canonical"},
		{"a name with a space", set("X-Amz-Date ", "x"), CodeIncomplete, "canonical"},

		// 3. Time.
		{"date in another form", set(headerDate, "2026-03-01T12:00:00Z"), CodeIncomplete, "Date must be in ISO-8601 'basic format'. Got '2026-03-01T12:00:00Z'."},
		{"date with a fraction", set(headerDate, "20260301T120000.0Z"), CodeIncomplete, "basic format"},
		{"no such day", set(headerDate, "20260230T120000Z"), CodeIncomplete, "basic format"},
		{"second 60", set(headerDate, "20260301T120060Z"), CodeIncomplete, "basic format"},
		{"signs in numbers", set(headerDate, "20260301T+1+1+1Z"), CodeIncomplete, "basic format"},
		{"15 minutes old", after(15 * time.Minute), "", ""},
		{"older", after(15*time.Minute + time.Second), CodeMismatch, "Signature expired: 20260301T120000Z is now earlier than 20260301T120001Z (20260301T121501Z - 15 min.)"},
		{"15 minutes early", after(-15 * time.Minute), "", ""},
		{"earlier", after(-15*time.Minute - time.Second), CodeMismatch, "Signature not yet current: 20260301T120000Z is still later than 20260301T115959Z (20260301T114459Z + 15 min.)"},
		{"outside a window of five minutes", func(_ *Request, now *time.Time, r *Rules) {
			*now, r.Skew = now.Add(6*time.Minute), Skew
		}, CodeMismatch, "- 5 min.)"},

		// 4. Body.
		{"another body", func(r *Request, _ *time.Time, _ *Rules) { r.Body = []byte("Action=DeleteUser") }, CodeMismatch, "we calculated"},
		{"no body", func(r *Request, _ *time.Time, _ *Rules) { r.Body = nil }, CodeMismatch, "we calculated"},
		{"the body's hash declared", resign(set(headerContent, bodyHash([]byte("Action=GetCallerIdentity&Version=2011-06-15")))), "", ""},
		{"another hash declared", forge(goodList[:len(goodList)-10]+"x-amz-content-sha256;x-amz-date", set(headerContent, bodyHash(nil))), CodeMismatch, "'x-amz-content-sha256' header does not match"},
		{"unsigned payload", forge(goodList[:len(goodList)-10]+"x-amz-content-sha256;x-amz-date", set(headerContent, "UNSIGNED-PAYLOAD")), CodeMismatch, "does not match"},
		{"streaming payload", forge(goodList[:len(goodList)-10]+"x-amz-content-sha256;x-amz-date", set(headerContent, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")), CodeMismatch, "does not match"},
		{"unsigned trailer", forge(goodList[:len(goodList)-10]+"x-amz-content-sha256;x-amz-date", set(headerContent, "STREAMING-UNSIGNED-PAYLOAD-TRAILER")), CodeMismatch, "does not match"},

		// 5. Target.
		{"absolute form", target("http://127.0.0.1:4600/"), CodeQueryString, "does not begin with '/'"},
		{"asterisk form", target("*"), CodeQueryString, "does not begin"},
		{"no target", target(""), CodeQueryString, "does not begin"},
		{"fragment", target("/#x"), CodeQueryString, "must be percent-encoded"},
		{"space", target("/ x"), CodeQueryString, "must be percent-encoded"},
		{"NUL", target("/\x00"), CodeQueryString, "must be percent-encoded"},
		{"CR", target("/?a=\r"), CodeQueryString, "must be percent-encoded"},
		{"LF", target("/?a=\n"), CodeQueryString, "must be percent-encoded"},
		{"plain UTF-8", target("/é"), CodeQueryString, "must be percent-encoded"},
		{"bad escape in the path", target("/%zz"), CodeQueryString, "bad percent-encoding"},
		{"cut escape in the path", target("/%4"), CodeQueryString, "bad percent-encoding"},
		{"bad escape in the query", target("/?a=%4g"), CodeQueryString, "bad percent-encoding"},
		{"cut escape in a name", target("/?a%=1"), CodeQueryString, "bad percent-encoding"},
		{"encoded NUL in the path", target("/%00"), CodeQueryString, "control character"},
		{"encoded CR in the path", target("/%0D"), CodeQueryString, "control character"},
		{"encoded LF in the path", target("/%0a"), CodeQueryString, "control character"},
		{"encoded NUL in the query", target("/?a=%00"), CodeQueryString, "NUL"},
		{"encoded line break in the query", resign(target("/?PolicyDocument=%7B%0D%0A%7D")), "", ""},
		{"dot segments", target("/a/../b"), CodeQueryString, "simplest form"},
		{"dot segment", target("/./"), CodeQueryString, "simplest form"},
		{"empty segment", target("//"), CodeQueryString, "simplest form"},
		{"8 KiB", resign(target("/?a=" + strings.Repeat("a", maxTarget-4))), "", ""},
		{"more than 8 KiB", target("/?a=" + strings.Repeat("a", maxTarget-3)), CodeQueryString, "longer than 8 KiB"},
		{"empty query", target("/?"), "", ""},
		{"another path", target("/x"), CodeMismatch, "we calculated"},
		{"another query", target("/?a=1"), CodeMismatch, "we calculated"},
		{"empty parameter", target("/?a=1&&b=2"), CodeQueryString, "parameter without a name"},
		{"parameter without a name", target("/?=1"), CodeQueryString, "parameter without a name"},
		{"plus is plus", func(r *Request, now *time.Time, rules *Rules) {
			resign(target("/?a=x%2By"))(r, now, rules)
			r.RawTarget = "/?a=x+y"
		}, "", ""},
		{"plus is no space", func(r *Request, now *time.Time, rules *Rules) {
			resign(target("/?a=x%20y"))(r, now, rules)
			r.RawTarget = "/?a=x+y"
		}, CodeMismatch, "we calculated"},

		// 8. What net/http takes out.
		{"Host beside the host", set("Host", "127.0.0.1:4600"), CodeIncomplete, "more than one 'Host'"},
		{"no host", func(r *Request, _ *time.Time, _ *Rules) { r.Host = "" }, CodeMismatch, "'host' is missing"},
		{"host with a space", func(r *Request, _ *time.Time, _ *Rules) { r.Host += " " }, CodeMismatch, "'host' is missing or not valid"},
		{"transfer-encoding signed", forge("host;transfer-encoding;x-amz-date"), CodeMismatch, "'transfer-encoding' is not in the request"},
		{"a line break in a signed value", set("Amz-Sdk-Request", "attempt=1\nhost:x"), CodeMismatch, "line break"},

		// 9. Also in TestEveryByteCounts.
		{"another method", func(r *Request, _ *time.Time, _ *Rules) { r.Method = "GET" }, CodeMismatch, "we calculated"},
		{"a method that holds more", func(r *Request, _ *time.Time, _ *Rules) { r.Method = "POST\n/" }, CodeIncomplete, "method"},
		{"another host", func(r *Request, _ *time.Time, _ *Rules) { r.Host = "127.0.0.1:4601" }, CodeMismatch, "we calculated"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, s, now := signedCall(t)
			rules := Rules{Skew: SkewIAM, Services: []string{"sts"}}
			row.edit(r, &now, &rules)
			checkError(t, verifyAs(r, s.Secret, now, rules), row.code, row.message)
		})
	}
}

// TestPresignedRules does the same for a request signed in its query.
func TestPresignedRules(t *testing.T) {
	const expires = 10 * time.Minute
	for _, row := range []struct {
		name    string
		edit    edit
		code    string
		message string
	}{
		{"untouched", func(*Request, *time.Time, *Rules) {}, "", ""},
		{"without algorithm", replace("X-Amz-Algorithm="+algorithm+"&", ""), CodeIncomplete, "AWS query-string parameters must include 'X-Amz-Algorithm'. Re-examine"},
		{"without signature", func(r *Request, _ *time.Time, _ *Rules) {
			r.RawTarget = r.RawTarget[:strings.Index(r.RawTarget, "&X-Amz-Signature")]
		}, CodeIncomplete, "must include 'X-Amz-Signature'"},
		{"a parameter twice", replace("X-Amz-Expires=600", "X-Amz-Expires=600&X-Amz-Expires=600"), CodeIncomplete, "'X-Amz-Expires' is given twice"},
		{"a parameter twice, once hidden", replace("X-Amz-Expires=600", "X-Amz-Expires=600&X-Amz-Expire%73=600"), CodeIncomplete, "'X-Amz-Expires' is given twice"},
		{"SigV4A", replace(algorithm, "AWS4-ECDSA-P256-SHA256"), CodeIncomplete, "Unsupported"},
		{"date in a header too", set(headerDate, "20260301T120000Z"), CodeIncomplete, "'X-Amz-Date' is given in a header"},
		{"token in a header", set(headerToken, "t"), CodeIncomplete, "'X-Amz-Security-Token' is given in a header"},
		{"authorization header too", set("Authorization", algorithm), CodeIncomplete, "both"},
		{"an x-amz header unsigned", set("X-Amz-Target", "x"), CodeMismatch, "'X-Amz-Target' must be a 'SignedHeader'"},
		{"empty token", func(r *Request, _ *time.Time, _ *Rules) { r.RawTarget += "&X-Amz-Security-Token=" }, CodeUnknownKey, ""},
		{"lower-case name is none", replace("X-Amz-Expires", "x-amz-expires"), CodeMismatch, "we calculated"},
		{"parameter added", func(r *Request, _ *time.Time, _ *Rules) { r.RawTarget += "&Action=DeleteUser" }, CodeMismatch, "we calculated"},
		{"order does not matter", func(r *Request, _ *time.Time, _ *Rules) {
			params := strings.Split(strings.TrimPrefix(r.RawTarget, "/?"), "&")
			params[0], params[len(params)-1] = params[len(params)-1], params[0]
			r.RawTarget = "/?" + strings.Join(params, "&")
		}, "", ""},
		{"longer life", replace("X-Amz-Expires=600", "X-Amz-Expires=601"), CodeMismatch, "we calculated"},
		{"zero", replace("X-Amz-Expires=600", "X-Amz-Expires=0"), CodeIncomplete, "from 1 to 604800"},
		{"negative", replace("X-Amz-Expires=600", "X-Amz-Expires=-1"), CodeIncomplete, "from 1 to 604800"},
		{"more than a week", replace("X-Amz-Expires=600", "X-Amz-Expires=604801"), CodeIncomplete, "from 1 to 604800"},
		{"beyond 64 bits", replace("X-Amz-Expires=600", "X-Amz-Expires=18446744073709551617"), CodeIncomplete, "from 1 to 604800"},
		{"leading zero", replace("X-Amz-Expires=600", "X-Amz-Expires=0600"), CodeIncomplete, "from 1 to 604800"},
		{"plus sign", replace("X-Amz-Expires=600", "X-Amz-Expires=%2B600"), CodeIncomplete, "from 1 to 604800"},
		{"at its end", after(expires), "", ""},
		{"after its end", after(expires + time.Second), CodeExpired, "Request has expired."},
		{"15 minutes early", after(-15 * time.Minute), "", ""},
		{"earlier", after(-15*time.Minute - time.Second), CodeMismatch, "Signature not yet current"},
		{"another service", services("iam"), CodeMismatch, "correct service: 'iam'"},
		{"unsigned payload", func(r *Request, _ *time.Time, _ *Rules) { r.RawTarget += "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD" }, CodeMismatch, "'X-Amz-Content-Sha256' parameter does not match"},
		{"a body", func(r *Request, _ *time.Time, _ *Rules) { r.Body = []byte("Action=DeleteUser") }, CodeMismatch, "we calculated"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, s, now := signedCall(t)
			r := &Request{Method: "GET", RawTarget: "/?Action=GetCallerIdentity&Version=2011-06-15", Host: "h", Header: map[string][]string{}}
			if err := s.Presign(r, now, expires); err != nil {
				t.Fatal(err)
			}
			rules := Rules{Skew: SkewIAM, Services: []string{"sts"}}
			row.edit(r, &now, &rules)
			checkError(t, verifyAs(r, s.Secret, now, rules), row.code, row.message)
		})
	}
}

// TestPresignedWithoutExpires: a presigned request that names no end lives as long as a signature in the header. The SDK
// for Go makes such for GetCallerIdentity.
func TestPresignedWithoutExpires(t *testing.T) {
	_, s, now := signedCall(t)
	r := &Request{Method: "GET", RawTarget: "/", Host: "h"}
	c, err := s.claim(r, now)
	if err != nil {
		t.Fatal(err)
	}
	c.SignedHeaders = "host"
	r.RawTarget = "/?X-Amz-Algorithm=" + algorithm + "&X-Amz-Credential=" + escape(s.credential(c)) + "&X-Amz-Date=" + c.stamp + "&X-Amz-SignedHeaders=host"
	if _, c.params, err = parseTargetOrNil(r.RawTarget); err != nil {
		t.Fatal(err)
	}
	signature, err := s.signature(c)
	if err != nil {
		t.Fatal(err)
	}
	r.RawTarget += "&X-Amz-Signature=" + signature
	rules := Rules{Skew: SkewIAM, Services: []string{"sts"}}
	checkError(t, verifyAs(r, s.Secret, now.Add(15*time.Minute), rules), "", "")
	checkError(t, verifyAs(r, s.Secret, now.Add(15*time.Minute+time.Second), rules), CodeMismatch, "Signature expired")
}

func parseTargetOrNil(target string) (string, []param, error) {
	path, params, err := parseTarget(target, false)
	if err != nil {
		return "", nil, err
	}
	return path, params, nil
}

func verifyAs(r *Request, secret seal.Secret, now time.Time, rules Rules) error {
	c, err := Parse(r)
	if err != nil {
		return err
	}
	if err := c.VerifyUnknown(nil); !errors.Is(err, ErrUnknownKey) {
		return err
	}
	return c.Verify(secret, now, rules, nil)
}

func checkError(t *testing.T, err error, code, message string) {
	t.Helper()
	var got *Error
	if !errors.As(err, &got) {
		if err != nil || code != "" {
			t.Errorf("%v, want %s", err, code)
		}
		return
	}
	if got.Code != code || !strings.Contains(got.Message, message) {
		t.Errorf("%v\nwant %s: …%s…", got, code, message)
	}
}

// TestClaim checks what the pipeline reads from a claim.
func TestClaim(t *testing.T) {
	r, _, now := signedCall(t)
	c, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if c.AccessKeyID != vectorKey || c.Date != "20260301" || c.Region != vectorRegion || c.Service != "sts" ||
		c.Presigned || c.Expires != 0 || c.SessionToken != "" || !c.Time.Equal(now) || c.SignedHeaders != goodList {
		t.Errorf("read as %+v", c)
	}
	for name, want := range map[string]bool{"host": true, "amz-sdk-invocation-id": true, "user-agent": false, "amz-sdk": false, "": false} {
		if c.Signed(name) != want {
			t.Errorf("Signed(%q) is %v", name, !want)
		}
	}
}

// TestUnknownKeyCosts: an answer about an unknown key takes at least the work of a known one that is not cached.
func TestUnknownKeyCosts(t *testing.T) {
	r, s, now := signedCall(t)
	c, err := Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	rules := Rules{Skew: SkewIAM, Services: []string{"sts"}}
	known := testing.AllocsPerRun(100, func() { _ = c.Verify(s.Secret, now, rules, nil) })
	unknown := testing.AllocsPerRun(100, func() { _ = c.VerifyUnknown(nil) })
	if unknown < known {
		t.Errorf("an unknown key costs %v allocations, a known one %v: the derivation is missing", unknown, known)
	}
}

func TestSignedHost(t *testing.T) {
	for _, row := range []struct {
		host   string
		secure bool
		want   string
	}{
		{"h", false, "h"}, {"h:80", false, "h"}, {"h:443", false, "h:443"}, {"h:443", true, "h"}, {"h:80", true, "h:80"},
		{"[::1]:80", false, "[::1]"}, {"[::80]", false, "[::80]"}, {"h:4600", false, "h:4600"},
	} {
		if got := SignedHost(row.host, row.secure); got != row.want {
			t.Errorf("SignedHost(%q, %v) = %q, want %q", row.host, row.secure, got, row.want)
		}
	}
}

// TestMessagesAreClean: what a stranger sends comes back short and printable, and his header not at all.
func TestMessagesAreClean(t *testing.T) {
	for _, header := range []string{
		"Basic " + strings.Repeat("x", 5000), "\x00\x1b[31m", algorithm + " Credential=\x1b" + strings.Repeat("/", 5000) + ",SignedHeaders=host,Signature=0",
		algorithm + " hunter2-hunter2",
	} {
		r := &Request{Method: "GET", RawTarget: "/", Host: "h", Header: http.Header{"Authorization": {header}, headerDate: {"20260301T120000Z"}}}
		_, err := Parse(r)
		if err == nil || len(err.Error()) > 600 || strings.ContainsFunc(err.Error(), func(c rune) bool { return c < ' ' || c > '~' }) {
			t.Errorf("%q: %v", header, err)
		}
	}
}
