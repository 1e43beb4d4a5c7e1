package iam_test

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// accessAnswer is an answer of either Get operation, in one form.
type accessAnswer struct {
	Status   string `xml:"JobStatus"`
	Type     string `xml:"JobType"`
	Marker   string
	Services []struct {
		Namespace string `xml:"ServiceNamespace"`
		Name      string `xml:"ServiceName"`
		Last      string `xml:"LastAuthenticated"`
		Entity    string `xml:"LastAuthenticatedEntity"`
		Region    string `xml:"LastAuthenticatedRegion"`
		Total     int    `xml:"TotalAuthenticatedEntities"`
		Actions   []struct {
			Name   string `xml:"ActionName"`
			Entity string `xml:"LastAccessedEntity"`
			Time   string `xml:"LastAccessedTime"`
			Region string `xml:"LastAccessedRegion"`
		} `xml:"TrackedActionsLastAccessed>member"`
	} `xml:"ServicesLastAccessed>member"`
	Entities []struct {
		Name string `xml:"EntityInfo>Name"`
		Type string `xml:"EntityInfo>Type"`
		Last string `xml:"LastAuthenticated"`
	} `xml:"EntityDetailsList>member"`
}

func readAccess(t *testing.T, body string) accessAnswer {
	t.Helper()
	var answer struct {
		One accessAnswer `xml:"GetServiceLastAccessedDetailsResult"`
		Two accessAnswer `xml:"GetServiceLastAccessedDetailsWithEntitiesResult"`
	}
	check(t, xml.Unmarshal([]byte(body), &answer))
	if answer.One.Status != "" {
		return answer.One
	}
	return answer.Two
}

