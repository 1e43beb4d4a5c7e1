package awsimport

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/trail"
)

// eventFile notes a file of CloudTrail's. It is not read before somebody asks for the events.
func (r *reader) eventFile(f *File, account string, mixed bool) {
	if _, known := r.trailOf[f]; known {
		return
	}
	if !mixed {
		f.Kinds = []Kind{KindTrailEvents}
	}
	if account == "" {
		account = folderAccount(f.Path)
	}
	r.trails = append(r.trails, trailFile{f, mixed})
	r.trailOf[f] = account
}

// eventValue notes the file of a value that is one of records.
func (r *reader) eventValue(v *value) {
	account := v.text("recipientaccountid")
	if records := v.list("records"); len(records) > 0 {
		var d struct{ RecipientAccountID string }
		if decode(records[0], &d) == nil {
			account = d.RecipientAccountID
		}
	}
	r.eventFile(v.file, cmp.Or(v.account, accountOf(account)), true)
}

// settleTrails notes whose events the files hold, as far as their beginnings tell.
func (r *reader) settleTrails() {
	for _, f := range r.trails {
		id := r.trailOf[f.File]
		if id == "" && len(r.accounts) == 1 {
			for only := range r.accounts {
				id = only
			}
		}
		if id == "" {
			id = r.opts.Account
		}
		if id == "" {
			continue // each record says whose it is
		}
		f.Accounts = include(f.Accounts, id)
		r.account(id).hold(KindTrailEvents, Partial)
	}
}

// isEvents recognises files of records whose beginning does not show it: members in another order, and the answers of
// LookupEvents.
func isEvents(v *value) bool {
	switch {
	case v.list("records") != nil:
		return len(v.list("records")) == 0 || firstHas(v.list("records"), "eventID")
	case v.list("events") != nil:
		return firstHas(v.list("events"), "CloudTrailEvent")
	}
	return v.has("eventid") && v.has("eventname") && v.has("eventsource")
}

// events goes through all files of records.
func (r *reader) events() iter.Seq2[*trail.Event, *Problem] {
	if len(r.trails) == 0 {
		return nil
	}
	fsys, limit, files := r.fsys, r.maxFile, slices.Clone(r.trails) // all else that was read is let go
	return func(yield func(*trail.Event, *Problem) bool) {
		for _, f := range files {
			e := eventReader{name: f.Path, yield: yield, limit: limit}
			if f.mixed && !e.answers(readFile(fsys, f.Path, limit)) || !f.mixed && !e.stream(open(fsys, f.Path)) {
				return
			}
		}
	}
}

// trailFile is a file with records: one of CloudTrail's own, or one with answers that hold them, and maybe others.
type trailFile struct {
	*File
	mixed bool
}

// eventReader gives the records of one file, one after the other. Its methods are false when nobody wants any more.
type eventReader struct {
	name  string
	yield func(*trail.Event, *Problem) bool
	d     *jsontext.Decoder
	n     int   // values so far
	limit int64 // bytes of the file
}

func (e *eventReader) problem(at, format string, args ...any) bool {
	return e.yield(nil, &Problem{File: e.name, Path: at, Message: strings.ToValidUTF8(fmt.Sprintf(format, args...), "\ufffd")})
}

func (e *eventReader) record(raw jsontext.Value, at string) bool {
	event, err := trail.Parse(raw)
	if err != nil {
		return e.problem(at, "%v", err)
	}
	return e.yield(event, nil)
}

// answers reads a file of answers. What is wrong with others than those of records Read has reported already.
func (e *eventReader) answers(text []byte, err error) bool {
	if err != nil && !e.problem("", "cannot be read to its end: %v", err) {
		return false
	}
	values, _ := split(&File{Path: e.name}, text)
	for _, v := range values {
		v, err := unwrap(v)
		if err == nil && isEvents(v) && !e.answer(v) {
			return false
		}
	}
	return true
}

