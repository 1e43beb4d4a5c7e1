package catalog_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

var (
	managedARN = regexp.MustCompile(`^arn:aws:iam::aws:policy/(?:[a-z-]+/)?[\w+=,.@-]{1,128}$`)
	managedID  = regexp.MustCompile(`^ANPA[A-Z2-7]{17}$`)
)

func TestManagedPolicies(t *testing.T) {
	c := catalog.Load()
	before, count, versions := "", 0, 0
	ids := map[string]string{}
	for p := range c.ManagedPolicies() {
		count++
		versions += len(p.Versions)
		if p.ARN <= before {
			t.Errorf("%s follows %s: they are not in order", p.ARN, before)
		}
		before = p.ARN
		if !managedARN.MatchString(p.ARN) || p.ARN != "arn:aws:iam::aws:policy"+p.Path+p.Name {
			t.Errorf("malformed ARN %q (path %q, name %q)", p.ARN, p.Path, p.Name)
		}
		if !managedID.MatchString(p.ID) || ids[p.ID] != "" {
			t.Errorf("%s has the id %q, as has %q", p.ARN, p.ID, ids[p.ID])
		}
		ids[p.ID] = p.ARN
		if found, ok := c.ManagedPolicy(p.ARN); !ok || found != p {
			t.Errorf("%s is not found by its ARN", p.ARN)
		}
		checkVersions(t, p)
	}
	if count != catalog.PolicyCount || versions != catalog.PolicyVersionCount {
		t.Errorf("%d policies with %d versions, want %d with %d", count, versions, catalog.PolicyCount, catalog.PolicyVersionCount)
	}
	if count < 1594 {
		t.Errorf("%d policies: there were 1,594 once, and AWS takes hardly any back", count)
	}
}

// checkVersions is about the versions' numbers and times; TestManagedDocuments reads their texts.
func checkVersions(t *testing.T, p *catalog.ManagedPolicy) {
	number := 0
	at := p.Created
	for _, v := range p.Versions {
		n, err := strconv.Atoi(strings.TrimPrefix(v.ID, "v"))
		if err != nil || n <= number {
			t.Errorf("%s: version %q follows v%d", p.ARN, v.ID, number)
		}
		if v.Created.Before(at) {
			t.Errorf("%s: %s was made %v, before %v", p.ARN, v.ID, v.Created, at)
		}
		number, at = n, v.Created
	}
	if p.DefaultVersion != "v"+strconv.Itoa(number) {
		t.Errorf("%s: default version %s, newest v%d", p.ARN, p.DefaultVersion, number)
	}
	if p.Updated.Before(p.Created) || p.Created.Year() < 2015 {
		t.Errorf("%s: created %v, updated %v", p.ARN, p.Created, p.Updated)
	}
}

// Every version of every policy is a policy document.
func TestManagedDocuments(t *testing.T) {
	for p := range catalog.Load().ManagedPolicies() {
		standard, _ := p.Document("")
		for i, v := range p.Versions {
			text, ok := p.Document(v.ID)
			if !ok {
				t.Fatalf("%s %s has no document", p.ARN, v.ID)
			}
			newest := i == len(p.Versions)-1
			if newest && text != standard {
				t.Errorf("%s: the default document is not %s", p.ARN, v.ID)
			}
			// Old versions are checked as JSON only, and the long histories in part: they are the same lines again.
			switch {
			case newest:
				if _, err := policy.ParseLimit(text, len(text)); err != nil {
					t.Errorf("%s %s: %v", p.ARN, v.ID, err)
				}
			case i < 5 || i%20 == 0:
				if !json.Valid([]byte(text)) {
					t.Errorf("%s %s is not JSON", p.ARN, v.ID)
				}
			}
		}
	}
}

func TestAdministratorAccess(t *testing.T) {
	p, ok := catalog.Load().ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	if !ok {
		t.Fatal("it is missing")
	}
	if p.Name != "AdministratorAccess" || p.Path != "/" || p.DefaultVersion != "v1" || p.Created.Format("2006-01-02") != "2015-02-06" {
		t.Errorf("got %+v", p)
	}
	text, _ := p.Document("")
	doc, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Statements) != 1 {
		t.Fatalf("%d statements, want 1", len(doc.Statements))
	}
	s := doc.Statements[0]
	if s.Effect != policy.Allow || len(s.Action) != 1 || s.Action[0].Text != "*" || len(s.Resource) != 1 || s.Resource[0].Text != "*" || s.Condition != nil {
		t.Errorf("it does not allow * on *: %s", text)
	}
}

func TestManagedPolicyIsExact(t *testing.T) {
	c := catalog.Load()
	p, ok := c.ManagedPolicy("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
	if !ok || p.Path != "/service-role/" {
		t.Fatalf("got %+v, %v", p, ok)
	}
	for _, arn := range []string{
		"", "AdministratorAccess",
		"arn:aws:iam::aws:policy/administratoraccess",
		"arn:aws:iam::123456789012:policy/AdministratorAccess",
		"arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",
	} {
		if _, ok := c.ManagedPolicy(arn); ok {
			t.Errorf("%q is found", arn)
		}
	}
	for _, version := range []string{"v0", "v99999", "1", "V1", "v01", " "} {
		if _, ok := p.Document(version); ok {
			t.Errorf("version %q has a document", version)
		}
	}
}
