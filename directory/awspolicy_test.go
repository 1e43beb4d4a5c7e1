package directory

import "testing"

// TestWithAWSPolicies: an account that had another version of an AWS-managed policy decides by that one, and keeps it
// over later changes; the other accounts and the state before do not see it.
func TestWithAWSPolicies(t *testing.T) {
	const managed = "arn:aws:iam::aws:policy/Historical"
	user := func() *User { return &User{ID: "AIDAALICE", Name: "alice", Path: "/", Attached: []string{managed}} }
	l := NewLibrary(nil)
	before := New(l).With(1, testAccounts[0], []Entity{user()}, nil).With(2, testAccounts[1], []Entity{user()}, nil)
	text := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`
	policy := AWSPolicy{ARN: managed, Name: "Historical", Path: "/", Version: "v3", Document: Document{Text: text}}
	s := before.WithAWSPolicies(testAccounts[0], []AWSPolicy{policy})
	s = s.With(3, testAccounts[0], []Entity{&Group{ID: "AGPAX", Name: "x", Path: "/"}}, nil)
	if mayRead(before, "b") || !mayRead(s, "b") {
		t.Error("the account does not decide by its own version")
	}
	if p := s.Account(testAccounts[0]).Managed(managed); p == nil || p.Version != "v3" || p.Customer != nil || p.Document.Text != text {
		t.Errorf("the policy shows as %+v", p)
	}
	if p := s.Account(testAccounts[1]).Managed(managed); p != nil {
		t.Errorf("another account has %+v", p)
	}
	if again := s.WithAWSPolicies("999999999999", []AWSPolicy{policy}); again != s {
		t.Error("an account that is not there began to be")
	}
}
