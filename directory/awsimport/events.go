package awsimport

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/trail"
)

// eventFile notes a file of CloudTrail records. It is not read before somebody asks for the events.
func (r *reader) eventFile(f *File, account string) {
	if _, known := r.trailOf[f]; known {
		return
	}
	f.Kinds = append(f.Kinds, KindTrailEvents)
	f.Kinds = slices.Compact(f.Kinds)
	if account == "" {
		account = folderAccount(f.Path)
	}
	r.trails = append(r.trails, f)
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
	r.eventFile(v.file, accountOf(account))
}

// settleTrails notes whose events the files hold, as far as their beginnings tell.
func (r *reader) settleTrails() {
	for _, f := range r.trails {
		id := r.trailOf[f]
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
		f.Accounts = []string{id}
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
	files := make([]string, 0, len(r.trails))
	for _, f := range r.trails {
		files = append(files, f.Path)
	}
	return func(yield func(*trail.Event, *Problem) bool) {
		for _, name := range files {
			e := eventReader{name: name, yield: yield, limit: r.maxFile}
			if !e.file(r.open(name)) {
				return
			}
		}
	}
}

func (r *reader) open(name string) (io.ReadCloser, error) { return open(r.fsys, name) }

// eventReader reads the records of one file, one after the other. Its methods are false when nobody wants any more.
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

func (e *eventReader) file(r io.ReadCloser, err error) (more bool) {
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
	for {
		switch kind := e.d.PeekKind(); kind {
		case '{', '[':
			ok, err := e.value()
			if !ok {
				return false
			}
			if err != nil {
				return e.cut(err, limited.N == 0)
			}
		default:
			if _, err := e.d.ReadToken(); err != io.EOF {
				return e.cut(err, limited.N == 0)
			}
			if limited.N == 0 {
				return e.cut(nil, true)
			}
			return true
		}
	}
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

// value reads one JSON value: a record, an object with a list of them, or a list.
func (e *eventReader) value() (ok bool, err error) {
	if e.d.PeekKind() == '[' {
		return e.list("", e.record)
	}
	// A record on its own and a file of records differ in their first member.
	raw, large, listed := []byte{}, false, false
	if _, err := e.d.ReadToken(); err != nil {
		return true, err
	}
	raw = append(raw, '{')
	for e.d.PeekKind() == '"' {
		t, err := e.d.ReadToken()
		if err != nil {
			return true, err
		}
		name := t.String()
		switch {
		case name == "Records" && e.d.PeekKind() == '[':
			listed = true
			if ok, err := e.list("/Records", e.record); !ok || err != nil {
				return ok, err
			}
		case name == "Events" && e.d.PeekKind() == '[':
			listed = true
			if ok, err := e.list("/Events", e.looked); !ok || err != nil {
				return ok, err
			}
		default:
			v, err := e.d.ReadValue()
			if err != nil {
				return true, err
			}
			if large = large || len(raw)+len(v) > trail.MaxParse; large {
				continue
			}
			if len(raw) > 1 {
				raw = append(raw, ',')
			}
			raw, _ = jsontext.AppendQuote(raw, name)
			raw = append(append(raw, ':'), v...)
		}
	}
	if _, err := e.d.ReadToken(); err != nil {
		return true, err
	}
	e.n++
	switch at := fmt.Sprintf("#%d", e.n); {
	case listed: // beside the list stand NextToken and the like
		return true, nil
	case large:
		return e.problem(at, "a record of more than %d bytes", trail.MaxParse), nil
	default:
		return e.record(append(raw, '}'), at), nil
	}
}

func (e *eventReader) list(at string, one func(jsontext.Value, string) bool) (ok bool, err error) {
	if _, err := e.d.ReadToken(); err != nil {
		return true, err
	}
	for i := 0; e.d.PeekKind() != ']'; i++ {
		raw, err := e.d.ReadValue()
		if err != nil {
			return true, err
		}
		if !one(raw, fmt.Sprintf("%s/%d", at, i)) {
			return false, nil
		}
	}
	_, err = e.d.ReadToken()
	return true, err
}

func (e *eventReader) record(raw jsontext.Value, at string) bool {
	event, err := trail.Parse(raw)
	if err != nil {
		return e.problem(at, "%v", err)
	}
	return e.yield(event, nil)
}

// looked reads an item of LookupEvents, which holds the record as text.
func (e *eventReader) looked(raw jsontext.Value, at string) bool {
	var item struct{ CloudTrailEvent string }
	if err := decode(raw, &item); err != nil {
		return e.problem(at, "cannot be read: %s", decodeReason(err))
	}
	return e.record(jsontext.Value(item.CloudTrailEvent), at+"/CloudTrailEvent")
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
