package policy

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// AWSPrincipals returns the AWS principals of all statements, Principal and NotPrincipal, in the order of the text. The
// bare form "Principal": "*" is not among them, {"AWS": "*"} is.
func (d *Document) AWSPrincipals() []Value {
	var out []Value
	for i := range d.Statements {
		for _, p := range []*Principals{d.Statements[i].Principal, d.Statements[i].NotPrincipal} {
			if p != nil {
				out = append(out, p.AWS...)
			}
		}
	}
	return out
}

// ReplacePrincipals returns the source with every AWS principal replaced by what name says of it; all other bytes stay.
// Trust and resource policies bind unique ids: this turns ARNs into ids when a document is stored, and back when it is
// shown, and leaves the rest as its author wrote it.
func (d *Document) ReplacePrincipals(name func(string) string) string {
	var out strings.Builder
	done := 0
	for _, v := range d.AWSPrincipals() {
		replaced := name(v.Text)
		if replaced == v.Text {
			continue
		}
		out.WriteString(d.Source[done:v.Span.Start.Offset])
		out.WriteString(quote(replaced))
		done = v.Span.End.Offset
	}
	if done == 0 {
		return d.Source
	}
	out.WriteString(d.Source[done:])
	return out.String()
}

// quote is s as a JSON string. The encoder's one error is invalid UTF-8, which it replaces with U+FFFD; no parsed document
// has any.
func quote(s string) string {
	quoted, _ := jsontext.AppendQuote(nil, s)
	return string(quoted)
}
