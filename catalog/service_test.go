package catalog_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
)

func TestServices(t *testing.T) {
	c := catalog.Load()
	before, services, actions, resources := "", 0, 0, 0
	for s := range c.Services() {
		services++
		actions += len(s.Actions)
		resources += len(s.Resources)
		if s.Prefix <= before || s.Name == "" {
			t.Errorf("service %q (%q) follows %q", s.Prefix, s.Name, before)
		}
		before = s.Prefix
		checkService(t, c, s)
	}
	if services != catalog.ServiceCount || actions != catalog.ActionCount || resources != catalog.ResourceTypeCount {
		t.Errorf("%d services, %d actions, %d resource types, want %d, %d, %d", services, actions, resources,
			catalog.ServiceCount, catalog.ActionCount, catalog.ResourceTypeCount)
	}
	if services < 456 || actions < 22_091 {
		t.Errorf("%d services with %d actions: there were 456 with 22,091 once", services, actions)
	}
}

// checkService makes sure that all of a service can be found, in any case, and that its parts refer to each other.
func checkService(t *testing.T, c *catalog.Catalog, s *catalog.Service) {
	if found, ok := c.Service(strings.ToUpper(s.Prefix)); !ok || found != s {
		t.Errorf("service %q is not found in upper case", s.Prefix)
	}
	known := map[string]bool{}
	for _, k := range s.Keys {
		known[k.Name] = true
		if k.Type.String() == "" {
			t.Errorf("%s: key %q has no type", s.Prefix, k.Name)
		}
		if _, ok := c.ConditionKey(strings.ToUpper(k.Name)); !ok {
			t.Errorf("key %q is not found in upper case", k.Name)
		}
	}
	checkKeys := func(where string, keys []string) {
		for _, k := range keys {
			if !known[k] {
				t.Errorf("%s refers to the key %q, which its service does not define", where, k)
			}
		}
	}
	for _, r := range s.Resources {
		if found, ok := s.Resource(strings.ToUpper(r.Name)); !ok || found.Name != r.Name {
			t.Errorf("%s: resource type %q is not found in upper case", s.Prefix, r.Name)
		}
		for _, arn := range r.ARNs {
			if !strings.HasPrefix(arn, "arn:") || strings.Count(arn, ":") < 5 {
				t.Errorf("%s: resource type %q has the ARN %q", s.Prefix, r.Name, arn)
			}
		}
		checkKeys(s.Prefix+" "+r.Name, r.Keys)
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		if found, ok := c.Action(s.Prefix, strings.ToUpper(a.Name)); !ok || found != a || a.Service != s.Prefix {
			t.Errorf("%s is not found in upper case", a)
		}
		if a.Access.String() == "" {
			t.Errorf("%s has no access level", a)
		}
		checkKeys(a.String(), a.Keys)
		for _, r := range a.Resources {
			if _, ok := s.Resource(r.Type); !ok {
				t.Errorf("%s refers to the resource type %q", a, r.Type)
			}
			checkKeys(a.String(), r.Keys)
		}
	}
}

func TestAction(t *testing.T) {
	c := catalog.Load()
	a, ok := c.Action("S3", "getobject")
	if !ok {
		t.Fatal("s3:GetObject is missing")
	}
	if a.String() != "s3:GetObject" || a.Access != catalog.Read || !slices.Contains(a.Keys, "s3:TlsVersion") {
		t.Errorf("got %+v", a)
	}
	if !slices.ContainsFunc(a.Resources, func(r catalog.ActionResource) bool { return r.Type == "object" }) {
		t.Errorf("it does not work on objects: %+v", a.Resources)
	}
	s, _ := c.Service("s3")
	if object, _ := s.Resource("object"); !slices.Equal(object.ARNs, []string{"arn:${Partition}:s3:::${BucketName}/${ObjectName}"}) {
		t.Errorf("object has the ARNs %q", object.ARNs)
	}
	levels := map[string]catalog.AccessLevel{
		"iam:CreateUser": catalog.Write, "iam:TagUser": catalog.Tagging, "iam:PutUserPolicy": catalog.PermissionsManagement,
		"iam:ListUsers": catalog.List, "iam:GetUser": catalog.Read,
	}
	for name, level := range levels {
		service, action, _ := strings.Cut(name, ":")
		if a, ok := c.Action(service, action); !ok || a.Access != level {
			t.Errorf("%s: got %v, want level %v", name, a, level)
		}
	}
	for _, name := range [][2]string{{"s3", "GetObjekt"}, {"nosuch", "GetObject"}, {"", ""}, {"s3", ""}, {"s\u212a3", "GetObject"}, {"\u212ams", "Encrypt"}} {
		if _, ok := c.Action(name[0], name[1]); ok {
			t.Errorf("%q is found", name)
		}
	}
}

