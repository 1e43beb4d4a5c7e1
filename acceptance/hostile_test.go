package acceptance

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	formType = "application/x-www-form-urlencoded"
	iamCall  = "Version=2010-05-08&Action="
	// cheap is how much of a processor's time the answer to any bad input may cost.
	cheap = 5 * time.Second
	// roomy is how much memory the server may hold after all that; it is far below what the attacks add up to.
	roomy = 400 << 20
)

// attack is one request that is wrong in some way.
type attack struct {
	name   string
	method string // POST unless given
	typ    string // the form's unless given; "-" for none
	body   string
	target string // "/" unless given
	// service that the request is signed for, iam unless given.
	service string
	// unsigned sends no signature.
	unsigned bool
	// twist changes the request after it was signed.
	twist func(*http.Request)
	// codes are the codes of which one must be answered.
	codes []string
	// recorded: the request named an operation, so its refusal is on record.
	recorded bool
}

func many(n int, pair func(int) string) string {
	pairs := make([]string, n)
	for i := range pairs {
		pairs[i] = pair(i + 1)
	}
	return strings.Join(pairs, "&")
}

func putPolicy(document string) string {
	return iamCall + "PutUserPolicy&UserName=admin&PolicyName=p&PolicyDocument=" + url.QueryEscape(document)
}

