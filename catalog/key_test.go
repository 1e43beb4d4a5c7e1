package catalog_test

import (
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
)

func TestConditionKey(t *testing.T) {
	c := catalog.Load()
	tests := []struct{ given, name, kind string }{
		{"aws:SourceIp", "aws:SourceIp", "IPAddress"},
		{"AWS:SOURCEIP", "aws:SourceIp", "IPAddress"},
		{"aws:CurrentTime", "aws:CurrentTime", "Date"},
		{"aws:PrincipalArn", "aws:PrincipalArn", "ARN"},
		{"aws:MultiFactorAuthAge", "aws:MultiFactorAuthAge", "Numeric"},
		{"aws:SecureTransport", "aws:SecureTransport", "Bool"},
		{"aws:TagKeys", "aws:TagKeys", "ArrayOfString"},
		{"aws:principaltag/team", "aws:PrincipalTag/${TagKey}", "String"},
		{"aws:RequestTag/a:b/c", "aws:RequestTag/${TagKey}", "String"},
		{"aws:ResourceTag/${TagKey}", "aws:ResourceTag/${TagKey}", "String"},
		{"s3:prefix", "s3:prefix", "String"},
		{"s3:max-keys", "s3:max-keys", "Numeric"},
		{"s3:ExistingObjectTag/x", "s3:ExistingObjectTag/${TagKey}", "String"},
		{"iam:PolicyARN", "iam:PolicyARN", "ARN"},
		{"iam:PassedToService", "iam:PassedToService", "String"},
		{"kms:EncryptionContext:Department", "kms:EncryptionContext:${EncryptionContextKey}", "String"},
		{"kms:EncryptionContextKeys", "kms:EncryptionContextKeys", "ArrayOfString"},
		{"dynamodb:LeadingKeys", "dynamodb:LeadingKeys", "ArrayOfString"},
		{"codebuild:environment.environmentVariables/PATH.value", "codebuild:environment.environmentVariables/${name}.value", "String"},
		{"saml:aud", "saml:aud", "String"},
		{"token.actions.githubusercontent.com:actor", "token.actions.githubusercontent.com:actor", "String"},
		{"token.actions.githubusercontent.com/acme:actor", "token.actions.githubusercontent.com/${SubPath}:actor", "String"},
		// The global key wins over a service's with the same name.
		{"identitystore:UserId", "identitystore:UserId", "String"},
	}
	for _, test := range tests {
		k, ok := c.ConditionKey(test.given)
		if !ok || k.Name != test.name || k.TypeName() != test.kind {
			t.Errorf("%q is %q of type %q (%v), want %q of type %q", test.given, k.Name, k.TypeName(), ok, test.name, test.kind)
		}
	}
	for _, name := range []string{"", ":", "aws:", "aws:NoSuchKey", "aws:PrincipalTag", "aws:PrincipalTag/", "nosuch:key", "s3:ExistingObjectTag/",
		"kms:EncryptionContext:", "codebuild:environment.environmentVariables/.value", "aws:To\u212aenIssueTime", "sub"} {
		if k, ok := c.ConditionKey(name); ok {
			t.Errorf("%q is known as %q", name, k.Name)
		}
	}
}

// The keys that evaluation relies on, with whether they are multivalued.
func TestGlobalKeys(t *testing.T) {
	single := `PrincipalArn PrincipalAccount PrincipalOrgID PrincipalTag/x PrincipalType PrincipalIsAWSService PrincipalServiceName
		userid username AssumedRoot FederatedProvider TokenIssueTime MultiFactorAuthPresent MultiFactorAuthAge SourceIdentity SourceIp
		SourceVpc SourceVpce VpcSourceIp SecureTransport ResourceAccount ResourceOrgID ResourceTag/x CurrentTime EpochTime
		RequestedRegion RequestTag/x UserAgent referer SourceArn SourceAccount SourceOrgID ViaAWSService CalledViaFirst CalledViaLast`
	multi := `PrincipalOrgPaths PrincipalServiceNamesList ResourceOrgPaths TagKeys SourceOrgPaths CalledVia`
	c := catalog.Load()
	check := func(names string, want bool) {
		for _, name := range strings.Fields(names) {
			if got, known := c.Multivalued("aws:" + name); !known || got != want {
				t.Errorf("aws:%s: multivalued %v, known %v; want %v and known", name, got, known, want)
			}
		}
	}
	check(single, false)
	check(multi, true)
	if _, known := c.Multivalued("myapp:Colour"); known {
		t.Error("myapp:Colour is known")
	}
}

// Whose word counts, when several services define one key.
func TestKeyPrecedence(t *testing.T) {
	key := func(name string, multivalued bool) catalog.ConditionKey {
		return catalog.ConditionKey{Name: name, Type: catalog.TypeString, Multivalued: multivalued}
	}
	c := catalog.Load().With(
		&catalog.Service{Prefix: "aaa", Keys: []catalog.ConditionKey{
			key("aws:SourceIp", true), key("s3:prefix", true), key("myapp:Colour", false), key("other:Key", true), key("aaa:Tag/${Key}", true)}},
		&catalog.Service{Prefix: "myapp", Keys: []catalog.ConditionKey{key("MyApp:Colour", true)}},
		&catalog.Service{Prefix: "sqs", Keys: []catalog.ConditionKey{key("sqs:Own", true)}},
	)
	for name, want := range map[string]bool{
		"aws:SourceIp": false, // a global key
		"s3:prefix":    false, // AWS's s3, not aaa
		"myapp:Colour": true,  // its own service
		"other:Key":    true,  // nobody else knows it
		"aaa:tag/x":    true,
		"sqs:Own":      true,
	} {
		if multi, known := c.Multivalued(name); !known || multi != want {
			t.Errorf("%s: multivalued %v, known %v; want %v and known", name, multi, known, want)
		}
	}
}

// TestListOfGlobalKeys: AWS's list of global condition context keys, each with a type; some have a service's prefix.
func TestListOfGlobalKeys(t *testing.T) {
	c := catalog.Load()
	names := map[string]bool{}
	for _, k := range c.GlobalKeys() {
		names[k.Name] = true
		if found, ok := c.ConditionKey(k.Name); k.TypeName() == "" || !ok || found != k {
			t.Errorf("%+v is found as %+v", k, found)
		}
	}
	for _, name := range []string{"aws:SourceIp", "aws:PrincipalTag/${TagKey}", "aws:MultiFactorAuthPresent", "aws:TagKeys"} {
		if !names[name] {
			t.Errorf("%s is not among them", name)
		}
	}
}
