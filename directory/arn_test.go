package directory

import (
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
)

func TestARN(t *testing.T) {
	a := New(NewLibrary(nil)).With(1, "111122223333", []Entity{&AccountInfo{ID: "111122223333"}}, nil).Account("111122223333")
	for _, c := range []struct {
		entity Entity
		want   string
	}{
		{a.Info(), "arn:aws:iam::111122223333:root"},
		{&User{Name: "alice", Path: "/"}, "arn:aws:iam::111122223333:user/alice"},
		{&User{Name: "alice", Path: "/team/a/"}, "arn:aws:iam::111122223333:user/team/a/alice"},
		{&User{Name: "alice"}, "arn:aws:iam::111122223333:user/alice"},
		{&Group{Name: "g", Path: "/"}, "arn:aws:iam::111122223333:group/g"},
		{&Role{Name: "r", Path: "/aws-service-role/x/"}, "arn:aws:iam::111122223333:role/aws-service-role/x/r"},
		{&Policy{Name: "p", Path: "/t/"}, "arn:aws:iam::111122223333:policy/t/p"},
		{&InstanceProfile{Name: "i", Path: "/"}, "arn:aws:iam::111122223333:instance-profile/i"},
		{&SAMLProvider{Name: "s"}, "arn:aws:iam::111122223333:saml-provider/s"},
		{&Trail{Name: "Main", Region: "eu-west-1"}, "arn:aws:cloudtrail:eu-west-1:111122223333:trail/Main"},
		{&AccessKey{ID: "AKIA"}, ""},
		{&ServerCertificate{ID: "ASCA", Name: "web", Path: "/team/"}, "arn:aws:iam::111122223333:server-certificate/team/web"},
		{&SSHPublicKey{ID: "APKA"}, ""},
	} {
		if got := a.ARN(c.entity); got != c.want {
			t.Errorf("ARN of %+v is %s, want %s", c.entity, got, c.want)
		}
	}
}

