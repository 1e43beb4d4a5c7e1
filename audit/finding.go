package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Finding is one thing that is wrong with one resource.
type Finding struct {
	// ID stays the same as long as the same thing is wrong with the same resource, whatever else changes.
	ID string `json:"id"`
	// Check is the id of the check.
	Check    string   `json:"check"`
	Severity Severity `json:"severity"`
	Account  string   `json:"account"`
	// Resource is the ARN of what it is about; of the account itself, that of its root user.
	Resource string `json:"resource"`
	// Title says what is wrong, in one sentence without a full stop, with the names and numbers of this case.
	Title string `json:"title"`
	// Evidence is what shows it, the most telling first.
	Evidence []Evidence `json:"evidence"`
	Remedy   Remedy     `json:"remedy"`
	// References are the check's, or those of its that are about this case.
	References []Reference `json:"references"`
	// FirstSeen is when it was found first, as far as the baseline tells.
	FirstSeen time.Time `json:"firstSeen"`
	// New is true where there was a baseline and it did not have it.
	New bool `json:"new,omitempty"`
	// Suppressed says why somebody decided to live with it; nil for most.
	Suppressed *Suppression `json:"suppressed,omitempty"`

	// aspect tells findings of one check about one resource apart.
	aspect string
}

// Evidence is one fact behind a finding, with its place.
type Evidence struct {
	// Text is the fact: "access key AKIA… was made on 2024-02-01, 667 days ago".
	Text string `json:"text"`
	// Policy is the name or ARN of the policy that it stands in, with its holder for an inline one; "" if in none.
	Policy string `json:"policy,omitempty"`
	// Statement is its Sid, or "#3" for the third of those without one.
	Statement string `json:"statement,omitempty"`
	// Line and Column from 1 in the policy's text; 0 where unknown.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// File of the bundle that says it; "" where many do.
	File string `json:"file,omitempty"`
	// Time of the event that it tells of; nil where it is about a state.
	Time *time.Time `json:"time,omitempty"`
}

// Remedy is how to mend it: one sentence, and what to run or write.
type Remedy struct {
	Text string `json:"text"`
	// Command is a line of the AWS CLI, or several, that a person can run as they are.
	Command string `json:"command,omitempty"`
	// Patch is a changed policy document, or statement.
	Patch string `json:"patch,omitempty"`
	// Terraform is a fragment of configuration.
	Terraform string `json:"terraform,omitempty"`
}

// idOf makes a stable id.
func (f *Finding) idOf() string { return FindingID(f.Check, f.Account, f.Resource, f.aspect) }

// FindingID is the id of a finding: its check, and a hash of what it is about. With it a reader of findings tells which of
// several things of one resource is meant, such as which of a user's keys: the aspect, as Reporter.Found has it.
func FindingID(check, account, resource, aspect string) string {
	h := sha256.New()
	for _, part := range []string{check, account, resource, aspect} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return check + "-" + hex.EncodeToString(h.Sum(nil)[:6])
}

// Command is a line for a shell: names in an export are not trusted, and people copy what a report says.
func Command(args ...string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = arg
		if arg == "" || strings.ContainsFunc(arg, needsQuotes) {
			quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

func needsQuotes(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-_./:=@,+", c))
}