func TestMatching(t *testing.T) {
	c := catalog.Load().With(&catalog.Service{Prefix: "MyApp", Actions: []catalog.Action{{Name: "Reject"}, {Name: "Approve"}}})
	exact := map[string][]string{
		"myapp:*":        {"myapp:Approve", "myapp:Reject"},
		"MYAPP:app*":     {"myapp:Approve"},
		"myapp:?eject":   {"myapp:Reject"},
		"myapp:":         nil,
		"my*:Approve":    nil,
		"*:Approve":      nil,
		"nosuch:*":       nil,
		"sts:AssumeRole": {"sts:AssumeRole"},
		"Approve":        nil,
		"":               nil,
	}
	for pattern, want := range exact {
		if got := collect(c, pattern); !slices.Equal(got, want) {
			t.Errorf("%q matches %q, want %q", pattern, got, want)
		}
	}
	for _, pattern := range []string{"*", "*:*"} {
		if got := collect(c, pattern); len(got) != catalog.ActionCount+2 {
			t.Errorf("%q matches %d actions, want %d", pattern, len(got), catalog.ActionCount+2)
		}
	}
	gets := collect(c, "s3:Get*")
	if len(gets) < 50 || slices.ContainsFunc(gets, func(a string) bool { return !strings.HasPrefix(a, "s3:Get") }) {
		t.Errorf("s3:Get* matches %q", gets)
	}
	for range c.Matching("*") {
		break // a loop that ends early must not go on
	}
}

func collect(c *catalog.Catalog, pattern string) []string {
	var all []string
	for a := range c.Matching(pattern) {
		all = append(all, a.String())
	}
	return all
}

func TestWith(t *testing.T) {
	aws := catalog.Load()
	given := &catalog.Service{Prefix: "s3", Name: "Own storage", Actions: []catalog.Action{{Name: "b"}, {Name: "A"}}}
	first := &catalog.Service{Prefix: "0first", Actions: []catalog.Action{{Name: "Go"}}}
	last := &catalog.Service{Prefix: "zzz", Actions: []catalog.Action{{Name: "Go"}}}
	own := aws.With(given, last).With(first)

	if s, ok := own.Service("S3"); !ok || s.Name != "Own storage" || s.Actions[0].Name != "A" || s.Actions[0].Service != "s3" {
		t.Errorf("s3 is %+v", s)
	}
	if given.Actions[0].Name != "b" || given.Actions[0].Service != "" {
		t.Errorf("the given service was modified: %+v", given)
	}
	if s, _ := aws.Service("s3"); s == nil || s.Name == "Own storage" {
		t.Error("With changed the catalogue that it was called on")
	}
	var prefixes []string
	for s := range own.Services() {
		prefixes = append(prefixes, s.Prefix)
	}
	if len(prefixes) != catalog.ServiceCount+2 || !slices.IsSorted(prefixes) || prefixes[0] != "0first" || prefixes[len(prefixes)-1] != "zzz" {
		t.Errorf("%d services, from %q to %q", len(prefixes), prefixes[0], prefixes[len(prefixes)-1])
	}
	a, _ := aws.ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	b, _ := own.ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	if a != b || !reflect.DeepEqual(a, b) {
		t.Error("the policies are not shared")
	}
}

// TestDependents: the actions that others depend on are there, each under its own name.
func TestDependents(t *testing.T) {
	c := catalog.Load()
	for name, want := range map[string]string{
		"lambda:CreateFunction":       "iam:PassRole",
		"ec2:RunInstances":            "ec2:CreateTags",
		"ecs:RunTask":                 "iam:PassRole",
		"sagemaker:CreateTrainingJob": "sagemaker:AddTags",
	} {
		service, action, _ := strings.Cut(name, ":")
		a, ok := c.Action(service, action)
		if !ok || !slices.Contains(a.Dependents(), want) {
			t.Errorf("%s does not depend on %s", name, want)
		}
	}
	n := 0
	for s := range c.Services() {
		for i := range s.Actions {
			for _, name := range s.Actions[i].Dependents() {
				n++
				service, action, _ := strings.Cut(name, ":")
				if a, ok := c.Action(service, action); !ok || a.String() != name {
					t.Errorf("%s depends on %s, which is no action", s.Actions[i].String(), name)
				}
			}
		}
	}
	if n < 2000 {
		t.Errorf("there are only %d dependent actions", n)
	}
}
