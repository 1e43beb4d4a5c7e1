package audit

// Check is one rule, with all that there is to say of it beside what it finds.
type Check struct {
	// ID is its name for people and machines, and that of its file: "root-mfa".
	ID string
	// Title is what is right, as a sentence without a full stop: "The root user has MFA".
	Title string
	// Why it matters, in one sentence.
	Why string
	// Severity of what it finds, unless the finding has its own.
	Severity Severity
	Area     Area
	// References to the benchmarks and documents that ask for it.
	References []Reference
	// Run looks at one account. It reports to r, and whatever it cannot answer as a gap: a check that reports neither has
	// found the account clean.
	Run func(a *Account, r *Reporter)
}

// Area is the part of an account that a check is about; each has a score of its own.
type Area string

// The areas, in the order of reports.
const (
	AreaRoot        Area = "root user"
	AreaSignIn      Area = "sign-in"         // MFA and passwords
	AreaCredentials Area = "credentials"     // keys, certificates, their age and use
	AreaPrivilege   Area = "least privilege" // who may do too much
	AreaTrust       Area = "trust"           // who outside gets in
	AreaOrder       Area = "order"           // groups, roles, names, what lies about
	AreaVisibility  Area = "visibility"      // trails, alarms, analyzers, contacts
	AreaGuardrails  Area = "guardrails"      // organization
)

// Areas are all, in the order of reports.
func Areas() []Area {
	return []Area{AreaRoot, AreaSignIn, AreaCredentials, AreaPrivilege, AreaTrust, AreaOrder, AreaVisibility, AreaGuardrails}
}

// Framework is a benchmark that a reference is to.
type Framework string

// The frameworks. Sources: CIS Amazon Web Services Foundations Benchmark 5.0.0 and 7.0.0; AWS Security Hub User Guide, AWS
// Foundational Security Best Practices and the IAM and Account controls; practices are those that Warder stands on.
const (
	CIS5        Framework = "CIS 5.0"
	CIS7        Framework = "CIS 7.0"
	SecurityHub Framework = "Security Hub"
	FSBP        Framework = "FSBP" // a control of Security Hub that is in AWS Foundational Security Best Practices
	Practice    Framework = "practice"
)

// Reference is one place that asks for what a check looks at.
type Reference struct {
	Framework Framework `json:"framework"`
	// ID is the number or name there: "1.4", "IAM.9", "protect the root user".
	ID string `json:"id"`
}

// In reports whether the check is asked for by a framework as people select one: "cis", "fsbp" or "warder", which has all.
func (c *Check) In(framework string) bool {
	for _, r := range c.References {
		switch {
		case framework == "cis" && (r.Framework == CIS5 || r.Framework == CIS7):
			return true
		case framework == "fsbp" && r.Framework == FSBP:
			return true
		}
	}
	return framework == "warder"
}
