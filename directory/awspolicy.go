package directory

import "maps"

// AWSPolicy is an AWS-managed policy as one account has it, in another version than the catalog's newest.
type AWSPolicy struct {
	ARN, Name, Path string
	Version         string // of the default version: "v3"
	Document        Document
}

// WithAWSPolicies makes the snapshot in which an account that it holds sees these AWS-managed policies in place of the
// catalog's of the same ARN, and those that the catalog does not have. It is for accounts that live on AWS: what AWS
// enforced when the account was exported counts, not what AWS published since. No store keeps them.
func (s *Snapshot) WithAWSPolicies(account string, policies []AWSPolicy) *Snapshot {
	old := s.Account(account)
	if old == nil || len(policies) == 0 {
		return s
	}
	next := *s
	next.accounts = s.accounts.edit()
	a := old.edit()
	a.aws = maps.Clone(a.aws)
	if a.aws == nil {
		a.aws = make(map[string]*ManagedPolicy, len(policies))
	}
	for _, p := range policies {
		a.aws[p.ARN] = &ManagedPolicy{
			ARN: p.ARN, Name: p.Name, Path: p.Path, Version: p.Version, Document: s.library.adopt(p.Document),
		}
	}
	next.accounts.set(account, a)
	return &next
}

// awsManaged finds an AWS-managed policy as the account sees it, or gives nil.
func (a *Account) awsManaged(arn string) *ManagedPolicy {
	if p := a.aws[arn]; p != nil {
		return p
	}
	return a.library.awsManaged(a.Partition(), arn)
}
