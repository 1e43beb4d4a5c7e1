package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// yamlDepth is how deep a YAML text may be nested; aliases count.
const yamlDepth = 64

// jsonNumber is what YAML and JSON both take for a number, and mean the same by.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// jsonOfYAML gives the one document of a YAML text as JSON of at most limit bytes, in which every value stands on the line
// that it has in the YAML, and near its column: what reads the JSON then speaks of places that the author knows. It is
// strict where YAML guesses: a key twice, a number that JSON writes otherwise, or a tag of its own is an error.
func jsonOfYAML(text string, limit int) ([]byte, error) {
	d := yaml.NewDecoder(strings.NewReader(text))
	var root, more yaml.Node
	if err := d.Decode(&root); errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	} else if err != nil {
		return nil, err
	}
	if err := d.Decode(&more); err == nil {
		return nil, yamlError(&more, "a second YAML document begins; put several cases into a list")
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	w := &yamlWriter{limit: limit, line: 1, column: 1}
	err := w.value(root.Content[0], 0)
	return w.out.Bytes(), err
}

func yamlError(n *yaml.Node, format string, args ...any) error {
	return &eval.FileError{Pos: policy.Pos{Line: n.Line, Column: n.Column}, Message: fmt.Sprintf(format, args...)}
}

// yamlWriter writes JSON and knows where it is.
type yamlWriter struct {
	out          bytes.Buffer
	limit        int
	line, column int
}

func (w *yamlWriter) put(s string) {
	w.out.WriteString(s)
	w.column += len(s)
}

// moveTo goes on at the place of a node, if that lies ahead. What an alias stands for lies behind.
func (w *yamlWriter) moveTo(n *yaml.Node) {
	for ; w.line < n.Line; w.line++ {
		w.out.WriteByte('\n')
		w.column = 1
	}
	if w.line == n.Line && w.column < n.Column {
		w.put(strings.Repeat(" ", n.Column-w.column))
	}
}

func (w *yamlWriter) value(n *yaml.Node, depth int) error {
	w.moveTo(n)
	switch {
	case depth > yamlDepth:
		return yamlError(n, "it is nested deeper than %d levels", yamlDepth)
	case w.out.Len() > w.limit:
		return yamlError(n, "it comes to more than %d bytes", w.limit)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return w.value(n.Alias, depth+1)
	case yaml.MappingNode:
		return w.mapping(n, depth)
	case yaml.SequenceNode:
		if tag := n.ShortTag(); tag != "!!seq" {
			return yamlError(n, "the tag %s is not understood", tag)
		}
		w.put("[")
		for i, item := range n.Content {
			if i > 0 {
				w.put(",")
			}
			if err := w.value(item, depth+1); err != nil {
				return err
			}
		}
		w.put("]")
		return nil
	default:
		return w.scalar(n)
	}
}

func (w *yamlWriter) mapping(n *yaml.Node, depth int) error {
	if tag := n.ShortTag(); tag != "!!map" {
		return yamlError(n, "the tag %s is not understood", tag)
	}
	seen := map[string]bool{}
	w.put("{")
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			return yamlError(key, "a key must be text")
		case key.ShortTag() == "!!merge":
			return yamlError(key, "<< is not understood; use an alias for the whole value")
		case seen[key.Value]:
			return yamlError(key, "the key %q stands here twice", key.Value)
		}
		seen[key.Value] = true
		if i > 0 {
			w.put(",")
		}
		w.moveTo(key)
		if err := w.text(key); err != nil {
			return err
		}
		w.put(":")
		if err := w.value(n.Content[i+1], depth+1); err != nil {
			return err
		}
	}
	w.put("}")
	return nil
}

// scalar writes text, a number, a truth value or null. What YAML takes for a date, such as a policy's Version, is text.
func (w *yamlWriter) scalar(n *yaml.Node) error {
	switch tag := n.ShortTag(); tag {
	case "!!str", "!!timestamp":
		return w.text(n)
	case "!!null":
		w.put("null")
	case "!!bool":
		w.put(strings.ToLower(n.Value))
	case "!!int", "!!float":
		if !jsonNumber.MatchString(n.Value) {
			return yamlError(n, "YAML takes %s for a number in a form of its own; put it in quotes", n.Value)
		}
		w.put(n.Value)
	default:
		return yamlError(n, "the tag %s is not understood", tag)
	}
	return nil
}

func (w *yamlWriter) text(n *yaml.Node) error {
	quoted, err := json.Marshal(n.Value)
	w.put(string(quoted))
	return err
}
