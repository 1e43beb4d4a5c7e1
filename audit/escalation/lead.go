package escalation

import (
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// A lead is a statement that may allow an action: where to look. Leads leave conditions, denies, boundaries and organizations
// out, so they never miss what is allowed; what they point at, audit/access decides. They keep the graph from asking about
// every principal, step and target.
type lead struct {
	statement *policy.Statement
	// patterns of resources; nil where the statement has NotResource, which may mean any.
	patterns []string
}

// leads are those of one policy or one principal, by the number of the action.
type leads map[int][]lead

// vocabulary numbers the actions of the steps.
type vocabulary struct {
	actions []string
	folded  []string // the actions in lower case
	numbers map[string]int
	// services are the parts before the colon that there are.
	services map[string]bool
	// read are the leads of the policies that were read.
	read map[*eval.Policy]leads
	// matched are the numbers of the actions that a pattern of actions matches.
	matched map[string][]int
}

func newVocabulary(steps []Step) *vocabulary {
	v := &vocabulary{numbers: map[string]int{}, services: map[string]bool{}, read: map[*eval.Policy]leads{}, matched: map[string][]int{}}
	for i := range steps {
		for _, need := range steps[i].Needs {
			if _, known := v.numbers[need.Action]; need.By == "" && !known {
				v.numbers[need.Action] = len(v.actions)
				v.actions = append(v.actions, need.Action)
				folded := strings.ToLower(need.Action)
				service, _, _ := strings.Cut(folded, ":")
				v.folded, v.services[service] = append(v.folded, folded), true
			}
		}
	}
	return v
}

// of are the leads of a policy.
func (v *vocabulary) of(p *eval.Policy) leads {
	if found, ok := v.read[p]; ok {
		return found
	}
	found := leads{}
	if doc := p.Document(); doc != nil {
		for i := range doc.Statements {
			v.add(found, &doc.Statements[i])
		}
	}
	v.read[p] = found
	return found
}

func (v *vocabulary) add(to leads, st *policy.Statement) {
	if st.Effect != policy.Allow {
		return
	}
	l := lead{statement: st}
	if st.NotResource == nil {
		l.patterns = make([]string, 0, len(st.Resource))
		for _, r := range st.Resource {
			l.patterns = append(l.patterns, r.Text)
		}
	}
	var named [][]int
	for _, pattern := range append(st.Action[:len(st.Action):len(st.Action)], st.NotAction...) {
		named = append(named, v.matching(pattern.Text))
	}
	seen := make([]bool, len(v.actions))
	for _, numbers := range named {
		for _, n := range numbers {
			seen[n] = true
		}
	}
	for n := range v.actions {
		if seen[n] == (st.NotAction == nil) {
			to[n] = append(to[n], l)
		}
	}
}

// matching are the actions that a pattern matches. Actions have no case.
func (v *vocabulary) matching(pattern string) []int {
	if found, ok := v.matched[pattern]; ok {
		return found
	}
	var found []int
	folded := strings.ToLower(pattern)
	service, _, _ := strings.Cut(folded, ":")
	fixed, _ := fixedPart(folded)
	if !v.services[service] && !strings.Contains(service, "*") {
		return nil // most are of other services, and need not be remembered
	}
	for n, action := range v.folded {
		if strings.HasPrefix(action, fixed) && arn.Glob(folded, action) {
			found = append(found, n)
		}
	}
	v.matched[pattern] = found
	return found
}

// to reports whether some lead may be about the resource.
func (l leads) to(action int, resource string) bool {
	for _, one := range l[action] {
		if one.about(resource) {
			return true
		}
	}
	return false
}

// about reports whether a pattern fits the resource, as far as its variables are known.
func (l *lead) about(resource string) bool {
	if l.patterns == nil {
		return true
	}
	for _, pattern := range l.patterns {
		fixed, open := fixedPart(pattern)
		switch {
		case !open:
			if pattern == resource {
				return true
			}
		case !strings.HasPrefix(resource, fixed):
		case strings.Contains(pattern, "$") || arn.Glob(pattern, resource):
			return true
		}
	}
	return false
}

// resolved are leads in which what a subject is known by stands in place of variables and wildcards: its name as a user, and
// its account in names of IAM, which nobody can do anything to in another one. What is named in full need not be looked for
// among thousands.
func (l lead) resolved(account *directory.Account, userName string) lead {
	anyAccount := arn.Account{Partition: account.Partition(), ID: "*"}.Resource("").String()
	for i, pattern := range l.patterns {
		known := pattern
		if userName != "" {
			known = strings.ReplaceAll(known, "${aws:username}", userName)
		}
		if rest, ok := strings.CutPrefix(known, anyAccount); ok {
			known = account.Names().Resource(rest).String()
		}
		if known != pattern {
			patterns := append([]string(nil), l.patterns...)
			patterns[i] = known
			l.patterns = patterns
		}
	}
	return l
}

// fixedPart is what a pattern has before its first wildcard or variable; open is false for a pattern without any.
func fixedPart(pattern string) (fixed string, open bool) {
	if i := strings.IndexAny(pattern, "*?$"); i >= 0 {
		return pattern[:i], true
	}
	return pattern, false
}

// exact gives the resources that the leads of an action name, where all of them name their resources in full.
func (l leads) exact(action int) (resources []string, ok bool) {
	for _, one := range l[action] {
		if one.patterns == nil {
			return nil, false
		}
		for _, pattern := range one.patterns {
			if _, open := fixedPart(pattern); open {
				return nil, false
			}
			resources = append(resources, pattern)
		}
	}
	return resources, true
}

// unconditional is the number of actions with a lead that has no condition.
func (l leads) unconditional() int {
	n := 0
	for _, all := range l {
		for i := range all {
			if len(all[i].statement.Condition) == 0 {
				n++
				break
			}
		}
	}
	return n
}
