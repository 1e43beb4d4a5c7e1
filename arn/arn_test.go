package arn

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	good := []struct {
		text string
		want ARN
	}{
		{"arn:aws:iam::111122223333:user/eng/ann", ARN{"aws", "iam", "", "111122223333", "user/eng/ann"}},
		{"arn:aws:iam::aws:policy/ReadOnlyAccess", ARN{"aws", "iam", "", "aws", "policy/ReadOnlyAccess"}},
		{"arn:aws:s3:::ledger/2026/q1.csv", ARN{"aws", "s3", "", "", "ledger/2026/q1.csv"}},
		{"arn:aws-us-gov:sns:us-gov-west-1:111122223333:topic:a:b", ARN{"aws-us-gov", "sns", "us-gov-west-1", "111122223333", "topic:a:b"}},
		{"arn:aws:s3:::ledger/a b\nc", ARN{"aws", "s3", "", "", "ledger/a b\nc"}},
	}
	for _, c := range good {
		got, err := Parse(c.text)
		if err != nil || got != c.want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", c.text, got, err, c.want)
		}
		if got.String() != c.text || !Valid(c.text) {
			t.Errorf("%q prints as %q", c.text, got)
		}
	}
	bad := []struct{ text, why string }{
		{"", "begin"},
		{"*", "begin"},
		{"ARN:aws:s3:::b", "begin"},
		{"arn:aws:s3::b", "six parts"},
		{"arn::s3:::b", "partition"},
		{"arn:*:s3:::b", "partition"},
		{"arn:aws::::b", "service"},
		{"arn:aws:s3:::", "resource"},
		{"arn:aws:s3:::b*", "resource"},
		{"arn:aws:iam::1111:root", "account"},
		{"arn:aws:iam::*:root", "account"},
		{"arn:aws:iam::${aws:PrincipalAccount}:root", "account"},
		{"arn:aws:ec2:eu west:111122223333:vpc/v", "region"},
		{"arn:aws:s3:::" + strings.Repeat("b", MaxLength), "length"},
	}
	for _, c := range bad {
		_, err := Parse(c.text)
		if err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("Parse(%q): %v; want an error about %q", c.text, err, c.why)
		}
		if Valid(c.text) {
			t.Errorf("%q is valid", c.text)
		}
	}
}

func TestNames(t *testing.T) {
	acme := In("111122223333")
	cases := []struct {
		arn  ARN
		text string
		want Named
	}{
		{acme.Root(), "arn:aws:iam::111122223333:root", Named{Kind: KindRoot}},
		{acme.User("", "ann"), "arn:aws:iam::111122223333:user/ann", Named{Kind: KindUser, Path: "/", Name: "ann"}},
		{acme.User("/eng/db/", "ann"), "arn:aws:iam::111122223333:user/eng/db/ann", Named{Kind: KindUser, Path: "/eng/db/", Name: "ann"}},
		{acme.Group("/", "ops"), "arn:aws:iam::111122223333:group/ops", Named{Kind: KindGroup, Path: "/", Name: "ops"}},
		{acme.Role("/ci/", "deploy"), "arn:aws:iam::111122223333:role/ci/deploy", Named{Kind: KindRole, Path: "/ci/", Name: "deploy"}},
		{acme.Policy("/", "p"), "arn:aws:iam::111122223333:policy/p", Named{Kind: KindPolicy, Path: "/", Name: "p"}},
		{acme.InstanceProfile("/", "web"), "arn:aws:iam::111122223333:instance-profile/web", Named{Kind: KindInstanceProfile, Path: "/", Name: "web"}},
		{acme.MFA("/", "phone"), "arn:aws:iam::111122223333:mfa/phone", Named{Kind: KindMFA, Path: "/", Name: "phone"}},
		{acme.ServerCertificate("/", "tls"), "arn:aws:iam::111122223333:server-certificate/tls", Named{Kind: KindServerCertificate, Path: "/", Name: "tls"}},
		{acme.SAMLProvider("corp"), "arn:aws:iam::111122223333:saml-provider/corp", Named{Kind: KindSAMLProvider, Name: "corp"}},
		{acme.OIDCProvider("https://id.example.com/realm/a"), "arn:aws:iam::111122223333:oidc-provider/id.example.com/realm/a", Named{Kind: KindOIDCProvider, Name: "id.example.com/realm/a"}},
		{acme.AssumedRole("deploy", "run-7"), "arn:aws:sts::111122223333:assumed-role/deploy/run-7", Named{Kind: KindAssumedRole, Name: "deploy", Session: "run-7"}},
		{acme.FederatedUser("guest"), "arn:aws:sts::111122223333:federated-user/guest", Named{Kind: KindFederatedUser, Name: "guest"}},
		{In("111122223333").ManagedPolicy("/job-function/", "Billing"), "arn:aws:iam::aws:policy/job-function/Billing", Named{Kind: KindPolicy, Path: "/job-function/", Name: "Billing"}},
	}
	for _, c := range cases {
		if c.arn.String() != c.text {
			t.Errorf("got %s, want %s", c.arn, c.text)
		}
		parsed, err := Parse(c.text)
		if err != nil || parsed != c.arn {
			t.Errorf("Parse(%s) = %+v, %v; want %+v", c.text, parsed, err, c.arn)
		}
		if got, ok := parsed.Named(); !ok || got != c.want {
			t.Errorf("%s is named %+v, %v; want %+v", c.text, got, ok, c.want)
		}
	}
	for _, text := range []string{
		"arn:aws:s3:::user/ann",
		"arn:aws:iam::111122223333:user/",
		"arn:aws:iam::111122223333:user/eng/",
		"arn:aws:iam::111122223333:users/ann",
		"arn:aws:iam::111122223333:roots",
		"arn:aws:iam:eu-west-1:111122223333:user/ann",
		"arn:aws:sts::111122223333:assumed-role/deploy",
		"arn:aws:sts::111122223333:assumed-role/deploy/a/b",
		"arn:aws:sts::111122223333:federated-user/a/b",
	} {
		parsed, err := Parse(text)
		if err != nil {
			t.Fatalf("Parse(%s): %v", text, err)
		}
		if got, ok := parsed.Named(); ok {
			t.Errorf("%s is named %+v; want it unknown", text, got)
		}
	}
}

