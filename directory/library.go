package directory

import (
	"runtime"
	"strings"
	"sync"
	"weak"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy/eval"
)

// Library holds what all snapshots share: the catalog, and one prepared policy for each content in use. It is safe for
// concurrent use.
type Library struct {
	catalog *catalog.Catalog
	options []eval.Option

	mu sync.Mutex
	// contents finds the content of a text as long as some Document holds it. Its pointers are weak: the last Document
	// that goes takes its prepared policy along, and a cleanup takes the entry out.
	contents map[string]weak.Pointer[content]
	// managed are the AWS-managed policies that were asked for, by ARN; there are no more of them than in the catalog.
	managed sync.Map // string -> *ManagedPolicy

	sets policySets
}

// NewLibrary makes a Library over a catalog; nil is a catalog without AWS-managed policies.
func NewLibrary(c *catalog.Catalog) *Library {
	l := &Library{catalog: c, contents: make(map[string]weak.Pointer[content]), sets: policySets{most: maxSets}}
	if c != nil {
		l.options = []eval.Option{eval.WithKeyTypes(c)}
	}
	return l
}

// Catalog is the catalog that the Library was made with, or nil.
func (l *Library) Catalog() *catalog.Catalog { return l.catalog }

// Document gives a text that is in no record, such as a session policy, with the prepared policy that all of that text share.
func (l *Library) Document(text string) Document { return l.adopt(Document{Text: text}) }

// adopt gives the document the content that it shares with all others of the same text.
func (l *Library) adopt(d Document) Document {
	if d.content != nil && d.content.library == l && d.content.text == d.Text {
		return d
	}
	c := l.content(d)
	return Document{Text: c.text, content: c}
}

func (l *Library) content(d Document) *content {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.contents[d.Text].Value(); c != nil {
		return c
	}
	c := &content{text: d.Text, library: l}
	if d.content != nil && d.content.text == d.Text {
		c.parsed = d.content.parsed
	}
	l.contents[c.text] = weak.Make(c)
	runtime.AddCleanup(c, l.forget, c.text)
	return c
}

// forget takes the entry of a text out unless it has come into use anew.
func (l *Library) forget(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.contents[text].Value() == nil {
		delete(l.contents, text)
	}
}

// awsManaged finds an AWS-managed policy of a partition in the catalog, or gives nil. The catalog has those of the
// commercial partition: in the others AWS has them by the same names, with documents that name the partition's own ARNs.
func (l *Library) awsManaged(partition, name string) *ManagedPolicy {
	afterARN, _ := strings.CutPrefix(name, "arn:")
	rest, ok := strings.CutPrefix(afterARN, partition)
	if !ok || !strings.HasPrefix(rest, ":") {
		return nil
	}
	if p, ok := l.managed.Load(name); ok {
		return p.(*ManagedPolicy)
	}
	if l.catalog == nil {
		return nil
	}
	p, ok := l.catalog.ManagedPolicy("arn:" + arn.AWS + rest)
	if !ok {
		return nil
	}
	text, _ := p.Document("")
	if partition != arn.AWS {
		text = strings.ReplaceAll(text, "arn:"+arn.AWS+":", "arn:"+partition+":")
	}
	found, _ := l.managed.LoadOrStore(name, &ManagedPolicy{
		ARN: name, Name: p.Name, Path: p.Path, Version: p.DefaultVersion,
		Document: l.adopt(Document{Text: text}),
	})
	return found.(*ManagedPolicy)
}
