package policy

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Canonical prints the document without white space, the same for every document of the same meaning as far as form
// goes: elements in AWS's usual order, Statement a list, one value a string and several a list. Parsing what it prints
// gives the document again, places and Source aside; an Id or Sid that is "" is left out.
func (d *Document) Canonical() string {
	w := &printer{}
	w.open('{')
	if d.HasVersion {
		w.member("Version", d.Version)
	}
	if d.ID != "" {
		w.member("Id", d.ID)
	}
	w.key("Statement")
	w.open('[')
	for i := range d.Statements {
		w.comma()
		w.statement(&d.Statements[i])
	}
	w.close(']')
	w.close('}')
	return w.String()
}

// Print is Canonical laid out for people, two spaces a level, with a newline at its end.
func (d *Document) Print() string {
	v := jsontext.Value(d.Canonical())
	if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
		// Not reached for a parsed document: what Canonical prints of one is valid JSON.
		return d.Canonical() + "\n"
	}
	return string(v) + "\n"
}

// printer writes JSON and knows where a comma is due.
type printer struct {
	strings.Builder
	inner bool // something stands in the list or object already
}

func (w *printer) comma() {
	if w.inner {
		w.WriteByte(',')
	}
	w.inner = true
}

func (w *printer) open(c byte)  { w.WriteByte(c); w.inner = false }
func (w *printer) close(c byte) { w.WriteByte(c); w.inner = true }

func (w *printer) key(name string) {
	w.comma()
	w.WriteString(quote(name))
	w.WriteByte(':')
}

func (w *printer) member(name, value string) {
	w.key(name)
	w.WriteString(quote(value))
}

// list prints an element that may be absent (nil), one string, or a list.
func (w *printer) list(name string, values []Value) {
	if values == nil {
		return
	}
	if len(values) == 1 {
		w.member(name, values[0].Text)
		return
	}
	w.key(name)
	w.open('[')
	for _, v := range values {
		w.comma()
		w.WriteString(quote(v.Text))
	}
	w.close(']')
}

func (w *printer) statement(s *Statement) {
	w.open('{')
	if s.Sid != "" {
		w.member("Sid", s.Sid)
	}
	effect := "Deny"
	if s.Effect == Allow {
		effect = "Allow"
	}
	w.member("Effect", effect)
	w.principals("Principal", s.Principal)
	w.principals("NotPrincipal", s.NotPrincipal)
	w.list("Action", s.Action)
	w.list("NotAction", s.NotAction)
	w.list("Resource", s.Resource)
	w.list("NotResource", s.NotResource)
	w.conditions(s.Condition)
	w.close('}')
}

func (w *printer) principals(name string, p *Principals) {
	switch {
	case p == nil:
	case p.Any:
		w.member(name, "*")
	default:
		w.key(name)
		w.open('{')
		w.list("AWS", p.AWS)
		w.list("Service", p.Service)
		w.list("Federated", p.Federated)
		w.list("CanonicalUser", p.CanonicalUser)
		w.close('}')
	}
}

// conditions prints runs of one operator as one object. In a parsed document an operator's keys stand together.
func (w *printer) conditions(conditions []Condition) {
	if conditions == nil {
		return
	}
	w.key("Condition")
	w.open('{')
	for i, c := range conditions {
		first := i == 0 || conditions[i-1].OperatorText.Text != c.OperatorText.Text
		if first && i > 0 {
			w.close('}')
		}
		if first {
			w.key(c.OperatorText.Text)
			w.open('{')
		}
		w.list(c.Key.Text, c.Values)
	}
	if len(conditions) > 0 {
		w.close('}')
	}
	w.close('}')
}
