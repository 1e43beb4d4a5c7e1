package audit

import (
	"slices"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
)

// ReportVersion is that of the JSON form of a Report. Fields may be added within one; none change their meaning.
const ReportVersion = "1"

// Report is what an audit found. Its JSON form is stable: docs/audit-report.md tells each field.
type Report struct {
	Version   string    `json:"version"`
	Generated time.Time `json:"generated"`
	// Account is the id of the one account that the audit is about; "" where there are several, which Accounts has.
	Account  string           `json:"account"`
	Accounts []AccountSummary `json:"accounts"`

	// Checks are those that ran.
	Checks []CheckInfo `json:"checks"`
	// Assessed are the checks that could be answered, NotAssessed those that could not, or not wholly, each per account.
	Assessed    []Assessment `json:"assessed"`
	NotAssessed []Assessment `json:"notAssessed"`

	// Findings, the gravest first. Those that are suppressed are here too.
	Findings []Finding `json:"findings"`

	Administrators []Administrator `json:"administrators"`
	Escalations    []Escalation    `json:"escalations"`
	Cut            *Cut            `json:"cut,omitempty"`
	External       []External      `json:"external"`

	Score Score `json:"score"`
	// Problems are files or documents of the input that could not be used.
	Problems []string `json:"problems,omitempty"`
	// Compared: there was a baseline.
	Compared bool `json:"compared,omitempty"`
	// Resolved are the ids of findings that the baseline has and this report has not, though their check was assessed.
	Resolved []string `json:"resolved,omitempty"`
	// Expired are suppressions whose time is over, and Unused those that fit no finding.
	Expired []Suppression `json:"expiredSuppressions,omitempty"`
	Unused  []Suppression `json:"unusedSuppressions,omitempty"`
}

// AccountSummary is one account of the report.
type AccountSummary struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	Alias string `json:"alias,omitempty"`
	// Entities is true where the input has IAM entities of the account; Users, Groups, Roles and Policies are how many.
	Entities bool `json:"entities"`
	Users    int  `json:"users"`
	Groups   int  `json:"groups"`
	Roles    int  `json:"roles"`
	Policies int  `json:"policies"`
}

// CheckInfo is what a report says of a check itself.
type CheckInfo struct {
	ID         string      `json:"id"`
	Title      string      `json:"title"`
	Why        string      `json:"why"`
	Severity   Severity    `json:"severity"`
	Area       Area        `json:"area"`
	References []Reference `json:"references"`
}

// Info is what a report says of the check.
func (c *Check) Info() CheckInfo {
	return CheckInfo{ID: c.ID, Title: c.Title, Why: c.Why, Severity: c.Severity, Area: c.Area, References: listed(c.References)}
}

// Check is the check of a finding or assessment; the zero CheckInfo where it did not run.
func (r *Report) Check(id string) CheckInfo {
	for i := range r.Checks {
		if r.Checks[i].ID == id {
			return r.Checks[i]
		}
	}
	return CheckInfo{ID: id}
}

// Assessment is what became of one check in one account.
type Assessment struct {
	Check   string `json:"check"`
	Account string `json:"account"`
	// Findings is their number.
	Findings int `json:"findings"`
	// Missing is what could not be looked at; empty for a check that was assessed.
	Missing []Gap `json:"missing,omitempty"`
}

// Administrator is a principal that can give itself everything.
type Administrator struct {
	ARN     string `json:"arn"`
	Account string `json:"account"`
	// How says by what, for people: "allowed everything by policy AdministratorAccess through group admins".
	How string `json:"how"`
	// Requirements must be met; empty for who needs nothing but the credentials.
	Requirements []access.Requirement `json:"requirements,omitempty"`
	// Partly is what it may do under further requirements only.
	Partly []escalation.Part `json:"partly,omitempty"`
	// Statements that make it one.
	Statements []Statement `json:"statements,omitempty"`
}

// Escalation is a way by which a principal that is no administrator becomes one, or gets to another one's permissions.
type Escalation struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Steps []Step `json:"steps"`
	// Requirements of To, beside those of the steps.
	Requirements []access.Requirement `json:"requirements,omitempty"`
}

// Step is one step of an Escalation: requests that are allowed, one after the other.
type Step struct {
	// Step is the id of the kind of step: "create-policy-version".
	Step string `json:"step"`
	// Title says it with the names of this case.
	Title string `json:"title"`
	From  string `json:"from"`
	To    string `json:"to"`
	// Object is the ARN of the policy, group or provider that the step makes use of; "" where there is none.
	Object       string               `json:"object,omitempty"`
	Requests     []Request            `json:"requests"`
	Requirements []access.Requirement `json:"requirements,omitempty"`
	// Statements grant it.
	Statements []Statement `json:"statements"`
}

// Request is one request of a Step, as it can be made.
type Request struct {
	Principal string              `json:"principal"`
	Action    string              `json:"action"`
	Resource  string              `json:"resource"`
	Context   map[string][]string `json:"context,omitempty"`
	Decision  string              `json:"decision"`
}

// Statement is a statement of a policy, with who has the policy: a user, group or role, or the policy itself; "" for one of
// an organization.
type Statement struct {
	Holder string `json:"holder,omitempty"`
	access.StatementRef
}

// Cut is the smallest set of statements without which no escalation is left.
type Cut struct {
	Statements []Statement `json:"statements"`
	// Exact is true where no smaller set exists. Where it is false Least is a number of statements that it takes at least.
	Exact bool `json:"exact"`
	Least int  `json:"least"`
}

// External is somebody outside the account who reaches something in it.
type External struct {
	Resource  string   `json:"resource"`
	Principal string   `json:"principal"`
	Actions   []string `json:"actions"`
	Public    bool     `json:"public"`
	// Outside is true beyond the organization, too.
	Outside      bool                 `json:"outsideOrganization"`
	Requirements []access.Requirement `json:"requirements,omitempty"`
}

// add takes what a check reported.
func (r *Report) add(rep *Reporter) {
	r.Findings = append(r.Findings, rep.findings...)
	as := Assessment{Check: rep.check.ID, Account: rep.account.ID, Findings: len(rep.findings), Missing: rep.gaps}
	if len(rep.gaps) > 0 {
		r.NotAssessed = append(r.NotAssessed, as)
	} else {
		r.Assessed = append(r.Assessed, as)
	}
}

// Open are the findings that are not suppressed, at least as grave as s.
func (r *Report) Open(s Severity) []Finding {
	return slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return f.Suppressed != nil || f.Severity < s })
}