// attacks are data: what is sent, and what must come back.
func attacks() []attack {
	return []attack{
		{name: "empty body", body: "", typ: "-", codes: []string{"MissingAction"}},
		{name: "no action", body: "Foo=bar", codes: []string{"MissingAction"}},
		{name: "no version", body: "Action=ListUsers", codes: []string{"InvalidAction"}},
		{name: "unknown operation", body: iamCall + "LaunchRockets", codes: []string{"InvalidAction"}},
		{name: "unknown version", body: "Version=1999-01-01&Action=ListUsers", codes: []string{"InvalidAction"}},
		{name: "another service's operation", body: "Version=2011-06-15&Action=GetCallerIdentity", codes: []string{"InvalidAction"}},
		{name: "an operation in another case", body: iamCall + "listusers", codes: []string{"InvalidAction"}},
		{name: "a long operation", body: iamCall + strings.Repeat("A", 100_000), codes: []string{"InvalidAction"}},
		{name: "bad escape", body: iamCall + "GetUser&UserName=%zz", codes: []string{"MalformedQueryString"}},
		{name: "cut escape", body: iamCall + "GetUser&UserName=%4", codes: []string{"MalformedQueryString"}},
		{name: "the same parameter twice", body: iamCall + "GetUser&UserName=admin&UserName=root", codes: []string{"MalformedQueryString"}},
		{name: "two actions", body: iamCall + "ListUsers&Action=CreateUser", codes: []string{"MalformedQueryString"}},
		{name: "an action in the query and one in the body", target: "/?Action=ListUsers", body: iamCall + "CreateUser", codes: []string{"MalformedQueryString"}},
		{name: "100,000 parameters", body: iamCall + "GetUser&" + many(100_000, func(i int) string { return strconv.FormatInt(int64(i), 36) }), codes: []string{"MalformedQueryString"}},
		{name: "12,000 tags", body: iamCall + "TagUser&UserName=admin&" + many(12_000, func(i int) string {
			return fmt.Sprintf("Tags.member.%d.Key=k", i)
		}), codes: []string{"ValidationError", "MalformedInput"}, recorded: true},
		{name: "a member far out", body: iamCall + "TagUser&UserName=admin&Tags.member.2000000000.Key=a", codes: []string{"ValidationError", "MalformedInput", "MalformedQueryString"}, recorded: true},
		{name: "a member below one", body: iamCall + "TagUser&UserName=admin&Tags.member.-1.Key=a", codes: []string{"ValidationError", "MalformedInput", "MalformedQueryString"}, recorded: true},
		{name: "members in members", body: iamCall + "TagUser&UserName=admin&Tags" + strings.Repeat(".member.1", 10_000) + "=a", codes: []string{"ValidationError", "MalformedInput", "MalformedQueryString"}, recorded: true},
		{name: "no number", body: iamCall + "ListUsers&MaxItems=1e3", codes: []string{"ValidationError", "MalformedInput"}, recorded: true},
		{name: "a number beyond all bounds", body: iamCall + "ListUsers&MaxItems=" + strings.Repeat("9", 1000), codes: []string{"ValidationError", "MalformedInput"}, recorded: true},
		{name: "no truth value", body: iamCall + "ListPolicies&OnlyAttached=maybe", codes: []string{"ValidationError", "MalformedInput"}, recorded: true},
		{name: "NUL in a name", body: iamCall + "CreateUser&UserName=a%00b", codes: []string{"ValidationError"}, recorded: true},
		{name: "no UTF-8 in a name", body: iamCall + "CreateUser&UserName=a%ff%feb", codes: []string{"ValidationError", "MalformedInput"}, recorded: true},
		{name: "control characters in a tag", body: iamCall + "TagUser&UserName=admin&Tags.member.1.Key=k&Tags.member.1.Value=%1b%5b31m%0a", codes: []string{"ValidationError"}, recorded: true},
		{name: "a very long name", body: iamCall + "GetUser&UserName=" + strings.Repeat("a", 400_000), codes: []string{"ValidationError"}, recorded: true},
		{name: "a path that climbs", body: iamCall + "CreateUser&UserName=x&Path=" + url.QueryEscape("/../../"+strings.Repeat("a", 600)+"/"), codes: []string{"ValidationError"}, recorded: true},
		{name: "a name with an ARN in it", body: iamCall + "GetUser&UserName=" + url.QueryEscape("arn:aws:iam::123456789012:user/admin"), codes: []string{"ValidationError"}, recorded: true},
		{name: "a body over the limit", body: iamCall + "GetUser&UserName=" + strings.Repeat("a", 3<<20), codes: []string{"RequestEntityTooLarge"}},
		{name: "JSON", typ: "application/x-amz-json-1.1", body: `{"Action":"ListUsers"}`, codes: []string{"MalformedInput"}},
		{name: "broken JSON", typ: "application/json", body: `{"Action":`, codes: []string{"MalformedInput"}},
		{name: "XML", typ: "text/xml", body: `<!DOCTYPE a [<!ENTITY b "` + strings.Repeat("c", 100) + `">]><a>&b;&b;</a>`, codes: []string{"MalformedInput"}},
		{name: "a multipart form", typ: "multipart/form-data; boundary=x", body: "--x\r\n\r\n--x--\r\n", codes: []string{"MalformedInput"}},
		{name: "two content types", body: iamCall + "ListUsers", twist: func(r *http.Request) { r.Header.Add("Content-Type", "text/plain") }, codes: []string{"MalformedInput", "SignatureDoesNotMatch", "IncompleteSignature"}},
		{name: "PUT", method: http.MethodPut, body: iamCall + "ListUsers", codes: []string{"MalformedInput"}},
		{name: "DELETE", method: http.MethodDelete, body: iamCall + "ListUsers", codes: []string{"MalformedInput"}},
		{name: "PATCH", method: http.MethodPatch, body: iamCall + "ListUsers", codes: []string{"MalformedInput"}},
		{name: "a method of its own", method: "BREW", body: iamCall + "ListUsers", codes: []string{"MalformedInput"}},
		{name: "chunks", body: iamCall + "ListUsers", twist: func(r *http.Request) { r.ContentLength, r.TransferEncoding = -1, []string{"chunked"} }, codes: []string{"MalformedInput"}},
		{name: "another path", target: "/admin", body: iamCall + "ListUsers", codes: []string{"UnknownOperationException"}},
		{name: "a path that is the root in disguise", target: "//", body: iamCall + "ListUsers", codes: []string{"UnknownOperationException"}},
		{name: "a target over the limit", method: http.MethodGet, typ: "-", target: "/?" + iamCall + "ListUsers&Marker=" + strings.Repeat("a", 20_000), codes: []string{"RequestEntityTooLarge"}},
		{name: "no signature", unsigned: true, body: iamCall + "ListUsers", codes: []string{"MissingAuthenticationToken"}},
		{name: "two signatures", body: iamCall + "ListUsers", twist: func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }, codes: []string{"IncompleteSignature", "InvalidSignatureException", "SignatureDoesNotMatch", "MalformedInput"}},
		{name: "a signature that is none", body: iamCall + "ListUsers", twist: func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 "+strings.Repeat("Credential=,", 3_000))
		}, codes: []string{"IncompleteSignature"}},
		{name: "another algorithm", body: iamCall + "ListUsers", twist: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "SHA256", "NULL", 1))
		}, codes: []string{"IncompleteSignature", "MissingAuthenticationToken"}},
		{name: "a body that was not signed", body: iamCall + "ListUsers", twist: func(r *http.Request) {
			text := iamCall + "ListRoles"
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		}, codes: []string{"SignatureDoesNotMatch"}, recorded: true},
		{name: "a policy nested beyond all bounds", body: putPolicy(strings.Repeat("[", 100_000)), codes: []string{"MalformedPolicyDocument"}, recorded: true},
		{name: "a policy nested in objects", body: putPolicy(`{"Version":"2012-10-17","Statement":` + strings.Repeat(`{"Statement":`, 9_000) + "1" + strings.Repeat("}", 9_001)), codes: []string{"MalformedPolicyDocument"}, recorded: true},
		{name: "a policy with a name twice", body: putPolicy(`{"Version":"2012-10-17","Statement":[],"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`), codes: []string{"MalformedPolicyDocument"}, recorded: true},
		{name: "a policy with a name in another case", body: putPolicy(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","effect":"Allow","Action":"*","Resource":"*"}}`), codes: []string{"MalformedPolicyDocument"}, recorded: true},
		{name: "a policy of stars", body: putPolicy(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:` + strings.Repeat("*a", 1_500) + `","Resource":"*"}}`), codes: []string{"LimitExceeded", "MalformedPolicyDocument"}, recorded: true},
		{name: "a policy that is a string", body: putPolicy(`"` + strings.Repeat(`\u0000`, 1_000) + `"`), codes: []string{"MalformedPolicyDocument", "ValidationError"}, recorded: true},
		{name: "a policy as long as the model allows, every byte escaped", body: putPolicy(strings.Repeat(`"`, 131_072)), codes: []string{"MalformedPolicyDocument"}, recorded: true},
		{name: "a form where JSON belongs", service: "access-analyzer", target: "/policy/validation", body: iamCall + "ListUsers", codes: []string{"UnsupportedMediaTypeException"}, recorded: true},
		{name: "a form for iam where JSON belongs", target: "/policy/validation", body: iamCall + "ListUsers", codes: []string{"UnknownOperationException"}},
		{name: "JSON, cut", service: "access-analyzer", target: "/policy/validation", typ: "application/json", body: `{"policyType":`, codes: []string{"SerializationException"}, recorded: true},
		{name: "JSON, deep", service: "access-analyzer", target: "/policy/validation", typ: "application/json", body: strings.Repeat("[", 500_000), codes: []string{"SerializationException"}, recorded: true},
		{name: "JSON with a list of a quarter million", service: "access-analyzer", target: "/finding", method: http.MethodPut, typ: "application/json",
			body: `{"ids":[` + strings.Repeat("\"\",", 170_000) + `""]}`, codes: []string{"NotImplemented", "SerializationException", "RequestEntityTooLargeException"}},
		{name: "a member that is there twice", service: "access-analyzer", target: "/policy/validation", typ: "application/json", body: `{"policyType":"IDENTITY_POLICY","policyDocument":"{}","policyDocument":"{ }"}`, codes: []string{"SerializationException"}, recorded: true},
		{name: "not served, in JSON", service: "access-analyzer", target: "/analyzer", method: http.MethodGet, typ: "-", codes: []string{"NotImplemented"}, recorded: true},
		{name: "refused", body: iamCall + "ListOrganizationsFeatures", codes: []string{"OrganizationNotFoundException"}, recorded: true},
	}
}

// TestHostile sends what no client should. Each request gets a well-formed error at once, and the server goes on as if
// nothing had been.
func TestHostile(t *testing.T) {
	w := start(t)
	ctx := background(t)
	var ids []string // of the requests that must be on record
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			before := w.processorTime(t)
			resp, body := w.attack(ctx, t, &a)
			if cost := w.processorTime(t) - before; cost > cheap {
				t.Errorf("the answer cost %v", cost)
			}
			id := checkEnvelope(t, resp, body, a.codes)
			if a.recorded {
				ids = append(ids, id)
			}
			if err := w.ready(); err != nil {
				t.Fatalf("the server is no longer ready: %v", err)
			}
		})
	}
	if held := w.memory(t); held > roomy {
		t.Errorf("the server holds %d MiB", held>>20)
	}
	w.stop(t)
	records := w.trail(t)
	for _, id := range ids {
		if !slices.ContainsFunc(records, func(r record) bool { return r.RequestID == id && r.ErrorCode != "" }) {
			t.Errorf("the request %s named an operation and is not on record", id)
		}
	}
}

