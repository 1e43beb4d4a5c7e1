package eval

import (
	"cmp"
	"errors"
	"fmt"

	// The policy parser's own JSON reader: strict about duplicate and unknown members, where encoding/json is not.
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/policy"
)

// Case is one policy unit test, as policy test files hold it. testdata/corpus is full of them.
type Case struct {
	Name     string       `json:"name"`
	Request  CaseRequest  `json:"request"`
	Policies CasePolicies `json:"policies"`
	Expect   Expectation  `json:"expect"`

	// File is what explanations call the file that the case stands in; ReadCases leaves it to its caller.
	File string `json:"-"`
	// Pos is where the case begins in its file. Its Line is 0 for a case that was not read from one.
	Pos policy.Pos `json:"-"`

	offset int // where the text before the case ends
}

// CaseRequest is the question of a Case.
type CaseRequest struct {
	Principal CasePrincipal `json:"principal"`
	// PrincipalRole is the role of a session with its path; without it the role's path is "/".
	PrincipalRole string `json:"principalRole,omitempty"`
	// PrincipalUser is the user who asked for a federated user's token.
	PrincipalUser string `json:"principalUser,omitempty"`
	Action        string `json:"action"`
	Resource      string `json:"resource"`
	// ResourceAccount defaults to the account in Resource, else the caller's.
	ResourceAccount string               `json:"resourceAccount,omitempty"`
	Context         map[string]CaseValue `json:"context,omitempty"`
}

// CasePrincipal is the ARN of a caller, "*", a service principal or an identity provider; one field is set.
type CasePrincipal struct {
	ARN       string
	Service   string
	Federated string
}

// CaseValue is the value of a condition key: a text, or a list of them.
type CaseValue struct {
	Texts []string
	List  bool
}

// CasePolicies are the layers of a Case. SCP and RCP hold one list for each level, the organization's root first.
type CasePolicies struct {
	Identity []CasePolicy   `json:"identity,omitempty"`
	Boundary *CasePolicy    `json:"boundary,omitempty"`
	Session  []CasePolicy   `json:"session,omitempty"`
	Resource jsontext.Value `json:"resource,omitempty"` // a bare document, or {"file": …}
	SCP      [][]CasePolicy `json:"scp,omitempty"`
	RCP      [][]CasePolicy `json:"rcp,omitempty"`

	resource     placedText
	resourceFile string // where Resource was loaded from
}

// CasePolicy is a document under a name.
type CasePolicy struct {
	Name     string         `json:"name"`
	Document jsontext.Value `json:"document,omitempty"`
	// File, in place of Document, names a file with the document. This package opens none: Case.Load has it read.
	File string `json:"file,omitempty"`

	source string // what explanations call the file, once it is loaded
	place  placedText
}

// Expectation is what a Case expects: "Allow", "ExplicitDeny", "ImplicitDeny", or "Deny" for either.
type Expectation string

// Met reports whether the verdict is what was expected.
func (x Expectation) Met(v Verdict) bool {
	return string(x) == v.String() || x == "Deny" && v != Allow
}

// UnmarshalText reads an expectation and refuses words that are none.
func (x *Expectation) UnmarshalText(text []byte) error {
	switch string(text) {
	case "Allow", "ExplicitDeny", "ImplicitDeny", "Deny":
		*x = Expectation(text)
		return nil
	default:
		return fmt.Errorf("expect is %q: write Allow, ExplicitDeny, ImplicitDeny or Deny", text)
	}
}

// MarshalJSON writes the form in which the file has it.
func (p CasePrincipal) MarshalJSON() ([]byte, error) {
	switch {
	case p.Service != "":
		return json.Marshal(map[string]string{"service": p.Service})
	case p.Federated != "":
		return json.Marshal(map[string]string{"federated": p.Federated})
	default:
		return json.Marshal(p.ARN)
	}
}

