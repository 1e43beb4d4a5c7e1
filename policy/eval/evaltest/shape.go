package evaltest

import (
	"fmt"

	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// Shape is the policies of one caller, and a request for each outcome.
type Shape struct {
	Name     string
	Policies Policies
	Cases    []Case
}

// Case is one request and its decision. The request is as a caller makes it: strings as they come, nothing looked up,
// split or folded beforehand but the names of the condition keys.
type Case struct {
	Outcome string // "allow", "deny" or "no-match"
	Request *eval.Request
	Want    eval.Decision
}

// The outcomes that every shape has, in this order.
const (
	Allow   = "allow"
	Deny    = "deny"
	NoMatch = "no-match"
)

// Policies are the texts of policy documents, by layer.
type Policies struct {
	Identity []string
	Boundary string // "" where there is none
	Session  []string
	SCP      [][]string // root first
}

// Shapes are all shapes of one caller, the smallest first.
func Shapes() []Shape {
	return []Shape{A(), B(), BHot(), C(), CHot(), Stack()}
}

// Layers parses the texts and prepares them.
func (p *Policies) Layers() (eval.Layers, error) {
	var l eval.Layers
	var err error
	if l.Identity, err = sources("identity", p.Identity); err != nil {
		return l, err
	}
	if l.Session, err = sources("session", p.Session); err != nil {
		return l, err
	}
	for i, texts := range p.SCP {
		level, err := sources(fmt.Sprintf("scp-%d", i+1), texts)
		if err != nil {
			return l, err
		}
		l.SCP = append(l.SCP, level)
	}
	if p.Boundary != "" {
		boundary, err := sources("boundary", []string{p.Boundary})
		if err != nil {
			return l, err
		}
		l.Boundary = &boundary[0]
	}
	return l, nil
}

// Compile makes the Set of the policies, from their texts.
func (p *Policies) Compile() (*eval.Set, error) {
	l, err := p.Layers()
	if err != nil {
		return nil, err
	}
	return eval.Compile(l), nil
}

func sources(name string, texts []string) ([]eval.Source, error) {
	var list []eval.Source
	for i, text := range texts {
		doc, err := policy.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s policy %d: %w", name, i+1, err)
		}
		list = append(list, eval.Source{Name: fmt.Sprintf("%s-%d", name, i+1), Policy: eval.Prepare(doc)})
	}
	return list, nil
}
