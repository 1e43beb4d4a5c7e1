package trail

import (
	stdjson "encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/internal/visible"
)

// plain is an Event without its methods, so that encoding it does not call MarshalJSON again.
type plain Event

// MarshalJSON writes the record on one line, in CloudTrail's names and order: eventTime in RFC 3339 with Z and whole
// seconds, null for absent request parameters and response elements. Members over CloudTrail's size limits are cut or
// left out as CloudTrail does it, so that no record is larger than MaxRecord. Control and format characters are escaped
// even where JSON allows them, because people read these files in terminals; invalid UTF-8 becomes U+FFFD.
//
// It fails for a raw member that is no JSON, for a time beyond the year 9999, and with ErrTooLarge.
func (e Event) MarshalJSON() ([]byte, error) {
	if err := e.tidy(); err != nil {
		return nil, err
	}
	e.limitMembers()
	text, err := e.encode()
	if err != nil {
		return nil, err
	}
	if len(text) <= MaxRecord {
		return text, nil
	}
	return e.encodeLess()
}

func (e *Event) encode() ([]byte, error) {
	var record any = (*plain)(e)
	if e.IsInsight() && e.EventName == "" {
		record = e.asInsight()
	}
	text, err := json.Marshal(record, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("trail: event %q cannot be written: %w", e.EventID, err)
	}
	return escapeControls(text), nil
}

// tidy brings what may be written in several ways into the one way. It works on a copy and changes nothing that the
// caller's event shares with it.
func (e *Event) tidy() error {
	e.EventTime = e.EventTime.UTC().Truncate(time.Second)
	if e.UserIdentity.SessionContext != nil {
		session := *e.UserIdentity.SessionContext
		e.UserIdentity.SessionContext = &session
	}
	for _, m := range e.rawMembers() {
		text, err := tidyRaw(*m)
		if err != nil {
			return fmt.Errorf("trail: event %q cannot be written: %w", e.EventID, err)
		}
		*m = text
	}
	return nil
}

// rawMembers are the members that hold JSON of any shape.
func (e *Event) rawMembers() []*stdjson.RawMessage {
	members := []*stdjson.RawMessage{
		&e.RequestParameters, &e.ResponseElements, &e.AdditionalEventData, &e.ServiceEventDetails, &e.InsightDetails,
	}
	if session := e.UserIdentity.SessionContext; session != nil {
		members = append(members, &session.WebIDFederationData)
	}
	return members
}

// tidyRaw writes a raw member without white space, its strings in the one form that encode gives them. Absent, empty
// and null are all nil.
func tidyRaw(raw stdjson.RawMessage) (stdjson.RawMessage, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	text, err := jsontext.AppendFormat(nil, raw, jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, err
	}
	if string(text) == "null" {
		return nil, nil
	}
	return escapeControls(text), nil
}

// escapeControls replaces each control or format character of a JSON text (DEL, C1, bidirectional marks, zero width)
// by its \u escape. In a valid JSON text such characters stand only in strings. C0 is escaped already.
func escapeControls(text []byte) []byte {
	i := firstControl(text)
	if i < 0 {
		return text
	}
	out := append(make([]byte, 0, len(text)+64), text[:i]...)
	for _, r := range string(text[i:]) {
		switch {
		case !isControl(r):
			out = utf8.AppendRune(out, r)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
	}
	return out
}

func firstControl(text []byte) int {
	for i := 0; i < len(text); {
		if text[i] < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if isControl(r) {
			return i
		}
		i += size
	}
	return -1
}

func isControl(r rune) bool {
	return r >= 0x7f && visible.Hidden(r)
}
