package warder

import (
	"errors"
	"fmt"
	"strings"

	// Strict about repeated and unknown members, where encoding/json is not: two readers must not read two questions.
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/internal/awsapi"
)

// Limits of one question. The pipeline bounds the request as a whole.
const (
	maxID      = 2048 // bytes of an ARN or access key id
	maxType    = 256
	maxAction  = 256
	maxKeys    = 256 // condition keys
	maxKeyName = 256
	maxValues  = 500      // of all keys of a question
	maxValue   = 8 << 10  // bytes of one
	maxContext = 64 << 10 // bytes of all
	maxTags    = 50
	maxPolicy  = 20 << 10 // characters without white space, as S3 has it
	maxHeaders = 200
	maxDepth   = 32
	// Of a whole batch, what all questions have in common counted for each. Every value may meet every pattern of every
	// policy, and an explanation may show it with every statement.
	maxBatchValues = 5000
	maxBatchBytes  = 512 << 10 // of all values
	maxExplained   = 4 << 20   // bytes
)

// Question is one evaluation of AuthZEN: may the subject do the action on the resource?
type Question struct {
	Subject  Entity
	Action   Verb
	Resource Entity
	// Context is an object of condition keys; empty where there is none.
	Context jsontext.Value
}

// Entity is a subject or resource of AuthZEN.
type Entity struct {
	Type, ID   string
	Properties jsontext.Value // an object; empty where there is none
}

// Verb is an action of AuthZEN.
type Verb struct {
	Name       string
	Properties jsontext.Value
}

// invalid is the refusal of a question that cannot be read as one.
func invalid(format string, args ...any) error {
	return awsapi.ValidationError.New("%s", clip(fmt.Sprintf(format, args...)))
}

// clip bounds what is told back to the asker.
func clip(s string) string {
	const most = 512
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

// read fills into from an object of the question's; absent is an empty object. at names it in the refusal.
func read(at string, object jsontext.Value, into any) error {
	if len(object) == 0 {
		object = jsontext.Value("{}")
	}
	switch {
	case depth(object) > maxDepth:
		return invalid("%s: nested deeper than %d", at, maxDepth)
	case object.Kind() != '{':
		return invalid("%s must be an object", at)
	}
	if err := json.Unmarshal(object, into, json.RejectUnknownMembers(true)); err != nil {
		return invalid("%s: %s", at, jsonError(err))
	}
	return nil
}

// depth is how deep a value nests; a text that is no JSON is as deep as it opens.
func depth(v jsontext.Value) int {
	deepest, now, text := 0, 0, false
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			now++
			deepest = max(deepest, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return deepest
}

// jsonError is for people; the library's own words name Go types.
func jsonError(err error) string {
	var form *json.SemanticError
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, json.ErrUnknownName):
		if errors.As(err, &form) {
			return fmt.Sprintf("unknown member %s", form.JSONPointer)
		}
		return "unknown member"
	case errors.As(err, &form) && form.Err != nil && form.JSONKind == 0:
		return form.Err.Error()
	case errors.As(err, &form):
		return fmt.Sprintf("%s has the wrong type", form.JSONPointer)
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
		return fmt.Sprintf("%s stands there twice", syntax.JSONPointer)
	}
	return "not valid JSON"
}

// check refuses what no question may be, whoever asks.
func (q *Question) check() error {
	for _, e := range []struct {
		at   string
		text string
		most int
	}{
		{"subject.type", q.Subject.Type, maxType},
		{"subject.id", q.Subject.ID, maxID},
		{"resource.type", q.Resource.Type, maxType},
		{"resource.id", q.Resource.ID, maxID},
		{"action.name", q.Action.Name, maxAction},
	} {
		switch {
		case e.text == "":
			return invalid("%s is missing", e.at)
		case len(e.text) > e.most:
			return invalid("%s is longer than %d bytes", e.at, e.most)
		case e.at != "resource.id" && strings.ContainsFunc(e.text, func(r rune) bool { return r < ' ' || r == 0x7f }):
			return invalid("%s has a control character", e.at)
		}
	}
	if _, _, ok := q.action(); !ok {
		return invalid("action.name %q: write service:Action, such as s3:GetObject, without wildcards", q.Action.Name)
	}
	return nil
}

// action is the action's service, lower-case, and its name.
func (q *Question) action() (service, name string, ok bool) {
	service, name, ok = strings.Cut(q.Action.Name, ":")
	return strings.ToLower(service), name, ok && word(service) && word(name)
}

// spelled is the action as the catalogue spells it. Actions have no case, but the operators of strings do: a policy about
// warder:Action must not be escaped by another spelling. Of an action that the catalogue does not know only the service
// has one spelling, in lower case.
func (q *Question) spelled(c *catalog.Catalog) string {
	service, name, _ := q.action()
	if c != nil {
		if a, ok := c.Action(service, name); ok {
			name = a.Name
		}
	}
	return service + ":" + name
}

// word reports whether s is one or more ASCII letters, digits and hyphens.
func word(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return s != ""
}

// inBatch is the refusal of one question of a batch.
func inBatch(number int, err error) error {
	var e *awsapi.Error
	if errors.As(err, &e) {
		return invalid("evaluations[%d]: %s", number, e.Message)
	}
	return err
}
