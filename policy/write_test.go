package policy

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
)

// writeCase is one document of testdata. A document that is a JSON string is the text itself.
type writeCase struct {
	Name     string
	Kind     string
	Document json.RawMessage
	Message  string
}

func (c *writeCase) text(t testing.TB) string {
	t.Helper()
	if c.Document[0] != '"' {
		return string(c.Document)
	}
	var text string
	if err := json.Unmarshal(c.Document, &text); err != nil {
		t.Fatal(err)
	}
	return text
}

func (c *writeCase) kind(t testing.TB) Kind {
	t.Helper()
	kinds := map[string]Kind{"identity": Identity, "trust": Trust, "resource": Resource, "scp": SCP, "rcp": RCP}
	kind, ok := kinds[c.Kind]
	if !ok {
		t.Fatalf("%s: unknown kind %q", c.Name, c.Kind)
	}
	return kind
}

func writeCases(t testing.TB, file string) []writeCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []writeCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatalf("%s has no case", file)
	}
	return cases
}

// The messages are AWS's, as it was seen to answer; the order in which it finds faults is part of them.
func TestMalformed(t *testing.T) {
	for _, c := range writeCases(t, "testdata/malformed.json") {
		t.Run(c.Kind+"/"+c.Name, func(t *testing.T) {
			_, err := ParseFor(c.kind(t), c.text(t))
			var m *MalformedError
			if !errors.As(err, &m) {
				t.Fatalf("got %v, want %q", err, c.Message)
			}
			if m.Message != c.Message {
				t.Errorf("got  %s\nwant %s\n(%v)", m.Message, c.Message, m)
			}
		})
	}
}

func TestWellFormed(t *testing.T) {
	for _, c := range writeCases(t, "testdata/wellformed.json") {
		t.Run(c.Kind+"/"+c.Name, func(t *testing.T) {
			doc, err := ParseFor(c.kind(t), c.text(t))
			if err != nil {
				t.Fatal(err)
			}
			if doc.Source != c.text(t) {
				t.Error("the source is not kept as given")
			}
		})
	}
}

func TestMalformedSaysWhere(t *testing.T) {
	_, err := ParseFor(Identity, "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": {\"Effect\": \"Allow\",\n    \"Action\": [\"s3:*\", \"Get\"], \"Resource\": \"*\"}\n}")
	var m *MalformedError
	if !errors.As(err, &m) {
		t.Fatal(err)
	}
	if m.Pos.Line != 4 || m.Pos.Column != 24 {
		t.Errorf("at %d:%d, want 4:24", m.Pos.Line, m.Pos.Column)
	}
	want := m.Message + ` (line 4, column 24: the action is "Get")`
	if m.Error() != want {
		t.Errorf("got %s, want %s", m, want)
	}
}

func TestParseForKnowsItsKinds(t *testing.T) {
	if _, err := ParseFor(Kind(99), `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`); err == nil {
		t.Error("a kind that does not exist accepts a document")
	}
}

func TestIsUniqueID(t *testing.T) {
	for id, want := range map[string]bool{
		"AIDAABCDEFGHIJKLMNOPQ": true, "AROAABCDEFGHIJKLMNOPQ": true,
		"AGPAABCDEFGHIJKLMNOPQ": false, "AIDA": false, "aidaabcdefghijklmnopq": false, "AIDAABCDEFGHIJKLMNOP*": false,
	} {
		if IsUniqueID(id) != want {
			t.Errorf("IsUniqueID(%q) = %v", id, !want)
		}
	}
}
