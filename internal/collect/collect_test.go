package collect

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory/awsimport"
)

// each runs check on every call of the table, those that wait for another included.
func each(t *testing.T, check func(t *testing.T, c *Call)) {
	for _, call := range Calls() {
		for c := &call; c != nil; c = c.Then {
			t.Run(c.Name(), func(t *testing.T) { check(t, c) })
		}
	}
}

// TestTable: every set is given before it is asked for, every service can be spoken with, every answer in XML has a shape.
func TestTable(t *testing.T) {
	given := map[Set]bool{"": true}
	known := services()
	each(t, func(t *testing.T, c *Call) {
		for _, g := range c.Gives {
			given[g.Set] = true
			if giftPath.FindString(g.Path) == "" {
				t.Errorf("%q is no path", g.Path)
			}
		}
		if !given[c.Each] {
			t.Errorf("nothing gives %q before", c.Each)
		}
		s, ok := known[c.Service]
		if !ok {
			t.Fatal("an unknown service")
		}
		if _, _, err := s.request("https://there", c, c.filled("a/b", nil)); err != nil {
			t.Error(err)
		}
		if inXML := s.protocol == queryProtocol || s.protocol == s3Protocol; inXML && c.Name() != "s3:GetBucketPolicy" && shapeOf(c) == nil {
			t.Error("no shape")
		}
	})
}

// TestActions: the policy allows actions that exist, and none that changes anything but the two reports.
func TestActions(t *testing.T) {
	known := catalog.Load()
	for _, name := range Actions() {
		prefix, action, _ := strings.Cut(name, ":")
		s, ok := known.Service(prefix)
		if !ok {
			t.Errorf("%s: no such service", name)
			continue
		}
		a, ok := s.Action(action)
		switch {
		case !ok:
			t.Errorf("%s: no such action", name)
		case a.Access != catalog.Read && a.Access != catalog.List:
			t.Errorf("%s is of level %s", name, a.Access)
		}
	}
	if some := Actions("iam"); !slices.Contains(some, "iam:ListUsers") || slices.Contains(some, "kms:ListKeys") {
		t.Errorf("of IAM alone: %q", some)
	}
}

func TestKebab(t *testing.T) {
	for name, want := range map[string]string{
		"ListMFADevices": "list-mfa-devices", "SAMLProviderArn": "saml-provider-arn", "ListOpenIDConnectProviders": "list-open-id-connect-providers",
		"cluster": "cluster", "taskDefinition": "task-definition", "GetAccountAuthorizationDetails": "get-account-authorization-details",
	} {
		if got := kebab(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// fake answers like AWS, as testdata/answers.json says: by operation, and where it matters by a part of the request.
type fake struct {
	mu      sync.Mutex
	answers []answer
	asked   []string
}

type answer struct {
	Operation string
	If        string // a part of the request that must be there
	Status    int
	Body      string
	JSON      json.RawMessage
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := new(strings.Builder)
	_, _ = io.Copy(body, r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := r.Method + " " + r.URL.RequestURI() + " " + r.Header.Get("X-Amz-Target") + " " + body.String()
	f.asked = append(f.asked, asked)
	for i := range f.answers {
		a := &f.answers[i]
		if !strings.Contains(asked, a.Operation) || !strings.Contains(asked, a.If) {
			continue
		}
		if a.Status != 0 {
			w.WriteHeader(a.Status)
		}
		text := a.Body
		if a.JSON != nil {
			text = string(a.JSON)
		}
		_, _ = w.Write([]byte(text))
		return
	}
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte(`{"__type":"com.amazon#AccessDeniedException","message":"no"}`))
}

// collected runs the table against the answers.
func collected(t *testing.T) (*Result, *fake) {
	t.Helper()
	text, err := os.ReadFile("testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{}
	if err := json.Unmarshal(text, &f.answers); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	result, err := Run(t.Context(), Options{Config: aws.Config{
		Region: "eu-west-1", BaseEndpoint: &server.URL,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}, nil
		}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return result, f
}

// TestRun: what AWS answers, in the protocols that it has, becomes a bundle that is read as it is; what it refuses is told.
func TestRun(t *testing.T) {
	result, f := collected(t)
	b, err := awsimport.Read(result.Files, awsimport.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e := b.Accounts["111122223333"]
	if e == nil || len(b.Accounts) != 1 {
		t.Fatalf("accounts %v", b.Accounts)
	}
	var policies []string
	for _, p := range e.ResourcePolicies {
		policies = append(policies, p.ARN)
	}
	slices.Sort(policies)
	want := []string{
		"arn:aws:kms:eu-west-1:111122223333:key/k1", "arn:aws:kms:eu-west-1:111122223333:key/k2",
		"arn:aws:lambda:eu-west-1:111122223333:function:f", "arn:aws:s3:::reports",
		"arn:aws:sns:eu-west-1:111122223333:alarms", "arn:aws:sqs:eu-west-1:111122223333:jobs",
	}
	if !slices.Equal(policies, want) {
		t.Errorf("resource policies of\n%q, want\n%q", policies, want)
	}
	if len(e.Workloads) != 2 || e.Workloads[0].Name != "i-1" && e.Workloads[1].Name != "i-1" {
		t.Errorf("workloads %+v", e.Workloads)
	}
	if b.Organization == nil || len(b.Organization.Units) != 2 {
		t.Errorf("the organization: %+v", b.Organization)
	}
	var missing []string
	for _, m := range result.Missing {
		missing = append(missing, m.Operation+" "+m.Refusal.Code)
	}
	if !slices.Contains(missing, "cloudtrail:DescribeTrails AccessDeniedException") || slices.Contains(missing, "s3:GetBucketPolicy NoSuchBucketPolicy") {
		t.Errorf("missing %q", missing)
	}
	if n := len(slices.DeleteFunc(f.asked, func(a string) bool { return !strings.Contains(a, "TrentService.ListKeys") })); n != 2 {
		t.Errorf("%d pages of keys were asked for", n)
	}
}

// TestOrder: the files are the same whoever answers first.
func TestOrder(t *testing.T) {
	first, _ := collected(t)
	second, _ := collected(t)
	err := fs.WalkDir(first.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		one, err := fs.ReadFile(first.Files, name)
		if err != nil {
			return err
		}
		other, err := fs.ReadFile(second.Files, name)
		if err == nil && string(one) != string(other) {
			t.Errorf("%s differs", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestScript: a shell can read the script, whatever services it is for, and it names every call.
func TestScript(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("NOT TESTED, there is no shell")
	}
	for _, of := range append([][]string{nil}, []string{"s3"}, []string{"iam", "kms"}) {
		name := filepath.Join(t.TempDir(), "collect.sh")
		if err := os.WriteFile(name, []byte(Script(of...)), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(sh, "-n", name).CombinedOutput(); err != nil {
			t.Errorf("%q: %v\n%s", of, err, out)
		}
	}
	script := Script()
	each(t, func(t *testing.T, c *Call) {
		if !strings.Contains(script, "call "+c.Name()+" ") {
			t.Error("the script does not have it")
		}
	})
}
