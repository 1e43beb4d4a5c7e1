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
		member, err := json.Marshal(map[string]string{name: c.shown[name]})
		switch {
		case err != nil: // texts always encode
		case text == nil:
			text = member
		default:
			text = slices.Concat(text[:len(text)-1], []byte(","), member[1:])
		}
	}
	return text
}
