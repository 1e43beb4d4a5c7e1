package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// list makes a JSON list of n texts.
func list(n int, text func(int) string) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, ",%q", text(i))
	}
	return "[" + out.String()[1:] + "]"
}

// TestBounds counts the steps for long documents: ordinary ones cost little for each entry, and what is made to cost much is
// cut off.
func TestBounds(t *testing.T) {
	const n = 4000 // entries: about 128 KiB
	s3 := catalog.Load()
	tests := []struct {
		name, actions, resources string
		most                     int
	}{
		{"distinct objects", `"s3:GetObject"`, list(n, func(i int) string { return fmt.Sprintf("arn:aws:s3:::bucket/key-%d", i) }), 100 * n},
		{"prefixes", `"s3:GetObject"`, list(n, func(i int) string { return fmt.Sprintf("arn:aws:s3:::bucket/%04d-*", i) }), 100 * n},
		{"instances", `"ec2:StartInstances"`, list(n, func(i int) string { return fmt.Sprintf("arn:aws:ec2:us-east-1:111122223333:instance/i-%08x", i) }), 1000 * n},
		{"actions", list(n, func(i int) string { return fmt.Sprintf("s3:Get%d", i) }), `"*"`, 100 * n},
		{"patterns of actions", list(n, func(i int) string { return fmt.Sprintf("ec2:*%d*", i) }), `"*"`, maxSteps},
		{"patterns of resources", `"s3:GetObject"`, list(n, func(i int) string { return fmt.Sprintf("arn:aws:s3:::*%d*", i) }), maxSteps},
		{"nested patterns", `"s3:GetObject"`, list(400, func(i int) string { return "arn:aws:s3:::" + strings.Repeat("a", i) + "*" }), maxSteps},
		{"stars", `"s3:GetObject"`, list(400, func(i int) string { return "arn:aws:s3:::" + strings.Repeat("*?", i+1) }), maxSteps},
	}
	for _, test := range tests {
		src := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":` + test.actions + `,"Resource":` + test.resources + `}}`
		l := newLinter(src, Options{Catalog: s3})
		l.check()
		// The step that is one too many is counted and not done.
		if l.steps > test.most+len(src) {
			t.Errorf("%s: %d steps, want at most %d", test.name, l.steps, test.most)
		}
	}
}

// TestManyFindings: no document makes more of them than anybody reads.
func TestManyFindings(t *testing.T) {
	src := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":` + list(20_000, func(i int) string { return fmt.Sprintf("x:%d", i) }) + `,"Resource":"*"}}`
	if got := Check(src, Options{Catalog: catalog.Load()}); len(got) != maxFindings {
		t.Errorf("%d findings, want %d", len(got), maxFindings)
	}
}

// TestManyLocations: findings that name many values each do not name all of them again and again.
func TestManyLocations(t *testing.T) {
	const n = 2000
	c := catalog.Load()
	var untagged []string
	for a := range c.Matching("iam:*") {
		untagged = append(untagged, a.String())
	}
	tags := func(i int) string { return fmt.Sprintf(`"aws:ResourceTag/%d":"x"`, i) }
	accounts := func(i int) string { return fmt.Sprintf("%012d", i) }
	tests := []struct {
		name, src string
		kind      policy.Kind
	}{
		{"tags", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":` + list(n, func(i int) string { return untagged[i%len(untagged)] }) +
			`,"Resource":"*","Condition":{"StringEquals":{` + members(n, tags) + `}}}}`, policy.Identity},
		{"principals", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":` + list(n, func(int) string { return "sts:AssumeRoleWithSAML" }) +
			`,"Principal":{"AWS":` + list(n, accounts) + `}}}`, policy.Trust},
	}
	for _, test := range tests {
		locations := 0
		for _, f := range Check(test.src, Options{Kind: test.kind, Catalog: c}) {
			locations += len(f.Locations)
		}
		if locations < n || locations > maxSteps/40+5*n {
			t.Errorf("%s: %d locations", test.name, locations)
		}
	}
}

func members(n int, text func(int) string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = text(i)
	}
	return strings.Join(all, ",")
}

// TestLongest: a document that is too long is not read at all, and one that nests too deep neither.
func TestLongest(t *testing.T) {
	for _, src := range []string{
		strings.Repeat(" ", policy.MaxSize+1),
		strings.Repeat("[", maxDepth+2),
		strings.Repeat(`{"a":`, maxDepth+2),
	} {
		got := Check(src, Options{Catalog: catalog.Load()})
		if len(got) != 1 || got[0].Code != "JSON_SYNTAX_ERROR" {
			t.Errorf("%.20q…: %d findings", src, len(got))
		}
	}
}

// TestOwnServices: a service of one's own is as well known as AWS's.
func TestOwnServices(t *testing.T) {
	own := catalog.Load().With(&catalog.Service{
		Prefix:    "myapp",
		Actions:   []catalog.Action{{Name: "Approve", Resources: []catalog.ActionResource{{Type: "order"}}}},
		Resources: []catalog.ResourceType{{Name: "order", ARNs: []string{"arn:${Partition}:myapp:${Region}:${Account}:order/${Id}"}}},
		Keys:      []catalog.ConditionKey{{Name: "myapp:Amount", Type: catalog.TypeNumeric}},
	})
	const src = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"myapp:Approve",` +
		`"Resource":"arn:aws:myapp:us-east-1:111122223333:order/7","Condition":{"NumericLessThan":{"myapp:Amount":"100"}}}}`
	if got := describe(src, Check(src, Options{Catalog: own})); got != "" {
		t.Errorf("found, although the catalogue has the service:\n%s", got)
	}
	got := describe(src, Check(src, Options{Catalog: catalog.Load()}))
	for _, code := range []string{"INVALID_SERVICE_IN_ACTION", "INVALID_SERVICE"} {
		if !strings.Contains(got, code) {
			t.Errorf("%s is not found without the service:\n%s", code, got)
		}
	}
}
