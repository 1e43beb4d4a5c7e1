package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/beevik/etree"
)

// The namespaces of SAML, XML Signature and XML Encryption.
const (
	nsProtocol   = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion  = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata   = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature  = "http://www.w3.org/2000/09/xmldsig#"
	nsEncryption = "http://www.w3.org/2001/04/xmlenc#"
)

// Limits on documents, so that the work for one is about in proportion to its length.
const (
	maxDepth      = 48
	maxAttributes = 64 // of one element, declarations of namespaces included
	// maxNamespaces is how many declarations may be in scope; each canonical element looks at all of them.
	maxNamespaces = 64
)

// form is what a kind of document may have.
type form struct {
	elements int
	comments bool // comments and processing instructions
}

var (
	// A response has no comments: a reader that stops at one takes "root<!---->@example.com" for another name.
	responseForm = form{elements: 900}
	metadataForm = form{elements: 50_000, comments: true}
)

// parse reads a document that has no DTD, in UTF-8. It refuses all that two readers might take for different documents:
// attributes that an element has twice, and ids that two elements have or that stand under a prefix.
func parse(text []byte, f form) (*etree.Element, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")) // files that Windows wrote begin so
	s := scanner{form: f, ids: map[string]bool{}}
	if err := s.scan(text); err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	doc.ReadSettings.MaxDepth = maxDepth + 1
	if err := doc.ReadFromBytes(text); err != nil {
		return nil, err
	}
	if doc.Root() == nil {
		return nil, errors.New("it has no element")
	}
	return doc.Root(), nil
}

// scanner walks over a document before a tree is made of it.
type scanner struct {
	form
	open       []xml.Name
	namespaces []int // declarations of each open element
	scope      int   // their sum
	seen       int   // elements
	first      bool  // a token was read
	ids        map[string]bool
}

func (s *scanner) scan(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if err := s.token(token); err != nil {
			return err
		}
		s.first = true
	}
	if len(s.open) > 0 || s.seen == 0 {
		return errors.New("it ends before its last element does")
	}
	return nil
}

func (s *scanner) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return errors.New("it has a document type declaration")
	case xml.ProcInst:
		if !s.comments && (t.Target != "xml" || s.first) {
			return errors.New("it has a processing instruction")
		}
	case xml.Comment:
		if !s.comments {
			return errors.New("it has a comment")
		}
	case xml.CharData:
		if len(s.open) == 0 && len(bytes.TrimSpace(t)) > 0 {
			return errors.New("it has text outside of its element")
		}
	case xml.StartElement:
		return s.start(t)
	case xml.EndElement:
		return s.end(t)
	}
	return nil
}

func (s *scanner) start(e xml.StartElement) error {
	s.seen++
	switch {
	case len(s.open) == 0 && s.seen > 1:
		return errors.New("it has two root elements")
	case s.seen > s.elements:
		return fmt.Errorf("it has more than %d elements", s.elements)
	case len(s.open) >= maxDepth:
		return fmt.Errorf("its elements lie more than %d deep", maxDepth)
	case len(e.Attr) > maxAttributes:
		return fmt.Errorf("an element has more than %d attributes", maxAttributes)
	}
	declared := 0
	for i, a := range e.Attr {
		for _, b := range e.Attr[:i] {
			if a.Name == b.Name {
				return errors.New("an element has an attribute twice")
			}
		}
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			declared++
		}
		if err := s.id(a); err != nil {
			return err
		}
	}
	s.open, s.namespaces = append(s.open, e.Name), append(s.namespaces, declared)
	if s.scope += declared; s.scope > maxNamespaces {
		return fmt.Errorf("more than %d namespaces are declared at one place", maxNamespaces)
	}
	return nil
}

// id notes what could be taken for the id of an element. Metadata of whole federations repeat them in ways that do no
// harm; nothing refers to them there.
func (s *scanner) id(a xml.Attr) error {
	if !strings.EqualFold(a.Name.Local, "id") || a.Name.Space == "xmlns" || s.comments {
		return nil
	}
	if a.Name.Space != "" {
		return errors.New("an id stands under a prefix")
	}
	if s.ids[a.Value] {
		return errors.New("two elements have the same id")
	}
	s.ids[a.Value] = true
	return nil
}

func (s *scanner) end(e xml.EndElement) error {
	last := len(s.open) - 1
	if last < 0 || s.open[last] != e.Name {
		return errors.New("an element does not end where it should")
	}
	s.scope -= s.namespaces[last]
	s.open, s.namespaces = s.open[:last], s.namespaces[:last]
	return nil
}

// is reports whether e is the element of that name.
func is(e *etree.Element, namespace, name string) bool {
	return e.Tag == name && e.NamespaceURI() == namespace
}

// children are the elements of that name right below e.
func children(e *etree.Element, namespace, name string) []*etree.Element {
	var list []*etree.Element
	for _, c := range e.ChildElements() {
		if is(c, namespace, name) {
			list = append(list, c)
		}
	}
	return list
}

// child is the one element of that name right below e; nil where there is none or more than one.
func child(e *etree.Element, namespace, name string) *etree.Element {
	if list := children(e, namespace, name); len(list) == 1 {
		return list[0]
	}
	return nil
}

// text is all text in e, markup taken out, without white space around it.
func text(e *etree.Element) string {
	var b strings.Builder
	writeText(&b, e)
	return strings.TrimSpace(b.String())
}

func writeText(b *strings.Builder, e *etree.Element) {
	for _, token := range e.Child {
		switch t := token.(type) {
		case *etree.CharData:
			b.WriteString(t.Data)
		case *etree.Element:
			writeText(b, t)
		}
	}
}

// attribute is the value of an attribute that has no prefix; "" where there is none.
func attribute(e *etree.Element, name string) string {
	for _, a := range e.Attr {
		if a.Space == "" && a.Key == name {
			return a.Value
		}
	}
	return ""
}

// walk calls visit for e and every element in it.
func walk(e *etree.Element, visit func(*etree.Element)) {
	visit(e)
	for _, c := range e.ChildElements() {
		walk(c, visit)
	}
}
