package trail

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Sizes in bytes that CloudTrail keeps.
const (
	MaxRecord     = 256 << 10 // a whole record
	maxParameters = 100 << 10 // requestParameters, responseElements
	MaxAdditional = 28 << 10  // additionalEventData
	maxText       = 1 << 10   // userAgent, errorMessage
)

// ErrTooLarge: the record is over MaxRecord even without its large members. The call cannot be recorded.
var ErrTooLarge = errors.New("trail: record too large")

// limitMembers keeps each member within its own limit.
func (e *Event) limitMembers() {
	e.UserAgent = cut(e.UserAgent, maxText)
	e.ErrorMessage = cut(e.ErrorMessage, maxText)
	e.RequestParameters = limitRaw("requestParameters", e.RequestParameters, maxParameters)
	e.ResponseElements = limitRaw("responseElements", e.ResponseElements, maxParameters)
	e.AdditionalEventData = limitRaw("additionalEventData", e.AdditionalEventData, MaxAdditional)
	e.ServiceEventDetails = limitRaw("serviceEventDetails", e.ServiceEventDetails, maxParameters)
	e.InsightDetails = limitRaw("insightDetails", e.InsightDetails, maxParameters)
}

// encodeLess gives up one large member after the other until the record fits, the ones that tell least first.
func (e *Event) encodeLess() ([]byte, error) {
	steps := []func(){
		func() { e.ResponseElements = limitRaw("responseElements", e.ResponseElements, 0) },
		func() { e.ServiceEventDetails = limitRaw("serviceEventDetails", e.ServiceEventDetails, 0) },
		func() { e.RequestParameters = limitRaw("requestParameters", e.RequestParameters, 0) },
		func() {
			e.AdditionalEventData = omitted("resources", len(e.Resources))
			e.Resources = nil
		},
	}
	for _, step := range steps {
		step()
		text, err := e.encode()
		if err != nil || len(text) <= MaxRecord {
			return text, err
		}
	}
	return nil, fmt.Errorf("%w: event %q", ErrTooLarge, e.EventID)
}

// limitRaw replaces a member over its limit by CloudTrail's note that it was left out.
func limitRaw(name string, raw json.RawMessage, limit int) json.RawMessage {
	if len(raw) <= limit || raw == nil {
		return raw
	}
	return omitted(name, len(raw))
}

func omitted(name string, size int) json.RawMessage {
	return fmt.Appendf(nil, `{"omitted":true,"originalSize":%d,"reason":"%s too large"}`, size, name)
}

// cut shortens s to at most limit bytes, whole characters, ending in "..." as CloudTrail shows it.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	const mark = "..."
	n := limit - len(mark)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + mark
}
