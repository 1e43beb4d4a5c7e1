package lint

import (
	"unicode/utf8"

	"github.com/warder-iam/warder/policy"
)

// quota is the most characters of a document.
type quota struct {
	code    string
	most    int
	written bool // white space counts
	what    string
}

// sizeQuota is the quota of a kind of document. (IAM and Organizations quotas, 2026.)
func (l *linter) sizeQuota() quota {
	switch l.options.Kind {
	case policy.Identity: // the largest there is, which is for all inline policies of a role
		return quota{"POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 10_240, false, "an identity policy"}
	case policy.Trust:
		return quota{"POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", 2_048, false, "a role's trust policy by default"}
	case policy.SCP:
		return quota{"POLICY_SIZE_EXCEEDS_SCP_QUOTA", 10_240, true, "a service control policy"}
	case policy.RCP:
		return quota{"POLICY_SIZE_EXCEEDS_RCP_QUOTA", 5_120, true, "a resource control policy"}
	}
	to, known := attachments[l.options.ResourceType]
	if !known {
		to.quota = 32_768 // the largest of those below, KMS's
	}
	return quota{"POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", to.quota, true, "a policy of this resource"}
}

// checkSize: the POLICY_SIZE_EXCEEDS family.
func checkSize(l *linter) {
	q := l.sizeQuota()
	size := utf8.RuneCountInString(l.src)
	if !q.written {
		size = policy.Size(l.src)
	}
	if size > q.most {
		l.report(q.code, l.root, "The document has %d characters; %s may have %d. Split it.", size, q.what, q.most)
	}
}
