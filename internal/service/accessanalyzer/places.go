package accessanalyzer

import (
	"unicode/utf8"

	api "github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/lint"
)

// places turns the places of a document, which are bytes, into the model's: characters, lines from 1 and columns from 0.
type places struct {
	// characters before each byte of the document; nil where every character is one byte.
	characters []int32
}

func newPlaces(document string) places {
	if utf8.RuneCountInString(document) == len(document) {
		return places{}
	}
	before := make([]int32, len(document)+1)
	n := int32(0)
	for i := range len(document) {
		before[i] = n
		if i+1 == len(document) || utf8.RuneStart(document[i+1]) {
			n++
		}
	}
	before[len(document)] = n
	return places{before}
}

func (p places) offset(bytes int) int32 {
	if p.characters == nil {
		return int32(bytes)
	}
	return p.characters[bytes]
}

func (p places) position(at policy.Pos) api.Position {
	offset := p.offset(at.Offset)
	return api.Position{Line: int32(at.Line), Column: offset - p.offset(at.Offset-(at.Column-1)), Offset: offset}
}

func (p places) locations(list []lint.Location) []api.Location {
	out := make([]api.Location, len(list))
	for i, l := range list {
		out[i] = api.Location{
			Path: make([]api.PathElement, len(l.Path)),
			Span: api.Span{Start: p.position(l.Span.Start), End: p.position(l.Span.End)},
		}
		for k, e := range l.Path {
			out[i].Path[k] = element(e)
		}
	}
	return out
}

func element(e lint.PathElement) api.PathElement {
	out := api.PathElement{Key: e.Key, Value: e.Value}
	if e.Index != nil {
		out.Index = new(int32(*e.Index))
	}
	if e.Substring != nil {
		out.Substring = &api.Substring{Start: int32(e.Substring.Start), Length: int32(e.Substring.Length)}
	}
	return out
}
