package trailstore

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/trail"
)

var (
	// ErrQuery: the query is no query; its text says what is wrong with it.
	ErrQuery = errors.New("trailstore: invalid query")
	// ErrCursor: the cursor is not one that Lookup gave for this query.
	ErrCursor = errors.New("trailstore: invalid cursor")
)

// MaxPage is the most records of one page, as in LookupEvents, and the number where a query names none.
const MaxPage = 50

// Query asks for the management events of an account, or for its Insights.
type Query struct {
	// Account whose events they are: recipientAccountId. It must be given.
	Account string
	// Insights asks for Insights instead of management events.
	Insights bool
	// Attribute and Value, matched exactly, case and all; "" for all events.
	Attribute trail.Attribute
	Value     string
	// Start and End bound the event time, both included; zero for no bound.
	Start, End time.Time
	// Limit is the number of records of a page, 1 to MaxPage; 0 is MaxPage.
	Limit int
	// Cursor is Page.Next of the page before, of the same query; "" begins with the newest.
	Cursor string
}

// Page is a part of what a query found, the newest first: by event time, and among those of one second by their place in
// the trail.
type Page struct {
	Records []Record
	// Next is the cursor of the page that follows; "" where there is none. It names a place and not a number of records: what
	// is recorded meanwhile moves nothing, so that no record comes twice or is left out.
	Next string
}

// bounds are what a query asks for, in the index's terms: entries of one key whose place is before one and whose time is not
// before another.
type bounds struct {
	key    indexKey
	oldest int64
	before position
	limit  int
	id     [8]byte // of the query, whatever the page
}

// bounds checks the query.
func (q *Query) bounds() (bounds, error) {
	b := bounds{key: keyFor(domain(q.Account, q.Insights), q.Attribute, q.Value), oldest: math.MinInt64, before: position{math.MaxInt64, math.MaxUint64}, limit: q.Limit}
	switch {
	case q.Account == "":
		return b, fmt.Errorf("%w: no account", ErrQuery)
	case q.Attribute == "" && q.Value != "":
		return b, fmt.Errorf("%w: a value without an attribute", ErrQuery)
	case q.Attribute != "" && !slices.Contains(trail.Attributes(), q.Attribute):
		return b, fmt.Errorf("%w: there is no attribute %q", ErrQuery, q.Attribute)
	case q.Attribute != "" && q.Value == "":
		return b, fmt.Errorf("%w: an attribute without a value", ErrQuery)
	case q.Limit < 0 || q.Limit > MaxPage:
		return b, fmt.Errorf("%w: %d records a page; 1 to %d", ErrQuery, q.Limit, MaxPage)
	case !q.Start.IsZero() && !q.End.IsZero() && q.End.Before(q.Start):
		return b, fmt.Errorf("%w: it ends before it starts", ErrQuery)
	}
	if b.limit == 0 {
		b.limit = MaxPage
	}
	if !q.Start.IsZero() { // events have whole seconds: one at 12:00:00 is not at or after 12:00:00.5
		b.oldest = q.Start.Add(time.Second - 1).Unix()
	}
	if !q.End.IsZero() {
		b.before = position{q.End.Unix(), math.MaxUint64}
	}
	b.id = queryID(b.key, b.oldest, b.before)
	return b, b.resume(q.Cursor)
}

// queryID tells queries apart, so that a cursor of one is not taken for one of another.
func queryID(key indexKey, oldest int64, before position) [8]byte {
	var text []byte
	for _, n := range []uint64{uint64(key), uint64(oldest), uint64(before.time)} {
		text = binary.BigEndian.AppendUint64(text, n)
	}
	sum := sha256.Sum256(text)
	return [8]byte(sum[:8])
}

// A cursor is the version, the query's id and the place of the page's last record, in base64. It is no secret and proves
// nothing: who alters it gets another part of what the query finds.
const (
	cursorVersion = 1
	cursorSize    = 1 + 8 + 8 + 8
)

func (b *bounds) cursor(last position) string {
	text := append([]byte{cursorVersion}, b.id[:]...)
	text = binary.BigEndian.AppendUint64(text, uint64(last.time))
	text = binary.BigEndian.AppendUint64(text, last.sequence)
	return base64.RawURLEncoding.EncodeToString(text)
}

// resume goes on behind the place that the cursor names.
func (b *bounds) resume(cursor string) error {
	if cursor == "" {
		return nil
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	lines := strings.ContainsAny(cursor, "\r\n") // which decoding passes over
	if err != nil || lines || len(text) != cursorSize || text[0] != cursorVersion || [8]byte(text[1:]) != b.id {
		return ErrCursor
	}
	last := position{int64(binary.BigEndian.Uint64(text[9:])), binary.BigEndian.Uint64(text[17:])}
	if b.before.before(last) {
		return ErrCursor
	}
	b.before = last
	return nil
}