// UnmarshalJSON reads a text, {"service": …} or {"federated": …}.
func (p *CasePrincipal) UnmarshalJSON(data []byte) error {
	if jsontext.Value(data).Kind() == '"' {
		return json.Unmarshal(data, &p.ARN)
	}
	var named struct {
		Service   string `json:"service"`
		Federated string `json:"federated"`
	}
	if err := json.Unmarshal(data, &named, json.RejectUnknownMembers(true)); err != nil {
		return err
	}
	if (named.Service == "") == (named.Federated == "") {
		return errors.New(`a principal is an ARN, "*", {"service": …} or {"federated": …}`)
	}
	p.Service, p.Federated = named.Service, named.Federated
	return nil
}

// MarshalJSON writes a text or a list.
func (v CaseValue) MarshalJSON() ([]byte, error) {
	if !v.List && len(v.Texts) == 1 {
		return json.Marshal(v.Texts[0])
	}
	return json.Marshal(v.Texts)
}

// UnmarshalJSON reads a text, a number or a boolean, or a list of texts. Numbers are kept as they are written.
func (v *CaseValue) UnmarshalJSON(data []byte) error {
	switch jsontext.Value(data).Kind() {
	case '[':
		v.List = true
		v.Texts = []string{}
		var texts []*string // a null must not pass for an empty text
		if err := json.Unmarshal(data, &texts); err != nil {
			return err
		}
		for _, text := range texts {
			if text == nil {
				return errors.New("a list of values holds null")
			}
			v.Texts = append(v.Texts, *text)
		}
		return nil
	case '0', 't', 'f':
		v.Texts = []string{string(data)}
		return nil
	case '"':
		v.Texts = make([]string, 1)
		return json.Unmarshal(data, &v.Texts[0])
	default:
		return errors.New("a context key has a text, a number, a boolean or a list of texts; leave an absent key out")
	}
}

// Result is how a case went.
type Result struct {
	Passed      bool        `json:"passed"`
	Explanation Explanation `json:"explanation"`
}

// Run decides the case. The options go to Prepare. An error means that the case itself cannot be used: a document that is
// no policy, a principal that is none.
func (c *Case) Run(opts ...Option) (Result, error) {
	r, layers, err := c.Question(opts...)
	if err != nil {
		return Result{}, err
	}
	e := NewSet(layers).Explain(r)
	return Result{Passed: c.Expect.Met(e.Verdict), Explanation: e}, nil
}

func (c *Case) layers(opts []Option) (Layers, error) {
	b := layerBuilder{file: c.File, opts: opts}
	l := Layers{
		Identity:     b.list("identity", c.Policies.Identity),
		Session:      b.list("session", c.Policies.Session),
		SCP:          b.levels("scp", c.Policies.SCP),
		RCP:          b.levels("rcp", c.Policies.RCP),
		ResourceKind: c.resourceKind(),
	}
	if p := c.Policies.Boundary; p != nil {
		l.Boundary = new(b.one("boundary", *p))
	}
	if c.hasResourcePolicy() {
		l.Resource = new(b.one("resource", c.resourcePolicy()))
	}
	return l, b.err
}

// layerBuilder prepares documents and keeps the first error.
type layerBuilder struct {
	file string // of the case
	opts []Option
	err  error
}

func (b *layerBuilder) one(layer string, p CasePolicy) Source {
	file := cmp.Or(p.source, p.File, b.file)
	doc, err := p.parse()
	if err != nil && b.err == nil {
		b.err = &CaseError{Policy: fmt.Sprintf("%s policy %q", layer, p.title()), File: file, Err: err}
	}
	return Source{Name: p.title(), File: file, Policy: Prepare(doc, b.opts...)}
}

func (b *layerBuilder) list(layer string, policies []CasePolicy) []Source {
	var out []Source
	for _, p := range policies {
		out = append(out, b.one(layer, p))
	}
	return out
}

func (b *layerBuilder) levels(layer string, levels [][]CasePolicy) [][]Source {
	var out [][]Source
	for _, level := range levels {
		out = append(out, b.list(layer, level))
	}
	return out
}
