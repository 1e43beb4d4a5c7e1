package audit

import "slices"

// Reporter takes what a check finds in one account.
type Reporter struct {
	check    *Check
	account  *Account
	findings []Finding
	gaps     []Gap
}

// Gap is something that a check could not assess.
type Gap struct {
	// Missing is what the input lacks, as a noun: "the credential report", "the permissions of role x".
	Missing string `json:"missing"`
	// Get is a command that gets it; "" where none does.
	Get string `json:"get,omitempty"`
}

// Found reports a finding. Check, account, severity and id are filled in, references and resource where they are empty. aspect tells
// several findings of this check about one resource apart, by something that stays: a key's id, a kind; "" where there is
// at most one.
func (r *Reporter) Found(aspect string, f Finding) { r.FoundAs(r.check.Severity, aspect, f) }

// FoundAs is Found with a severity other than the check's.
func (r *Reporter) FoundAs(s Severity, aspect string, f Finding) {
	f.Check, f.Account, f.Severity, f.aspect = r.check.ID, r.account.ID, s, aspect
	if f.References == nil {
		f.References = listed(r.check.References)
	}
	f.Evidence = listed(f.Evidence)
	if f.Resource == "" {
		f.Resource = r.account.RootARN()
	}
	f.ID = f.idOf()
	r.findings = append(r.findings, f)
}

// NotAssessed reports a gap: what the check would have needed. What was found beside it stands.
func (r *Reporter) NotAssessed(missing, get string) {
	if g := (Gap{missing, get}); !slices.Contains(r.gaps, g) {
		r.gaps = append(r.gaps, g)
	}
}