// attack sends one bad request on a connection of its own.
func (w *warder) attack(ctx context.Context, t *testing.T, a *attack) (*http.Response, []byte) {
	t.Helper()
	method, target := a.method, a.target
	if method == "" {
		method = http.MethodPost
	}
	if target == "" {
		target = "/"
	}
	req, err := http.NewRequestWithContext(ctx, method, w.URL+target, strings.NewReader(a.body))
	check(t, err)
	switch a.typ {
	case "":
		req.Header.Set("Content-Type", formType)
	case "-":
	default:
		req.Header.Set("Content-Type", a.typ)
	}
	if !a.unsigned {
		sign(ctx, t, req, w.Key, a.body, cmp.Or(a.service, "iam"))
	}
	if a.twist != nil {
		a.twist(req)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	resp, err := client.Do(req)
	check(t, err)
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	check(t, errors.Join(err, resp.Body.Close()))
	return resp, body
}

func sign(ctx context.Context, t *testing.T, r *http.Request, key credentials, body, service string) {
	t.Helper()
	hash := sha256.Sum256([]byte(body))
	check(t, v4.NewSigner().SignHTTP(ctx, aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret, SessionToken: key.Token},
		r, hex.EncodeToString(hash[:]), service, region, time.Now()))
}

// envelope is an error as the query protocol writes it.
type envelope struct {
	XMLName xml.Name `xml:"ErrorResponse"`
	Error   struct{ Type, Code, Message string }
	ID      string `xml:"RequestId"`
}

