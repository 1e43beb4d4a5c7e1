package lint

import (
	"cmp"
	"slices"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// Options say what a document is for.
type Options struct {
	// Kind is what the document is written for; the zero value is policy.Identity.
	Kind policy.Kind
	// ResourceType is what a resource policy is attached to, as ValidatePolicy names it: "AWS::S3::Bucket". "" where it
	// is not said; checks that need it are left out then. A Resource policy of "AWS::IAM::AssumeRolePolicyDocument", or of
	// no type and without any resource but with actions that assume a role, is checked as a Trust policy.
	ResourceType string
	// Catalog is the services, actions and keys that exist. It is required.
	Catalog *catalog.Catalog
}

// maxFindings bounds what one document can make Check return: it is text that anybody may send.
const maxFindings = 10_000

// Check gives what is to be said about a document, in the order of the text and at most 10,000 findings. A document that is
// no JSON has the one finding JSON_SYNTAX_ERROR. Check looks at the document alone: whether a principal, a role or a bucket
// exists is not its matter.
func Check(src string, o Options) []Finding {
	l := newLinter(src, o)
	l.check()
	return l.findings
}

func (l *linter) check() {
	root := l.read()
	if root == nil {
		return
	}
	l.document(root)
	l.recognizeTrust()
	for _, check := range documentChecks {
		check(l)
	}
	for i := range l.statements {
		for _, check := range statementChecks {
			check(l, &l.statements[i])
		}
	}
	slices.SortStableFunc(l.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.offset(), b.offset()), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Code, b.Code))
	})
}

// documentChecks look at the whole document, statementChecks at one statement at a time. Each is one file of this package.
var (
	documentChecks = [...]func(*linter){
		checkSize,
		checkVersion,
		checkNoStatement,
		checkSids,
		checkRolesAnywhere,
		checkRedundantStatements,
	}
	statementChecks = [...]func(*linter, *statement){
		checkElements,
		checkEmpty,
		checkPrincipal,
		checkTrust,
		checkFederation,
		checkServicePrincipals,
		checkActions,
		checkResources,
		checkVariables,
		checkOperators,
		checkKeys,
		checkRepeatedKeys,
		checkQualifiers,
		checkKeyTypes,
		checkValues,
		checkAddresses,
		checkFormats,
		checkSensitive,
		checkAlways,
		checkCompanions,
		checkSessionKeys,
		checkGrants,
		checkTags,
		checkRedundant,
		checkSCPActions,
		checkRCP,
		checkRCPConditions,
		checkAttached,
	}
)

// Finding is one thing that is to be said about a document.
type Finding struct {
	Type Type
	// Code is AWS's issue code: "REDUNDANT_ACTION".
	Code string
	// Details says what is wrong and what to do, in one or two sentences.
	Details string
	// Link is where AWS explains the check.
	Link string
	// Locations are the places that the finding is about, in the order of the text; there is at least one.
	Locations []Location
}

func (f Finding) offset() int { return f.Locations[0].Span.Start.Offset }

// Location is a place in a document.
type Location struct {
	// Path leads from the document to the value; it is empty for the document itself.
	Path []PathElement
	// Span is where it stands in the text.
	Span policy.Span
}

// PathElement is one step of a path: exactly one of its members is set, as in access-analyzer's union of the same name.
type PathElement struct {
	Index     *int       `json:"index,omitempty"`     // an entry of a list, from 0
	Key       *string    `json:"key,omitempty"`       // a member's name, not its value
	Substring *Substring `json:"substring,omitempty"` // a part of a string
	Value     *string    `json:"value,omitempty"`     // a member's value, by the member's name
}

// Substring is a part of a string's decoded text, in characters.
type Substring struct {
	Start  int `json:"start"`
	Length int `json:"length"`
}

// Type is how grave a finding is.
type Type uint8

// The types of finding.
const (
	Error           Type = iota + 1 // the document does not work, or not as written
	SecurityWarning                 // it allows more than it seems to
	Warning                         // it departs from what AWS recommends
	Suggestion                      // it could be simpler
)

// String gives AWS's name: "SECURITY_WARNING".
func (t Type) String() string {
	switch t {
	case Error:
		return "ERROR"
	case SecurityWarning:
		return "SECURITY_WARNING"
	case Warning:
		return "WARNING"
	case Suggestion:
		return "SUGGESTION"
	}
	return ""
}
