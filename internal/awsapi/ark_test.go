package awsapi

import (
	"encoding/json"
	"reflect"
	"time"
)

// The ark is a small made-up REST-JSON service: one operation with a member in every place of a request and answer, and
// two whose body is one member.

type BoardInput struct {
	Deck     string
	Cabin    *string
	Page     *int32
	Since    *time.Time
	Words    []string
	Rest     map[string]string
	Trace    *string
	Dates    []time.Time
	Names    []string
	Meta     map[string]string
	Animal   BoardAnimal
	Born     *time.Time
	At       *time.Time
	Mailed   *time.Time
	Weight   *float64
	Cells    *int64
	Tame     *bool
	Picture  []byte
	Animals  []BoardAnimal
	Counts   map[string]int32
	Food     *Food
	Anything json.RawMessage
	Many     []json.RawMessage
	Token    *string
}

type BoardAnimal struct {
	Name  string
	Child *BoardAnimal
}

type Food struct {
	Hay  *string
	Fish *int32
}

type BoardOutput struct {
	Status  *int32
	Trace   *string
	Names   []string
	When    *time.Time
	Meta    map[string]string
	Animal  *BoardAnimal
	Need    []string
	Born    *time.Time
	At      *time.Time
	Counts  map[string]int32
	Picture []byte
	Weight  *float64
	Any     json.RawMessage
	Food    *Food
}

type PayloadInput struct {
	Deck   string
	Animal *BoardAnimal
}

type PayloadOutput struct {
	Trace  *string
	Animal *BoardAnimal
}

type BytesInput struct{ Data []byte }

type BytesOutput struct{ Data []byte }

type arkErrorDetail struct {
	Message   string
	Reason    string
	FieldList []arkField
}

type arkField struct{ Name, Message string }

var ark = newArk()