// readEnvelope reads an error in the protocol of the answer.
func readEnvelope(resp *http.Response, body []byte) (e envelope, err error) {
	if resp.Header.Get("Content-Type") != "application/json" {
		return e, xml.Unmarshal(body, &e)
	}
	var members struct{ Message string }
	err = json.Unmarshal(body, &members)
	e.Error.Type, e.Error.Code, e.Error.Message = "Sender", resp.Header.Get("X-Amzn-Errortype"), members.Message
	e.ID = resp.Header.Get("X-Amzn-Requestid")
	return e, err
}

// checkEnvelope checks that an answer is a well-formed error, and returns its request id.
func checkEnvelope(t *testing.T, resp *http.Response, body []byte, codes []string) string {
	t.Helper()
	envelope, err := readEnvelope(resp, body)
	if err != nil {
		t.Fatalf("%s: the answer is no error envelope: %v\n%.500s", resp.Status, err, body)
	}
	switch {
	case resp.StatusCode < 400 || resp.StatusCode > 499 || !slices.Contains(codes, envelope.Error.Code):
		t.Errorf("%s with code %s (%.200s), want one of %v", resp.Status, envelope.Error.Code, envelope.Error.Message, codes)
	case envelope.Error.Type != "Sender" || envelope.Error.Message == "":
		t.Errorf("type %q, message %q", envelope.Error.Type, envelope.Error.Message)
	case len(body) > 4096:
		t.Errorf("the error is %d bytes long", len(body))
	}
	id := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	if !id.MatchString(envelope.ID) || resp.Header.Get("X-Amzn-Requestid") != envelope.ID {
		t.Errorf("request id %q, in the header %q", envelope.ID, resp.Header.Get("X-Amzn-Requestid"))
	}
	return envelope.ID
}

// processorTime is how much of it the server has used: unlike what a clock shows, it does not grow while other programs run.
func (w *warder) processorTime(t *testing.T) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.cmd.Process.Pid))
	if err != nil {
		t.Logf("the server's processor time is not known here: %v", err)
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // behind the program's name
	fields := strings.Fields(rest)
	ticks := 0
	for _, field := range fields[11:13] { // in user mode and in the kernel: proc(5), utime and stime
		n, err := strconv.Atoi(field)
		check(t, err)
		ticks += n
	}
	return time.Duration(ticks) * time.Second / 100
}

// memory is what the server holds of it, in bytes.
func (w *warder) memory(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.cmd.Process.Pid))
	if err != nil {
		t.Logf("the server's memory is not known here: %v", err)
		return 0
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("no VmHWM in\n%s", text)
	}
	kib, err := strconv.Atoi(string(found[1]))
	check(t, err)
	return kib << 10
}