// The names of resources of other services, in every partition.
func TestOf(t *testing.T) {
	for want, got := range map[string]ARN{
		"arn:aws:cloudtrail:eu-west-1:111122223333:trail/main":     In("111122223333").Of("cloudtrail", "eu-west-1", "trail/main"),
		"arn:aws:account::111122223333:account":                    In("111122223333").Of("account", "", "account"),
		"arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/main": Account{China, "111122223333"}.Of("cloudtrail", "cn-north-1", "trail/main"),
	} {
		if parsed, err := Parse(want); err != nil || parsed != got || got.String() != want {
			t.Errorf("got %s, want %s (%v)", got, want, err)
		}
	}
}

func TestPattern(t *testing.T) {
	cases := []struct {
		pattern, arn string
		want         bool
	}{
		{"arn:aws:iam::111122223333:role/*", "arn:aws:iam::111122223333:role/ci/deploy", true},
		{"arn:aws:iam::*:role/d?ploy", "arn:aws:iam::111122223333:role/deploy", true},
		{"arn:*:iam::*:role/deploy", "arn:aws-cn:iam::111122223333:role/deploy", true},
		{"arn:aws:*:role/deploy:x:y", "arn:aws:iam::111122223333:role/deploy", false}, // no crossing of the first five colons
		{"arn:aws:sns:*:*:a:*", "arn:aws:sns:eu-west-1:111122223333:a:b:c", true},     // the sixth part may hold colons
		{"arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:Root", false},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b", false},
		{"arn:aws:s3:::*", "not an arn", false},
	}
	for _, c := range cases {
		p, err := ParsePattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Match(c.arn); got != c.want {
			t.Errorf("%s on %s = %v, want %v", c.pattern, c.arn, got, c.want)
		}
		if p.String() != c.pattern {
			t.Errorf("%s prints as %s", c.pattern, p)
		}
	}
	for _, text := range []string{"", "*", "arn:*", "urn:aws:iam::1:x"} {
		if _, err := ParsePattern(text); err == nil {
			t.Errorf("ParsePattern(%q) is no error", text)
		}
	}
	if (Pattern{}).Match("arn:aws:s3:::b") {
		t.Error("the zero pattern matches")
	}
}

func TestKnownPartition(t *testing.T) {
	for name, want := range map[string]bool{"aws": true, "aws-cn": true, "aws-us-gov": true, "aws-iso-b": true, "": false, "AWS": false, "aws-moon": false} {
		if KnownPartition(name) != want {
			t.Errorf("KnownPartition(%q) = %v", name, !want)
		}
	}
}

func FuzzARN(f *testing.F) {
	for _, s := range []string{"", "arn:aws:s3:::b/k", "arn:aws:iam::111122223333:user/a/b", "arn:aws:sts::111122223333:assumed-role/r/s", "arn:a:b:c:d:e:f", "arn:aws:iam::aws:policy/x", "::::::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := Parse(s)
		if (err == nil) != Valid(s) {
			t.Fatalf("Parse says %v and Valid says %v of %q", err, Valid(s), s)
		}
		if err != nil {
			return
		}
		if a.String() != s {
			t.Fatalf("%q prints as %q", s, a)
		}
		p, err := ParsePattern(s)
		if err != nil || !p.Match(s) {
			t.Fatalf("%q as a pattern does not match itself: %v", s, err)
		}
		n, ok := a.Named()
		if !ok || n.Path == "" {
			return
		}
		if n.Path[0] != '/' || !strings.HasSuffix(n.Path, "/") || n.Name == "" {
			t.Fatalf("%q splits into path %q and name %q", s, n.Path, n.Name)
		}
	})
}