func newArk() *Service {
	str := &Shape{Name: "str", Kind: String}
	name := &Shape{Name: "name", Kind: String, Min: new(int64(1)), Max: new(int64(8))}
	integer := &Shape{Name: "integer", Kind: Integer}
	when := &Shape{Name: "when", Kind: Timestamp}
	iso := &Shape{Name: "iso", Kind: Timestamp, Time: ISO8601}
	mailed := &Shape{Name: "mailed", Kind: Timestamp, Time: RFC822}
	blob := &Shape{Name: "blob", Kind: Blob}
	double := &Shape{Name: "double", Kind: Double}
	document := &Shape{Name: "document", Kind: Document}
	strs := &Shape{Name: "strs", Kind: List, Member: str}
	dict := &Shape{Name: "dict", Kind: Map, Key: str, Value: str}
	counts := &Shape{Name: "counts", Kind: Map, Key: str, Value: integer}
	animal := &Shape{Name: "BoardAnimal", Kind: Structure, GoType: reflect.TypeFor[BoardAnimal]()}
	animal.Members = []Member{{Name: "name", Shape: name, Required: true}, {Name: "child", Shape: animal}}
	food := &Shape{Name: "Food", Kind: Structure, Union: true, GoType: reflect.TypeFor[Food](), Members: []Member{{Name: "hay", Shape: str}, {Name: "fish", Shape: integer}}}
	s := &Service{Name: "ark", Protocol: RESTJSON}
	board := &Operation{
		Service: s, Name: "Board", Binding: &Binding{Method: "PUT", URI: NewURI("/decks/{deck}/{cabin+}"), Status: 201},
		Input: &Shape{Name: "BoardInput", Kind: Structure, GoType: reflect.TypeFor[BoardInput](), Members: []Member{
			{Name: "deck", Shape: str, Required: true, Location: InLabel}, {Name: "cabin", Shape: str, Location: InLabel},
			{Name: "page", Shape: integer, Location: InQuery, WireName: "p"}, {Name: "since", Shape: when, Location: InQuery},
			{Name: "words", Shape: strs, Location: InQuery, WireName: "w"}, {Name: "rest", Shape: dict, Location: InQuery},
			{Name: "trace", Shape: str, Location: InHeader, WireName: "x-trace"},
			{Name: "dates", Shape: &Shape{Name: "dates", Kind: List, Member: when}, Location: InHeader, WireName: "x-dates"},
			{Name: "names", Shape: strs, Location: InHeader, WireName: "x-names"},
			{Name: "meta", Shape: dict, Location: InHeaders, WireName: "x-meta-"},
			{Name: "animal", Shape: animal, Required: true, WireName: "Beast"}, {Name: "born", Shape: when}, {Name: "at", Shape: iso}, {Name: "mailed", Shape: mailed},
			{Name: "weight", Shape: double}, {Name: "cells", Shape: &Shape{Name: "long", Kind: Long}}, {Name: "tame", Shape: &Shape{Name: "boolean", Kind: Boolean}},
			{Name: "picture", Shape: blob}, {Name: "animals", Shape: &Shape{Name: "animals", Kind: List, Member: animal}}, {Name: "counts", Shape: counts},
			{Name: "food", Shape: food}, {Name: "anything", Shape: document}, {Name: "many", Shape: &Shape{Name: "many", Kind: List, Member: document}},
			{Name: "token", Shape: str, IdempotencyToken: true},
		}},
		Output: &Shape{Name: "BoardOutput", Kind: Structure, GoType: reflect.TypeFor[BoardOutput](), Members: []Member{
			{Name: "status", Shape: integer, Location: InStatus}, {Name: "trace", Shape: str, Location: InHeader, WireName: "x-trace"},
			{Name: "names", Shape: strs, Location: InHeader, WireName: "x-names"}, {Name: "when", Shape: when, Location: InHeader, WireName: "x-when"},
			{Name: "meta", Shape: dict, Location: InHeaders, WireName: "x-meta-"},
			{Name: "animal", Shape: animal, WireName: "Beast"}, {Name: "need", Shape: strs, Required: true}, {Name: "born", Shape: when}, {Name: "at", Shape: iso},
			{Name: "counts", Shape: counts}, {Name: "picture", Shape: blob}, {Name: "weight", Shape: double}, {Name: "any", Shape: document}, {Name: "food", Shape: food},
		}},
	}
	payload := &Operation{
		Service: s, Name: "Payload", Binding: &Binding{Method: "POST", URI: NewURI("/payload/{deck}"), Status: 200},
		Input: &Shape{Name: "PayloadInput", Kind: Structure, GoType: reflect.TypeFor[PayloadInput](), Members: []Member{
			{Name: "deck", Shape: str, Required: true, Location: InLabel}, {Name: "animal", Shape: animal, Location: AsPayload},
		}},
		Output: &Shape{Name: "PayloadOutput", Kind: Structure, GoType: reflect.TypeFor[PayloadOutput](), Members: []Member{
			{Name: "trace", Shape: str, Location: InHeader, WireName: "x-trace"}, {Name: "animal", Shape: animal, Location: AsPayload},
		}},
	}
	bytes := &Operation{
		Service: s, Name: "Bytes", Binding: &Binding{Method: "POST", URI: NewURI("/bytes"), Status: 200},
		Input: &Shape{Name: "BytesInput", Kind: Structure, GoType: reflect.TypeFor[BytesInput](), Members: []Member{
			{Name: "data", Shape: blob, Required: true, Location: AsPayload},
		}},
		Output: &Shape{Name: "BytesOutput", Kind: Structure, GoType: reflect.TypeFor[BytesOutput](), Members: []Member{
			{Name: "data", Shape: blob, Location: AsPayload},
		}},
	}
	s.Operations = []*Operation{board, bytes, payload}
	return s
}

// arkInvalid is a ValidationException as many models have it.
func arkInvalid() *ErrorKind {
	str := &Shape{Name: "str", Kind: String}
	field := &Shape{Name: "field", Kind: Structure, GoType: reflect.TypeFor[arkField](), Members: []Member{{Name: "name", Shape: str}, {Name: "message", Shape: str}}}
	return &ErrorKind{Code: "ValidationException", Status: 400, Shape: &Shape{
		Name: "arkErrorDetail", Kind: Structure, GoType: reflect.TypeFor[arkErrorDetail](), Members: []Member{
			{Name: "message", Shape: str}, {Name: "reason", Shape: &Shape{Name: "reason", Kind: String, Enum: []string{"FIELD_VALIDATION_FAILED", "OTHER"}}},
			{Name: "fieldList", Shape: &Shape{Name: "fields", Kind: List, Member: field}},
		},
	}}
}
