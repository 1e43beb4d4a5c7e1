package search

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/trail"
)

// MayMatch tells of the text of a record whether it is worth parsing: if it is false, trail.Parse fails on the text or Match
// is false for what it gives. It looks at bytes only and costs a small part of what parsing does.
//
// A name or a value may be written with escapes. So whoever has any \u in it is let through, and a record is only refused where
// every member of the name that is asked for, at whatever depth, is plainly another one, or where a text is not in it that must be.
func (f *Filter) MayMatch(raw []byte) bool {
	for i := range f.tests {
		if !f.tests[i].may(raw) {
			return bytes.Contains(raw, []byte(`\u`))
		}
	}
	return true
}

// rawTest looks at one thing: the members of one name, or texts of which one must be there.
type rawTest struct {
	key    []byte // `"eventName"`; nil for texts
	accept func(value []byte) bool
	absent bool // a record without the member may match
	texts  [][]byte
}

func (t *rawTest) may(raw []byte) bool {
	if t.key == nil {
		return slices.ContainsFunc(t.texts, func(text []byte) bool { return bytes.Contains(raw, text) }) ||
			bytes.Contains(raw, []byte(`\/`))
	}
	found := false
	for {
		i := bytes.Index(raw, t.key)
		if i < 0 {
			return t.absent && !found
		}
		found = true
		raw = raw[i+len(t.key):]
		value, ok := stringMember(raw)
		if !ok || t.accept(value) {
			return true
		}
	}
}

// stringMember gives the string that follows a member's name, if it is one without escapes.
func stringMember(raw []byte) (value []byte, ok bool) {
	raw = trimSpace(raw)
	if len(raw) == 0 || raw[0] != ':' {
		return nil, false
	}
	raw = trimSpace(raw[1:])
	if len(raw) == 0 || raw[0] != '"' {
		return nil, false
	}
	raw = raw[1:]
	end := bytes.IndexByte(raw, '"')
	if end < 0 || bytes.IndexByte(raw[:end], '\\') >= 0 {
		return nil, false
	}
	return raw[:end], true
}

func trimSpace(b []byte) []byte { return bytes.TrimLeft(b, " \t\n\r") }

// rawTests are those that the query allows, the ones first that refuse most for least.
func (f *Filter) rawTests() []rawTest {
	var tests []rawTest
	member := func(key string, wanted bool, absent bool, accept func([]byte) bool) {
		if wanted {
			tests = append(tests, rawTest{key: []byte(`"` + key + `"`), accept: accept, absent: absent})
		}
	}
	exactly := func(values []string) func([]byte) bool {
		return func(v []byte) bool { return slices.ContainsFunc(values, func(s string) bool { return s == string(v) }) }
	}
	q := &f.q
	member("eventID", len(q.EventIDs) > 0, false, exactly(q.EventIDs))
	member("eventName", len(f.actions) > 0, f.acceptName(nil), f.acceptName)
	member("eventSource", len(f.actions) > 0, f.acceptSource(nil), f.acceptSource)
	member("errorCode", f.codesOnly(), false, func(v []byte) bool { return f.matchError(string(v), "") })
	member("accessKeyId", len(q.AccessKeys) > 0, false, exactly(q.AccessKeys))
	member("sourceIPAddress", len(q.Addresses) > 0, false, func(v []byte) bool { return f.matchAddress(string(v)) })
	member("eventTime", !q.Since.IsZero() || !q.Until.IsZero(), true, f.acceptTime)
	if slices.Contains(q.Errors, anyError) && !slices.Contains(q.Errors, noError) {
		tests = append(tests, rawTest{texts: [][]byte{[]byte(`"errorCode"`), []byte(`"errorMessage"`)}})
	}
	for _, patterns := range [][]string{q.Principals, q.Resources, q.Accounts} {
		if texts, ok := texts(patterns); ok {
			tests = append(tests, rawTest{texts: texts})
		}
	}
	return tests
}

// acceptName judges the event's name alone, without what goes with it.
func (f *Filter) acceptName(v []byte) bool {
	name := strings.ToLower(string(v))
	return slices.ContainsFunc(f.actions, func(a action) bool { return arn.Glob(a.name, name) })
}

func (f *Filter) acceptSource(v []byte) bool {
	source := strings.ToLower(trail.ServiceOf(string(v)))
	return slices.ContainsFunc(f.actions, func(a action) bool { return arn.Glob(a.service, source) })
}

// codesOnly: what matches has an error code. A failure may be without, and success is.
func (f *Filter) codesOnly() bool {
	return len(f.q.Errors) > 0 && !slices.Contains(f.q.Errors, anyError) && !slices.Contains(f.q.Errors, noError)
}

// acceptTime judges times in the one form that CloudTrail writes; those are in order as texts are.
func (f *Filter) acceptTime(v []byte) bool {
	const form = "2006-01-02T15:04:05Z"
	t, err := time.Parse(form, string(v))
	return err != nil || len(v) != len(form) || f.matchTime(t)
}

// minText is the least length of a text worth looking for.
const minText = 3

// texts are what must stand in a record for one of the patterns to match. They are none where a pattern has no text that
// always looks the same in JSON, or where it matches "root", a name that no record has in it.
func texts(patterns []string) (list [][]byte, ok bool) {
	for _, p := range patterns {
		if arn.Glob(p, "root") {
			return nil, false
		}
		longest := ""
		for _, piece := range strings.FieldsFunc(p, func(r rune) bool {
			return r == '*' || r == '?' || r < ' ' || r == '"' || r == '\\' || r == utf8.RuneError
		}) {
			if len(piece) > len(longest) {
				longest = piece
			}
		}
		if len(longest) < minText {
			return nil, false
		}
		list = append(list, []byte(longest))
	}
	return list, len(list) > 0
}
