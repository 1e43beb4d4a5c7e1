package access

import (
	"reflect"
	"slices"
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// Verdict is the answer in one word. Whoever must not miss anything tests for "not No".
type Verdict uint8

// The verdicts.
const (
	// No: no circumstances exist under which the request is allowed.
	No Verdict = iota
	// Undecided: none were found, and not all could be tried. Answer.Why says what was left out.
	Undecided
	// YesIf: the request is allowed where it meets the Requirements.
	YesIf
	// Yes: the request is allowed in the plainest circumstances, which whoever holds the credentials brings about alone:
	// now, over TLS, from an address that no policy singles out, without a second factor, without tags.
	Yes
)

// String is "no", "undecided", "yes if" or "yes".
func (v Verdict) String() string {
	return [...]string{No: "no", Undecided: "undecided", YesIf: "yes if", Yes: "yes"}[v]
}

// MarshalText is String.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Answer says whether a principal can do something.
type Answer struct {
	Verdict Verdict `json:"verdict"`
	// Requirements of a YesIf: whoever meets all of them, in otherwise plain circumstances, is allowed. There may be other ways.
	Requirements []Requirement `json:"requirements,omitempty"`
	// Witness is a request that is allowed, for Yes and YesIf; nil otherwise.
	Witness *Witness `json:"-"`
	// Statements are the Allow statements that let the witness through, of every layer that has to allow.
	Statements []StatementRef `json:"statements,omitempty"`
	// Why is one sentence for No and Undecided.
	Why string `json:"why,omitempty"`
}

// Possible reports whether a request was found that is allowed: Yes or YesIf.
func (a *Answer) Possible() bool { return a.Verdict >= YesIf }

// Texts say the requirements to people, each once: "with MFA", "from 10.0.0.0/8".
func (a *Answer) Texts() []string {
	var texts []string
	for i := range a.Requirements {
		if text := a.Requirements[i].Text; !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return texts
}

// Text is the answer for people: "yes", "yes, with MFA and from 10.0.0.0/8".
func (a *Answer) Text() string {
	if a.Verdict != YesIf {
		return a.Verdict.String()
	}
	return "yes, " + strings.Join(a.Texts(), " and ")
}

// Requirement is one condition of a policy that the request must meet, or must not: that of a Deny.
type Requirement struct {
	// Key is the condition key as the policy spells it.
	Key      string `json:"key"`
	Operator string `json:"operator"`
	// Values are the policy's, with variables filled in.
	Values []string `json:"values"`
	// Negated is true where the condition must fail, since it is a Deny's.
	Negated bool `json:"negated,omitempty"`
	// Layer, Policy, SID, Line and Column say where the condition stands; Line and Column are 0 where the document has no text.
	Layer  eval.Layer `json:"layer"`
	Policy string     `json:"policy"`
	SID    string     `json:"sid,omitempty"`
	Line   int        `json:"line"`
	Column int        `json:"column"`
	// Text says it to people: "with MFA", "from 10.0.0.0/8".
	Text string `json:"text"`

	statement *policy.Statement
}

// StandsIn reports whether a document has the statement with the condition: see StatementRef.StandsIn.
func (r *Requirement) StandsIn(doc *policy.Document) bool {
	return doc != nil && r.statement != nil && r.statement.Index < len(doc.Statements) && same(r.statement, &doc.Statements[r.statement.Index])
}

// StatementRef is the place of a statement.
type StatementRef struct {
	Layer  eval.Layer `json:"layer"`
	Policy string     `json:"policy"` // name of its eval.Source
	File   string     `json:"file,omitempty"`
	SID    string     `json:"sid,omitempty"`
	Index  int        `json:"index"` // in its document, from 0
	Line   int        `json:"line"`
	Column int        `json:"column"`

	statement *policy.Statement
}

// Is reports whether it is the place of that statement of its policy, by all that the statement says: a user and its
// groups may each have an inline policy of one name.
func (r *StatementRef) Is(st *policy.Statement) bool { return same(r.statement, st) }

// StandsIn reports whether a document has the statement.
func (r *StatementRef) StandsIn(doc *policy.Document) bool {
	return doc != nil && r.Index < len(doc.Statements) && r.Is(&doc.Statements[r.Index])
}

func same(a, b *policy.Statement) bool {
	return a == b || a != nil && b != nil && reflect.DeepEqual(a, b)
}

// Witness is a request that is allowed: Finder.Replay decides it again.
type Witness struct {
	// Snapshot is the Finder's; for a principal of an account that it does not hold, with that account.
	Snapshot    *directory.Snapshot
	Caller      *authz.Caller
	Environment *authz.Environment
	Ask         *authz.Ask
}
