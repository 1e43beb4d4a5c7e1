package awsimport

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// decoding: members are found in any case, as the SDKs of languages differ in it, and those that nobody knows are passed over.
func decode(raw jsontext.Value, to any) error {
	return json.Unmarshal(raw, to, json.MatchCaseInsensitiveNames(true))
}

// instant is a time as the CLI and the SDKs print it: ISO 8601, Python's form of it, or seconds since 1970. null and ""
// are the zero time.
type instant struct{ time.Time }

var instantForms = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05", time.DateOnly,
}

func (t *instant) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	switch raw.Kind() {
	case 'n':
		return nil
	case '0':
		t.Time, err = parseSeconds(string(raw))
		return err
	case '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		t.Time, err = parseInstant(text)
		return err
	}
	return fmt.Errorf("%s is no time", raw.Kind())
}

func parseInstant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range instantForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	if t, err := parseSeconds(text); err == nil {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%q is no time", cut(text))
}

// lastSecond is the end of the year 9999, the last that a time's text form has.
const lastSecond = 253402300799

func parseSeconds(text string) (time.Time, error) {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !(math.Abs(seconds) <= lastSecond) {
		return time.Time{}, fmt.Errorf("%q is no time", cut(text))
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.Round(part*1e6))*1000).UTC(), nil
}

// documentText is a policy document as text. The API gives it URL-encoded, boto3 and the CLI as an object, other services
// as a string of JSON. An object is laid out anew, since in the answer it stands indented by the answer's depth; of a
// string nothing is changed.
type documentText string

func (t *documentText) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	switch raw.Kind() {
	case 'n':
		*t = ""
		return nil
	case '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return err
		}
		*t = documentText(unescape(text))
		return nil
	}
	object := raw.Clone()
	if err := object.Indent(jsontext.WithIndent("  ")); err != nil {
		return err
	}
	*t = documentText(object)
	return nil
}

// unescape takes the URL encoding off a document that has it. JSON begins with no "%".
func unescape(text string) string {
	if !strings.HasPrefix(strings.TrimSpace(text), "%") {
		return text
	}
	if plain, err := url.PathUnescape(text); err == nil && utf8.ValidString(plain) {
		return plain
	}
	return text
}

// number is a JSON number, or a string of one.
type number int

func (n *number) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	raw, err := d.ReadValue()
	if err != nil {
		return err
	}
	text := strings.Trim(string(raw), `"`)
	if text == "null" {
		return nil
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("%q is no whole number", cut(text))
	}
	*n = number(v)
	return nil
}

// cut shortens a text for a message.
func cut(text string) string {
	const most = 100
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// deeper tells whether a valid JSON value has more levels than maxDepth.
func deeper(raw jsontext.Value) bool {
	depth, quoted := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
