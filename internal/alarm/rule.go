package alarm

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Severity of an alarm, as findings have it.
type Severity string

// The severities, the worst last.
const (
	Low      Severity = "LOW"
	Medium   Severity = "MEDIUM"
	High     Severity = "HIGH"
	Critical Severity = "CRITICAL"
)

// severities in their order.
func severities() []Severity { return []Severity{Low, Medium, High, Critical} }

// Rule says which events raise an alarm, and what counts as the same one. An event matches when every member in When has
// one of its values and no member in Unless does.
type Rule struct {
	// ID names the rule: lower-case letters, digits and hyphens.
	ID string `yaml:"id"`
	// Type is the finding's type, in GuardDuty's form where it has one: "Policy:IAMUser/RootCredentialUsage".
	Type     string   `yaml:"type"`
	Title    string   `yaml:"title"` // what happened, one line
	Why      string   `yaml:"why"`   // why it matters
	Severity Severity `yaml:"severity"`

	When   Conditions `yaml:"when"`
	Unless Conditions `yaml:"unless"`
	// By are the members whose values together say what the alarm is about: events with the same values count as one.
	By List `yaml:"by"`

	// Threshold is how many matching events within Within raise the alarm; 1 where it is 0.
	Threshold int `yaml:"threshold"`
	// Distinct is a member of which only different values count toward Threshold; "" counts every event.
	Distinct string        `yaml:"distinct"`
	Within   time.Duration `yaml:"within"`

	// Fresh makes the rule match only what did not happen for so long, to a principal that is known for at least Learn.
	Fresh time.Duration `yaml:"fresh"`
	Learn time.Duration `yaml:"learn"`

	// Fact makes the rule match only where the event made this true of somebody; see Judge.
	Fact Fact `yaml:"fact"`

	own bool // it comes from the operator's file
}

// Own reports whether the rule comes from the operator's file and is none of Warder's.
func (r *Rule) Own() bool { return r.own }

// Conditions are patterns by member of the record. "*" and "?" are wildcards; a member that is absent is "".
type Conditions map[string]List

// List is one text or several.
type List []string

// Limits on rules.
const (
	maxRules    = 200
	maxMembers  = 20  // in When, or in Unless
	maxPatterns = 200 // of a member
	maxPattern  = 512 // bytes
	maxBy       = 4
	maxText     = 500 // bytes of a title and such
	maxCount    = 100 // of a threshold
	maxWithin   = 24 * time.Hour
	maxFresh    = 366 * 24 * time.Hour
)

var ruleID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

// check says what is wrong with a rule, for whoever wrote it.
func (r *Rule) check() error {
	if !ruleID.MatchString(r.ID) {
		return fmt.Errorf("rule %q: an id is 1 to 64 lower-case letters, digits and hyphens", cut(r.ID, 64))
	}
	if err := r.checkParts(); err != nil {
		return fmt.Errorf("rule %s: %w", r.ID, err)
	}
	return nil
}

func (r *Rule) checkParts() error {
	for name, text := range map[string]string{"type": r.Type, "title": r.Title, "why": r.Why} {
		if len(text) > maxText || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
			return fmt.Errorf("%s: at most %d bytes, on one line", name, maxText)
		}
	}
	switch {
	case r.Title == "":
		return fmt.Errorf("no title, which is what people read first")
	case !slices.Contains(severities(), r.Severity):
		return fmt.Errorf("severity %q: LOW, MEDIUM, HIGH or CRITICAL", cut(string(r.Severity), 64))
	case len(r.When) == 0:
		return fmt.Errorf("no condition in when: it would match every event")
	case len(r.By) == 0 || len(r.By) > maxBy:
		return fmt.Errorf("by has %d members; 1 to %d say what an alarm is about", len(r.By), maxBy)
	}
	for name, conditions := range map[string]Conditions{"when": r.When, "unless": r.Unless} {
		if err := conditions.check(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	members := slices.Clone(r.By)
	if r.Distinct != "" {
		members = append(members, r.Distinct)
	}
	for _, m := range members {
		if err := checkMember(m); err != nil {
			return err
		}
	}
	return r.checkCounting()
}

// checkCounting is about threshold, fresh and fact, which are three ways to count.
func (r *Rule) checkCounting() error {
	counts := r.Threshold > 1 || r.Distinct != ""
	switch {
	case r.Threshold < 0 || r.Threshold > maxCount:
		return fmt.Errorf("threshold %d: 1 to %d", r.Threshold, maxCount)
	case r.Distinct != "" && r.Threshold < 2:
		return fmt.Errorf("distinct needs a threshold of 2 or more")
	case counts != (r.Within != 0) || r.Within < 0 || r.Within > maxWithin || counts && r.Within < time.Second:
		return fmt.Errorf("within %v: a threshold above 1 needs a time from 1s to %v, and nothing else has one", r.Within, maxWithin)
	case r.Fresh < 0 || r.Fresh > maxFresh || r.Learn < 0 || r.Learn > r.Fresh:
		return fmt.Errorf("fresh %v, learn %v: fresh is at most %v, and learn at most fresh", r.Fresh, r.Learn, maxFresh)
	case r.Fresh > 0 && r.Fresh < time.Hour:
		return fmt.Errorf("fresh %v: at least an hour", r.Fresh)
	case r.Fact != "" && !slices.Contains(facts(), r.Fact):
		return fmt.Errorf("fact %q: there are %v", cut(string(r.Fact), 64), facts())
	case counts && (r.Fresh > 0 || r.Fact != "") || r.Fresh > 0 && r.Fact != "":
		return fmt.Errorf("a rule has a threshold, or fresh, or a fact, and no two of them")
	}
	return nil
}

func (c Conditions) check() error {
	if len(c) > maxMembers {
		return fmt.Errorf("%d members; at most %d", len(c), maxMembers)
	}
	for member, patterns := range c {
		if err := checkMember(member); err != nil {
			return err
		}
		if len(patterns) == 0 || len(patterns) > maxPatterns {
			return fmt.Errorf("%s has %d values; 1 to %d", member, len(patterns), maxPatterns)
		}
		for _, p := range patterns {
			if len(p) > maxPattern {
				return fmt.Errorf("%s: a value of more than %d bytes", member, maxPattern)
			}
		}
	}
	return nil
}

// threshold is the number of events or values that raise the alarm.
func (r *Rule) threshold() int { return max(r.Threshold, 1) }

// cut shortens a text for a message.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// RuleState is a rule, and why it finds nothing here; "" where it is in force.
type RuleState struct {
	*Rule
	Inactive string
}

// States tells of each rule whether it is in force.
func (o *Options) States() []RuleState {
	all := make([]RuleState, 0, len(o.Rules))
	for _, r := range o.Rules {
		state := RuleState{Rule: r}
		if _, needs := r.When["place"]; needs && len(o.Networks) == 0 {
			state.Inactive = "no networks of workloads are configured (setting alarm-workload-network)"
		}
		all = append(all, state)
	}
	return all
}
