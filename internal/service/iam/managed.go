package iam

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/awsapi"
)

// managed is a managed policy of either owner: exactly one of the two is set.
type managed struct {
	own *directory.Policy
	aws *catalog.ManagedPolicy
}

// policyOwner is the account that a policy's ARN names, "aws" for AWS's own. The error says that the text is no policy's
// ARN.
func policyOwner(policyARN string) (string, error) {
	a, err := arn.Parse(policyARN)
	if err != nil {
		return "", noARN(policyARN)
	}
	if a.Service != "iam" || a.Region != "" || !strings.HasPrefix(a.Resource, "policy/") {
		return "", noPolicyARN(policyARN)
	}
	return a.Account, nil
}

// findManaged finds a policy that the account may read; missing words the error where there is none.
func findManaged(snap *directory.Snapshot, a *directory.Account, policyARN string, missing func(string) *awsapi.Error) (managed, error) {
	if _, err := policyOwner(policyARN); err != nil {
		return managed{}, err
	}
	if p := a.PolicyByARN(policyARN); p != nil {
		return managed{own: p}, nil
	}
	if c := snap.Library().Catalog(); c != nil {
		if p, ok := c.ManagedPolicy(policyARN); ok {
			return managed{aws: p}, nil
		}
	}
	return managed{}, missing(policyARN)
}

// ownPolicy finds a policy of the account as a copy to change. change is what is being tried, for the refusal to do so
// with AWS's policies; missing words the error where there is none.
func ownPolicy(a *directory.Account, policyARN, change string, missing func(string) *awsapi.Error) (*directory.Policy, error) {
	owner, err := policyOwner(policyARN)
	if err != nil {
		return nil, err
	}
	if owner != a.ID() {
		return nil, notOwnPolicies(change)
	}
	p := a.PolicyByARN(policyARN)
	if p == nil {
		return nil, missing(policyARN)
	}
	return p.Clone(), nil
}

// managedAfter gives the account's own policies and then AWS's, by the position of the one before. AWS's stand by their
// ARNs, which no name can be taken for: names hold no colon.
func managedAfter(snap *directory.Snapshot, a *directory.Account, own, aws bool) func(after string) seqOf[managed] {
	return func(after string) seqOf[managed] {
		return func(yield func(managed) bool) {
			amongAWS := strings.Contains(after, ":")
			if own && !amongAWS {
				for p := range a.PoliciesAfter(after) {
					if !yield(managed{own: p}) {
						return
					}
				}
			}
			if !aws || snap.Library().Catalog() == nil {
				return
			}
			for p := range snap.Library().Catalog().ManagedPolicies() {
				if (!amongAWS || p.ARN > after) && !yield(managed{aws: p}) {
					return
				}
			}
		}
	}
}

func (m managed) position() string {
	if m.own != nil {
		return m.own.Name
	}
	return m.aws.ARN
}

func (m managed) arn(a *directory.Account) string {
	if m.own != nil {
		return a.ARN(m.own)
	}
	return m.aws.ARN
}

func (m managed) path() string {
	if m.own != nil {
		return m.own.Path
	}
	return m.aws.Path
}

// version is one version of a managed policy.
type version struct {
	id        string // "v3"
	created   time.Time
	isDefault bool
	text      func() string
}

// versions are the policy's, newest first, as AWS lists them.
func (m managed) versions() iter.Seq[version] {
	return func(yield func(version) bool) {
		if m.own != nil {
			for _, v := range slices.Backward(m.own.Versions) {
				shown := version{versionID(v.Number), v.Created, v.Number == m.own.Default, func() string { return v.Document.Text }}
				if !yield(shown) {
					return
				}
			}
			return
		}
		for _, v := range slices.Backward(m.aws.Versions) {
			text := func() string {
				text, _ := m.aws.Document(v.ID)
				return text
			}
			if !yield(version{v.ID, v.Created, v.ID == m.aws.DefaultVersion, text}) {
				return
			}
		}
	}
}

// version finds one version by its id.
func (m managed) version(id string) (version, bool) {
	for v := range m.versions() {
		if v.id == id {
			return v, true
		}
	}
	return version{}, false
}

// versionsAfter gives the versions that are older than the one at that position.
func (m managed) versionsAfter(after string) seqOf[version] {
	last, within := versionNumber(after)
	return func(yield func(version) bool) {
		for v := range m.versions() {
			if n, _ := versionNumber(v.id); (!within || n < last) && !yield(v) {
				return
			}
		}
	}
}

func versionID(number int) string { return "v" + strconv.Itoa(number) }

// versionNumber reads "v3"; false for what no version is called.
func versionNumber(id string) (int, bool) {
	digits, ok := strings.CutPrefix(id, "v")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n > 0 && versionID(n) == id
}
