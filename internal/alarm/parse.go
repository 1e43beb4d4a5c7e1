package alarm

import (
	"bytes"
	_ "embed" // builtin.yaml
	"errors"
	"fmt"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"
)

// builtin are Warder's own rules, in the form of an operator's file.
//
//go:embed builtin.yaml
var builtin []byte

// MaxFile is the most bytes of a file of rules.
const MaxFile = 1 << 20

// file is a file of rules, YAML or JSON.
type file struct {
	// Disable names rules of Warder's that are not wanted.
	Disable List `yaml:"disable"`
	// Rules are one's own.
	Rules []*Rule `yaml:"rules"`
}

// Builtin gives Warder's own rules.
func Builtin() []*Rule {
	f, err := read(builtin)
	if err != nil {
		panic("alarm: builtin.yaml: " + err.Error()) // a test reads it
	}
	return f.Rules
}

// ParseRules reads an operator's file of rules and gives all that are in force: Warder's that are not disabled, then the
// file's. The error says which rule is wrong, and how.
func ParseRules(text []byte) ([]*Rule, error) {
	f, err := read(text)
	if err != nil {
		return nil, err
	}
	all := Builtin()
	named := func(id string) func(*Rule) bool { return func(r *Rule) bool { return r.ID == id } }
	for _, own := range f.Rules {
		if slices.ContainsFunc(all, named(own.ID)) {
			return nil, fmt.Errorf("rule %s: Warder has one of that id; disable it and give yours another", own.ID)
		}
		own.own = true
	}
	for _, id := range f.Disable {
		if !slices.ContainsFunc(all, named(id)) {
			return nil, fmt.Errorf("disable: Warder has no rule %q", cut(id, 64))
		}
		all = slices.DeleteFunc(all, named(id))
	}
	return append(all, f.Rules...), nil
}

func read(text []byte) (*file, error) {
	if len(text) > MaxFile {
		return nil, fmt.Errorf("larger than %d bytes", MaxFile)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	f := &file{}
	if err := d.Decode(f); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := d.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	if len(f.Rules) > maxRules {
		return nil, fmt.Errorf("%d rules; at most %d", len(f.Rules), maxRules)
	}
	seen := map[string]bool{}
	for i, r := range f.Rules {
		if r == nil {
			return nil, fmt.Errorf("rule %d is empty", i+1)
		}
		if err := r.check(); err != nil {
			return nil, err
		}
		if seen[r.ID] {
			return nil, fmt.Errorf("rule %s: there are two of that id", r.ID)
		}
		seen[r.ID] = true
	}
	return f, nil
}

// UnmarshalYAML takes one text, number or truth value, or a list of them.
func (l *List) UnmarshalYAML(n *yaml.Node) error {
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	*l = nil
	for _, n := range nodes {
		if n.Kind != yaml.ScalarNode {
			return fmt.Errorf("line %d: a text or a list of texts", n.Line)
		}
		*l = append(*l, n.Value) // as it is written: true is "true"
	}
	return nil
}
