package trailstore

import (
	"errors"
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

// Query asks for the management events of an account.
type Query struct {
	// Account whose events they are: recipientAccountId. It must be given.
	Account string
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