// line is what of an answer tells: each service with the name of who used it last, and the number of who did.
func (a accessAnswer) line() string {
	var parts []string
	for _, s := range a.Services {
		part := s.Namespace
		if s.Last != "" {
			part += fmt.Sprintf("=%s/%d", s.Entity[strings.LastIndexAny(s.Entity, "/:")+1:], s.Total)
		}
		var used []string
		for _, action := range s.Actions {
			if action.Time != "" {
				used = append(used, action.Name)
			}
		}
		if len(used) > 0 {
			part += "(" + strings.Join(used, ",") + ")"
		}
		parts = append(parts, part)
	}
	for _, e := range a.Entities {
		part := e.Type + ":" + e.Name
		if e.Last != "" {
			part += "!"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

// accessAccount has the users ann and bob in the group dev, the user cat and the role app. The policy shared is for dev
// and app; ann also has an inline policy.
func accessAccount(t *testing.T, f *fixture) *account {
	document := func(text string) directory.Document {
		d, err := directory.NewDocument(policy.Identity, `{"Version":"2012-10-17","Statement":[`+text+`]}`)
		check(t, err)
		return d
	}
	trust, err := directory.NewDocument(policy.Trust, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
	check(t, err)
	return f.newAccount(t, func(tx *store.Tx, id string) []directory.Entity {
		now, shared := tx.Now(), "arn:aws:iam::"+id+":policy/shared"
		dev := &directory.Group{ID: "AGPADEV" + id, Name: "dev", Path: "/", Created: now, Attached: []string{shared}}
		user := func(name string, groups ...string) *directory.User {
			return &directory.User{ID: "AIDA" + strings.ToUpper(name) + id, Name: name, Path: "/", Created: now, Groups: groups}
		}
		ann, bob := user("ann", dev.ID), user("bob", dev.ID)
		ann.Inline = []directory.InlinePolicy{{Name: "own", Document: document(`{"Effect":"Allow","Action":["iam:Get*","sqs:*"],"Resource":"*"},{"Effect":"Deny","Action":"sns:*","Resource":"*"}`)}}
		return []directory.Entity{
			dev, ann, bob, user("cat"),
			&directory.Role{ID: "AROAAPP" + id, Name: "app", Path: "/", Created: now, MaxSession: 3600, Trust: trust, Attached: []string{shared}},
			&directory.Policy{
				ID: session.NewEntityID("ANPA"), Name: "shared", Path: "/", Created: now, Updated: now, Default: 1, Latest: 1,
				Versions: []directory.PolicyVersion{{Number: 1, Created: now, Document: document(`{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","sns:Publish"],"Resource":"*"}`)}},
			},
		}
	})
}

func (a *account) report(t *testing.T, entity, level string) string {
	t.Helper()
	in := map[string]any{"Arn": "arn:aws:iam::{account}:" + entity}
	if strings.HasPrefix(entity, "arn:") {
		in["Arn"] = entity
	}
	if level != "" {
		in["Granularity"] = level
	}
	return elements(t, a.must(t, "GenerateServiceLastAccessedDetails", in), "JobId")[0]
}

// TestLastAccessed: the services that permissions policies grant, and who tried which of them last, allowed or not.
func TestLastAccessed(t *testing.T) {
	f := newFixture(t, nil)
	a := accessAccount(t, f)
	now := time.Now().Unix()
	for _, tried := range []struct {
		id, action string
		allowed    bool
		ago        int64
	}{
		{"AIDAANN", "s3:GetObject", true, 100},
		{"AIDABOB", "s3:PutObject", false, 50},
		{"AROAAPP", "s3:ListBucket", false, 10}, // not granted: it counts for the service
		{"AIDAANN", "sqs:SendMessage", true, 5},
		{"AIDACAT", "sns:Publish", false, 1},
		{"AIDABOB", "sns:Publish", true, 401 * 24 * 3600}, // too long ago
	} {
		f.Store.Attempted(a.id, tried.id+a.id, tried.action, tried.allowed, store.Attempt{At: now - tried.ago, Region: "eu-west-1"})
	}
	for _, c := range []struct{ entity, level, want string }{
		{"user/ann", "", "iam s3=ann/1 sqs=ann/1"},
		{"user/ann", "ACTION_LEVEL", "iam s3=ann/1(GetObject) sqs=ann/1(SendMessage)"},
		{"user/bob", "", "s3=bob/1 sns"},
		{"user/cat", "", ""},
		{"group/dev", "SERVICE_LEVEL", "s3=bob/2 sns"},
		{"group/dev", "ACTION_LEVEL", "s3=bob/2(GetObject,PutObject) sns"},
		{"role/app", "ACTION_LEVEL", "s3=app/1 sns"},
		{"policy/shared", "", "s3=app/3 sns"},
		{"arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess", "", "sqs"},
	} {
		job := a.report(t, c.entity, c.level)
		got := readAccess(t, a.must(t, "GetServiceLastAccessedDetails", map[string]any{"JobId": job}))
		level := c.level
		if level == "" {
			level = "SERVICE_LEVEL"
		}
		if got.line() != c.want || got.Status != "COMPLETED" || got.Type != level {
			t.Errorf("%s %s: %s %s: %q, want %q", c.entity, c.level, got.Status, got.Type, got.line(), c.want)
		}
	}

	admin := readAccess(t, a.must(t, "GetServiceLastAccessedDetails", map[string]any{"JobId": a.report(t, "user/admin", "ACTION_LEVEL"), "MaxItems": 1000}))
	for _, s := range admin.Services {
		if s.Namespace != "iam" {
			continue
		}
		i := slices.IndexFunc(s.Actions, func(a struct {
			Name   string `xml:"ActionName"`
			Entity string `xml:"LastAccessedEntity"`
			Time   string `xml:"LastAccessedTime"`
			Region string `xml:"LastAccessedRegion"`
		}) bool {
			return a.Name == "GenerateServiceLastAccessedDetails"
		})
		if i < 0 || s.Actions[i].Time == "" || s.Actions[i].Region != "us-east-1" || !strings.HasSuffix(s.Actions[i].Entity, ":user/admin") || s.Name == "" {
			t.Errorf("the administrator's own calls do not count: %+v", s)
		}
	}
	if len(admin.Services) < 300 {
		t.Errorf("the administrator is granted %d services", len(admin.Services))
	}

	for _, c := range []struct{ entity, service, want string }{
		{"group/dev", "s3", "USER:bob! USER:ann!"},
		{"policy/shared", "s3", "ROLE:app! USER:bob! USER:ann!"},
		{"policy/shared", "SNS", "USER:ann USER:bob ROLE:app"},
		{"user/ann", "iam", "USER:ann"},
	} {
		job := a.report(t, c.entity, "")
		in := map[string]any{"JobId": job, "ServiceNamespace": c.service}
		if got := readAccess(t, a.must(t, "GetServiceLastAccessedDetailsWithEntities", in)).line(); got != c.want {
			t.Errorf("%s, %s: %q, want %q", c.entity, c.service, got, c.want)
		}
		var paged []string
		for in["MaxItems"] = 1; ; {
			page := readAccess(t, a.must(t, "GetServiceLastAccessedDetailsWithEntities", in))
			paged = append(paged, page.line())
			if page.Marker == "" {
				break
			}
			in["Marker"] = page.Marker
		}
		if got := strings.Join(paged, " "); got != c.want {
			t.Errorf("%s, %s, one by one: %q, want %q", c.entity, c.service, got, c.want)
		}
	}
}

// TestLastAccessedJobs: a job stays as it was made from page to page, is its account's own, and ends.
func TestLastAccessedJobs(t *testing.T) {
	f := newFixture(t, nil)
	a, other := accessAccount(t, f), f.newAccount(t, nil)
	job := a.report(t, "user/ann", "")
	first := readAccess(t, a.must(t, "GetServiceLastAccessedDetails", map[string]any{"JobId": job, "MaxItems": 1}))
	a.must(t, "DeleteUserPolicy", map[string]any{"UserName": "ann", "PolicyName": "own"})
	f.Store.Attempted(a.id, "AIDAANN"+a.id, "s3:GetObject", true, store.Attempt{At: time.Now().Unix()})
	second := readAccess(t, a.must(t, "GetServiceLastAccessedDetails", map[string]any{"JobId": job, "MaxItems": 10, "Marker": first.Marker}))
	if first.line() != "iam" || second.line() != "s3 sqs" || second.Marker != "" {
		t.Errorf("the pages are %q and %q, want what was there when the job was made", first.line(), second.line())
	}
	if got := other.as(t, "admin", "GetServiceLastAccessedDetails", map[string]any{"JobId": job}); got.Status != 404 || got.Code != "NoSuchEntity" {
		t.Errorf("another account gets %d %s", got.Status, got.Code)
	}

	a.allow(t, map[string]any{"Effect": "Allow", "Action": "iam:*", "Resource": "*"})
	if got := a.as(t, "caller", "GetServiceLastAccessedDetails", map[string]any{"JobId": job}); got.Status != 404 || got.Code != "NoSuchEntity" {
		t.Errorf("another user gets %d %s", got.Status, got.Code)
	}

	admin := f.Store.Snapshot().Account(a.id).User("admin").ID
	old, running := strings.Repeat("a", 36), strings.Repeat("b", 36)
	then := time.Now().UTC().Add(-25 * time.Hour)
	check(t, f.Store.BeginReport(t.Context(), a.id, store.AccessReport, old, admin, then))
	check(t, f.Store.FinishReport(t.Context(), a.id, store.AccessReport, old, []byte("{}"), then))
	if got := a.as(t, "admin", "GetServiceLastAccessedDetails", map[string]any{"JobId": old}); got.Code != "NoSuchEntity" {
		t.Errorf("a job of yesterday: %d %s", got.Status, got.Code)
	}
	check(t, f.Store.BeginReport(t.Context(), a.id, store.AccessReport, running, admin, time.Now().UTC()))
	for op, in := range map[string]map[string]any{
		"GetServiceLastAccessedDetails":             {"JobId": running},
		"GetServiceLastAccessedDetailsWithEntities": {"JobId": running, "ServiceNamespace": "s3"},
	} {
		if got := readAccess(t, a.must(t, op, in)); got.Status != "IN_PROGRESS" || got.line() != "" {
			t.Errorf("%s of a running job: %s %q", op, got.Status, got.line())
		}
	}
}

// TestPoliciesGrantingServiceAccess: inline and attached policies, through groups too, each by what it grants alone.
func TestPoliciesGrantingServiceAccess(t *testing.T) {
	f := newFixture(t, nil)
	a := accessAccount(t, f)
	for _, c := range []struct {
		entity   string
		services []any
		want     string
	}{
		{"user/ann", []any{"sqs", "s3", "ec2", "s3"}, "ec2: s3:shared/MANAGED sqs:own/INLINE/USER/ann"},
		{"user/bob", []any{"S3", "sqs"}, "s3:shared/MANAGED sqs:"},
		{"group/dev", []any{"sns"}, "sns:shared/MANAGED"},
		{"role/app", []any{"s3", "iam"}, "iam: s3:shared/MANAGED"},
		{"user/admin", []any{"ec2"}, "ec2:AdministratorAccess/MANAGED"},
	} {
		body := a.must(t, "ListPoliciesGrantingServiceAccess", map[string]any{"Arn": "arn:aws:iam::{account}:" + c.entity, "ServiceNamespaces": c.services})
		var answer struct {
			Entries []struct {
				Service  string                                                                       `xml:"ServiceNamespace"`
				Policies []struct{ PolicyName, PolicyType, PolicyArn, EntityType, EntityName string } `xml:"Policies>member"`
			} `xml:"ListPoliciesGrantingServiceAccessResult>PoliciesGrantingServiceAccess>member"`
		}
		check(t, xml.Unmarshal([]byte(body), &answer))
		var parts []string
		for _, e := range answer.Entries {
			part := e.Service + ":"
			for _, p := range e.Policies {
				part += p.PolicyName + "/" + p.PolicyType
				if p.EntityType != "" {
					part += "/" + p.EntityType + "/" + p.EntityName
				}
				if (p.PolicyArn != "") != (p.PolicyType == "MANAGED") {
					t.Errorf("%s: %s has the ARN %q", c.entity, p.PolicyName, p.PolicyArn)
				}
			}
			parts = append(parts, part)
		}
		if got := strings.Join(parts, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.entity, got, c.want)
		}
	}
}