func TestPolicyByARN(t *testing.T) {
	s := New(NewLibrary(nil)).With(1, "111122223333", []Entity{
		&Policy{ID: "ANPA1", Name: "Read", Path: "/team/"}, &Policy{ID: "ANPA2", Name: "top", Path: "/"},
	}, nil)
	a := s.Account("111122223333")
	for arn, want := range map[string]string{
		"arn:aws:iam::111122223333:policy/team/Read":    "ANPA1",
		"arn:aws:iam::111122223333:policy/top":          "ANPA2",
		"arn:aws:iam::111122223333:policy/Read":         "",
		"arn:aws:iam::111122223333:policy/team/read":    "",
		"arn:aws:iam::111122223333:policy/Team/Read":    "",
		"arn:aws:iam::111122223333:policy//team/Read":   "",
		"arn:aws:iam::111122223333:policyteam/Read":     "",
		"arn:aws:iam::111122223333:policy":              "",
		"arn:aws:iam::111122223333:policy/":             "",
		"arn:aws:iam::111122223333:user/top":            "",
		"arn:aws:iam::444455556666:policy/top":          "",
		"arn:aws:iam::aws:policy/top":                   "",
		"arn:aws-us-gov:iam::111122223333:policy/top":   "",
		"arn:aws:iam:eu-west-1:111122223333:policy/top": "",
		"": "",
	} {
		got := ""
		if p := a.PolicyByARN(arn); p != nil {
			got = p.ID
			if a.ARN(p) != arn {
				t.Errorf("%q found %s", arn, a.ARN(p))
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", arn, got, want)
		}
	}
}

// AWS-managed policies are there in every account.
func TestManaged(t *testing.T) {
	const admin = "arn:aws:iam::aws:policy/AdministratorAccess"
	s := New(NewLibrary(catalog.Load()))
	for _, account := range testAccounts {
		s = s.With(s.Revision()+1, account, []Entity{
			&Group{ID: "AGPA1", Name: "Administrators", Path: "/", Attached: []string{admin}, Inline: []InlinePolicy{{Name: "own", Document: Document{Text: allowAll}}}},
			&User{ID: "AIDA1", Name: "admin", Path: "/", Groups: []string{"AGPA1"}, Attached: []string{"arn:aws:iam::" + account + ":policy/p"}},
			&Policy{ID: "ANPA1", Name: "p", Path: "/", Default: 3, Versions: []PolicyVersion{{Number: 3, Document: Document{Text: allowAll}}}},
		}, nil)
		a := s.Account(account)
		var got []string
		for _, source := range a.IdentityPolicies(a.User("admin")) {
			got = append(got, source.Name)
			if source.Policy == denyAll() {
				t.Errorf("%s was not found", source.Name)
			}
		}
		if want := []string{"arn:aws:iam::" + account + ":policy/p", "inline own", admin}; !slices.Equal(got, want) {
			t.Errorf("identity policies %v, want %v", got, want)
		}
		own := a.Managed("arn:aws:iam::" + account + ":policy/p")
		if own == nil || own.Customer == nil || own.Version != "v3" || own.Document.Text != allowAll {
			t.Errorf("own policy: %+v", own)
		}
		aws := a.Managed(admin)
		if aws == nil || aws.Customer != nil || aws.Name != "AdministratorAccess" || aws.Path != "/" || aws.Document.Err() != nil {
			t.Fatalf("AWS-managed policy: %+v", aws)
		}
		if again := a.Managed(admin); again != aws {
			t.Error("it is made anew for each look-up")
		}
	}
}

// TestPartition: an account of another partition has its ARNs there, and sees AWS's policies there alone.
func TestPartition(t *testing.T) {
	const account = "111122223333"
	snap := New(NewLibrary(catalog.Load())).With(1, account, []Entity{
		&AccountInfo{ID: account, Partition: "aws-us-gov"},
		&User{ID: "AIDAEXAMPLE", Name: "ann", Attached: []string{"arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"}},
		&Policy{ID: "ANPAEXAMPLE", Name: "own", Path: "/"},
		&OIDCProvider{ID: "p", URL: "id.example.com/a"},
		&Trail{ID: "t", Name: "main", Region: "us-gov-west-1"},
	}, nil)
	a := snap.Account(account)
	if got := a.ARN(a.User("ann")); got != "arn:aws-us-gov:iam::111122223333:user/ann" {
		t.Errorf("ann is %s", got)
	}
	if got := a.ARN(a.Info()); got != "arn:aws-us-gov:iam::111122223333:root" {
		t.Errorf("the root user is %s", got)
	}
	if a.TrailByARN("arn:aws-us-gov:cloudtrail:us-gov-west-1:111122223333:trail/main") == nil ||
		a.TrailByARN("arn:aws:cloudtrail:us-gov-west-1:111122223333:trail/main") != nil {
		t.Error("the trail is not in its partition alone")
	}
	for name, want := range map[string]bool{
		"arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess":             true,
		"arn:aws-us-gov:iam::aws:policy/job-function/Billing":       true,
		"arn:aws-us-gov:iam::111122223333:policy/own":               true,
		"arn:aws:iam::aws:policy/ReadOnlyAccess":                    false,
		"arn:aws-cn:iam::aws:policy/ReadOnlyAccess":                 false,
		"arn:aws:iam::111122223333:policy/own":                      false,
		"arn:aws-us-gov:iam::aws:policy/NoSuchPolicy":               false,
		"arn:aws-us-gov:iam::aws:policy/service-role/AWSLambdaRole": true,
	} {
		if got := a.Managed(name); (got != nil) != want || got != nil && got.ARN != name {
			t.Errorf("%s is there: %t", name, got != nil)
		}
	}
	if a.OIDCProviderByARN("arn:aws-us-gov:iam::111122223333:oidc-provider/id.example.com/a") == nil ||
		a.OIDCProviderByARN("arn:aws:iam::111122223333:oidc-provider/id.example.com/a") != nil {
		t.Error("the provider is not in its partition alone")
	}
	// What AWS's policies name is in the account's partition.
	for p := range catalog.Load().ManagedPolicies() {
		if text, _ := p.Document(""); !strings.Contains(text, "arn:aws:") {
			continue
		}
		there := a.Managed(a.Names().ManagedPolicy(p.Path, p.Name).String())
		if there == nil || strings.Contains(there.Document.Text, "arn:aws:") || !strings.Contains(there.Document.Text, "arn:aws-us-gov:") {
			t.Errorf("%s is not in the partition", p.Name)
		}
		break
	}
}
