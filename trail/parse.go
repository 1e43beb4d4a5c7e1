package trail

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// MaxParse bounds a record that is read, in bytes: more than any record that CloudTrail or Warder writes. Depth needs
// no bound of its own: members that may nest are kept as text, and the scanner does not recurse.
const MaxParse = 1 << 20

// Parse reads one record. Members that Event does not name are passed over; a member that is there twice, at any
// depth, a wrong type and invalid UTF-8 are errors. A reader must not be stricter on meaning than that: records of
// other services and later versions are to be readable.
func Parse(text []byte) (*Event, error) {
	e := new(Event)
	if err := e.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	return e, nil
}

// UnmarshalJSON is Parse as the json packages call it.
func (e *Event) UnmarshalJSON(text []byte) error {
	if len(text) > MaxParse {
		return fmt.Errorf("trail: not a record: %d bytes, more than %d", len(text), MaxParse)
	}
	var p plain
	if err := json.Unmarshal(text, &p); err != nil {
		return fmt.Errorf("trail: not a record: %w", err)
	}
	// The empty JSON value {} makes no event: something must say what happened.
	if p.EventName == "" && p.EventID == "" {
		return errors.New("trail: not a record: neither eventName nor eventID")
	}
	p.EventTime = p.EventTime.UTC().Truncate(time.Second)
	*e = Event(p)
	for _, m := range e.rawMembers() {
		if string(*m) == "null" {
			*m = nil
		}
	}
	return nil
}

// ParseID reads only the event id of a record, which must be there; the rest is checked to be JSON, names once each.
func ParseID(text []byte) (string, error) {
	if len(text) > MaxParse {
		return "", fmt.Errorf("trail: not a record: %d bytes, more than %d", len(text), MaxParse)
	}
	var record struct {
		EventID string `json:"eventID"`
	}
	if err := json.Unmarshal(text, &record); err != nil {
		return "", fmt.Errorf("trail: not a record: %w", err)
	}
	if record.EventID == "" {
		return "", errors.New("trail: not a record: no eventID")
	}
	return record.EventID, nil
}
