package directory

import (
	"errors"
	"sync"
	"unicode/utf8"

	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// Document is a policy document inside a record. Its JSON form is its text, a plain string. Documents of entities in a
// Snapshot share one prepared policy for each text.
type Document struct {
	// Text is the document as it was written, byte for byte.
	Text string

	content *content // nil before it is in a Snapshot, or of an older Text
}

// content is what all Documents of one text in one Library share.
type content struct {
	text    string
	library *Library         // nil of a Document that is in no Snapshot yet
	parsed  *policy.Document // nil unless the document was parsed to be written

	once     sync.Once
	prepared *eval.Policy
	err      error
}

// NewDocument parses and checks a document that is to be written. Its error is that of policy.ParseFor, as it is.
func NewDocument(kind policy.Kind, text string) (Document, error) {
	parsed, err := policy.ParseFor(kind, text)
	if err != nil {
		return Document{}, err
	}
	return Document{Text: text, content: &content{text: text, parsed: parsed}}, nil
}

// Compiled is the document's policy, prepared at its first use. It is never nil: a document that does not parse, or
// is empty, gives a policy that denies everything, as an identity policy, boundary, session or resource policy.
func (d Document) Compiled() *eval.Policy {
	return d.prepare().prepared
}

// Err says why Compiled denies everything: the document does not parse. It is nil for a good one.
func (d Document) Err() error { return d.prepare().err }

func (d Document) prepare() *content {
	c := d.content
	if c == nil || c.text != d.Text {
		c = &content{text: d.Text}
	}
	c.once.Do(c.prepare)
	return c
}

// prepare never refuses a document that was accepted once by an older and laxer Warder: checks for writing are not
// made again. Only a text that is no policy at all is replaced.
func (c *content) prepare() {
	parsed := c.parsed
	if parsed == nil {
		parsed, c.err = policy.Parse(c.text)
	}
	if c.err != nil {
		c.prepared = denyAll()
		return
	}
	var options []eval.Option
	if c.library != nil {
		options = c.library.options
	}
	c.prepared = eval.Prepare(parsed, options...)
}

// denyAll stands for a policy that cannot be read or found: what it might have denied is unknown, so all is denied. One
// statement is for layers without principals, the other for resource policies.
var denyAll = sync.OnceValue(func() *eval.Policy {
	everything := []policy.Value{{Text: "*"}}
	return eval.Prepare(&policy.Document{
		Version: policy.Version2012, HasVersion: true,
		Statements: []policy.Statement{
			{Index: 0, Effect: policy.Deny, Action: everything, Resource: everything},
			{Index: 1, Effect: policy.Deny, Action: everything, Resource: everything, Principal: &policy.Principals{Any: true}},
		},
	})
})

var errNotUTF8 = errors.New("directory: policy document is not UTF-8")

// MarshalText gives the text; it refuses one that no encoding of text would give back as it was.
func (d Document) MarshalText() ([]byte, error) {
	if !utf8.ValidString(d.Text) {
		return nil, errNotUTF8
	}
	return []byte(d.Text), nil
}

// UnmarshalText takes the text as it is, without parsing it.
func (d *Document) UnmarshalText(text []byte) error {
	*d = Document{Text: string(text)}
	return nil
}