func (e *eventReader) answer(v *value) bool {
	for i, raw := range v.list("records") {
		if !e.record(raw, v.pointer(v.nameOf("records"), i)) {
			return false
		}
	}
	for i, raw := range v.list("events") {
		at := v.pointer(v.nameOf("events"), i)
		var item struct{ CloudTrailEvent string }
		if err := decode(raw, &item); err != nil {
			if !e.problem(at, "cannot be read: %s", decodeReason(err)) {
				return false
			}
		} else if !e.record(jsontext.Value(item.CloudTrailEvent), at+"/CloudTrailEvent") {
			return false
		}
	}
	return !v.has("eventid") || e.record(v.object(), v.at)
}

// stream reads a file of CloudTrail's without ever holding it as a whole: an object with the list Records, or records one
// after the other.
func (e *eventReader) stream(r io.ReadCloser, err error) (more bool) {
	if err != nil {
		return e.problem("", "cannot be read: %v", err)
	}
	defer func() {
		if err := r.Close(); err != nil && more {
			more = e.problem("", "cannot be read to its end: %v", err)
		}
	}()
	limited := &io.LimitedReader{R: r, N: e.limit + 1}
	e.d = jsontext.NewDecoder(&skipMark{r: limited})
	for e.d.PeekKind() == '{' {
		more, err := e.object()
		if !more {
			return false
		}
		if err != nil {
			return e.cut(err, limited.N == 0)
		}
	}
	_, err = e.d.ReadToken()
	if errors.Is(err, io.EOF) && limited.N > 0 {
		return true
	}
	return e.cut(err, limited.N == 0)
}

// cut reports why the rest of the file is not read.
func (e *eventReader) cut(err error, full bool) bool {
	if full {
		err = tooLarge(e.limit)
	}
	if err == nil {
		return e.problem("", "holds a value that is no record: what follows is not read")
	}
	return e.problem("", "%v: what follows is not read", plainError(err))
}

// object reads a record, or an object with a list of them: they differ in their first member.
func (e *eventReader) object() (more bool, err error) {
	e.n++
	if _, err := e.d.ReadToken(); err != nil {
		return true, err
	}
	raw, listed, large := []byte{'{'}, false, false
	for e.d.PeekKind() == '"' {
		t, err := e.d.ReadToken()
		if err != nil {
			return true, err
		}
		name := t.String()
		if name == "Records" && e.d.PeekKind() == '[' {
			listed = true
			if more, err := e.list(); !more || err != nil {
				return more, err
			}
			continue
		}
		v, err := e.d.ReadValue()
		if err != nil {
			return true, err
		}
		if large = large || len(raw)+len(v) > trail.MaxParse; !large {
			raw = appendMember(raw, name, v)
		}
	}
	if _, err := e.d.ReadToken(); err != nil {
		return true, err
	}
	switch at := fmt.Sprintf("#%d", e.n); {
	case listed:
		return true, nil
	case large:
		return e.problem(at, "a record of more than %d bytes", trail.MaxParse), nil
	default:
		return e.record(append(raw, '}'), at), nil
	}
}

// appendMember adds a member to an object that is being written.
func appendMember(object []byte, name string, v jsontext.Value) []byte {
	if len(object) > 1 {
		object = append(object, ',')
	}
	object, _ = jsontext.AppendQuote(object, name) // of what was read as JSON, it cannot fail
	return append(append(object, ':'), v...)
}

// list reads the list Records.
func (e *eventReader) list() (more bool, err error) {
	if _, err := e.d.ReadToken(); err != nil {
		return true, err
	}
	for i := 0; e.d.PeekKind() != ']'; i++ {
		raw, err := e.d.ReadValue()
		if err != nil {
			return true, err
		}
		if !e.record(raw, fmt.Sprintf("/Records/%d", i)) {
			return false, nil
		}
	}
	_, err = e.d.ReadToken()
	return true, err
}

// skipMark reads without a byte order mark.
type skipMark struct {
	r     io.Reader
	begun bool
}

func (s *skipMark) Read(p []byte) (int, error) {
	if s.begun {
		return s.r.Read(p)
	}
	s.begun = true
	head := make([]byte, len(byteOrderMark))
	n, err := io.ReadFull(s.r, head)
	if n == len(head) && bytes.Equal(head, byteOrderMark) {
		return s.r.Read(p)
	}
	s.r = io.MultiReader(bytes.NewReader(head[:n]), s.r)
	if n == 0 {
		return 0, err
	}
	return s.r.Read(p)
}
