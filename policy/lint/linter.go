package lint

import (
	"fmt"
	"slices"

	"github.com/warder-iam/warder/policy"
)

// linter is one run of the checks over one document.
type linter struct {
	src      string
	options  Options
	lines    lines
	findings []Finding

	root       *node
	version    string // of the language: "2008-10-17" where the document has none
	statements []statement

	steps       int // what comparisons have cost
	suggestions int // names that were compared with all others
	templates   map[string]compiled
}

// trustDocument is the resource type under which ValidatePolicy knows a role's trust policy.
const trustDocument = "AWS::IAM::AssumeRolePolicyDocument"

func newLinter(src string, o Options) *linter {
	switch {
	case o.Kind == 0:
		o.Kind = policy.Identity
	case o.Kind == policy.Resource && o.ResourceType == trustDocument:
		o.Kind = policy.Trust
	}
	return &linter{src: src, options: o, lines: newLines(src), templates: map[string]compiled{}}
}

// recognizeTrust takes a resource policy of which nobody has said what it is attached to for a role's trust policy if none of
// its statements has a resource, and all are about assuming a role.
func (l *linter) recognizeTrust() {
	if l.options.Kind != policy.Resource || l.options.ResourceType != "" || len(l.statements) == 0 {
		return
	}
	for i := range l.statements {
		s := &l.statements[i]
		if s.resource != nil || s.notResource != nil || s.action == nil || !slices.ContainsFunc(s.actions, assumesRole) {
			return
		}
	}
	l.options.Kind = policy.Trust
}

func assumesRole(n *node) bool { return policy.AssumesRole(n.text) }

// maxSteps bounds the comparisons of names and patterns in one document. Ordinary documents, of any length, stay far below
// it; of one that is made of patterns, the last ones are not compared, and count as good.
const maxSteps = 4_000_000

// spend notes the cost of a comparison, in steps of some fifty nanoseconds; it is false when there has been enough.
func (l *linter) spend(n int) bool {
	l.steps += n
	return l.steps <= maxSteps
}

// read reads the document and reports what is no JSON; the root is nil then.
func (l *linter) read() *node {
	root, repeated, fault := readTree(l.src)
	if fault != nil {
		pos := l.lines.at(fault.offset)
		l.add("JSON_SYNTAX_ERROR", []Location{{Path: []PathElement{}, Span: policy.Span{Start: pos, End: pos}}},
			"The document is not valid JSON at line %d, column %d: %s.", pos.Line, pos.Column, fault.reason)
		return nil
	}
	for _, n := range repeated {
		l.add("JSON_SYNTAX_ERROR", []Location{l.atKey(n)}, "The name %q stands twice in one object. Remove one of them.", n.key)
	}
	return root
}

// report adds a finding about one value.
func (l *linter) report(code string, n *node, format string, args ...any) {
	l.add(code, []Location{l.atValue(n)}, format, args...)
}

// reportKey adds a finding about the name of a member.
func (l *linter) reportKey(code string, n *node, format string, args ...any) {
	l.add(code, []Location{l.atKey(n)}, format, args...)
}

// reportAll adds one finding about several values.
func (l *linter) reportAll(code string, nodes []*node, format string, args ...any) {
	l.add(code, l.locate(nodes), format, args...)
}

// locate gives the places of several values, in their order. Once the document has cost too much, it gives the first alone.
func (l *linter) locate(nodes []*node) []Location {
	const cost = 40 // in steps
	if !l.spend(cost*len(nodes)) && len(nodes) > 1 {
		nodes = nodes[:1]
	}
	locations := make([]Location, len(nodes))
	for i, n := range nodes {
		locations[i] = l.atValue(n)
	}
	return locations
}

func (l *linter) add(code string, locations []Location, format string, args ...any) {
	if len(l.findings) >= maxFindings {
		return
	}
	c := lookup(code)
	l.findings = append(l.findings, Finding{
		Type: c.Type, Code: code, Details: fmt.Sprintf(format, args...), Link: c.Link(), Locations: locations,
	})
}

func (l *linter) atValue(n *node) Location {
	return Location{Path: n.path(), Span: l.lines.span(n.start, n.end)}
}

// atKey is the place of a member's name.
func (l *linter) atKey(n *node) Location {
	path := n.path()
	path[len(path)-1] = PathElement{Key: new(n.key)}
	return Location{Path: path, Span: l.lines.span(n.keyStart, n.keyEnd)}
}

// is is whether the document is of one of the kinds.
func (l *linter) is(kinds ...policy.Kind) bool { return slices.Contains(kinds, l.options.Kind) }
