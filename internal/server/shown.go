package server

import (
	"encoding/json"
	"maps"
	"slices"
)

// Show puts a text beside the request's parameters in the record: what a document in the input says, where the document
// itself is not shown. CloudTrail does so with a SAML assertion's id and the session name in it.
func (c *Call) Show(name, value string) {
	if c.shown == nil {
		c.shown = map[string]string{}
	}
	c.shown[name] = value
}

// parameters are what the record shows of the input, and what was to be shown beside it.
func (c *Call) parameters() json.RawMessage {
	text := c.view(c.Operation.Input, c.input)
	for _, name := range slices.Sorted(maps.Keys(c.shown)) {
		member, _ := json.Marshal(map[string]string{name: c.shown[name]}) // texts always encode
		text = joined(text, member)
	}
	return text
}

// joined is one JSON object with the members of two, of which either may be nil or empty.
func joined(a, b json.RawMessage) json.RawMessage {
	const empty = len("{}")
	switch {
	case len(a) <= empty:
		return b
	case len(b) <= empty:
		return a
	}
	return slices.Concat(a[:len(a)-1], []byte(","), b[1:])
}
