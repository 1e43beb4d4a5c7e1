package sqlitekv

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/warder-iam/warder/internal/kv"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// conn is one connection with its statements prepared. It speaks to the driver itself and not through database/sql: a
// connection here belongs to one goroutine, which makes the pool, its locks and its reflection a cost without a use.
type conn struct {
	driver driver.Conn

	begin, beginWrite, commit, rollback statement
	get, rangeFrom, rangeBetween        statement
	put, del, revision, setRevision     statement
	checkpoint                          statement
}

type statement interface {
	driver.StmtExecContext
	driver.StmtQueryContext
}

// pragmas of every connection. fullfsync matters on macOS only. Checkpoints are ours to time. A busy database can only
// mean a foreign program, see lock_unix.go.
func pragmas() []string {
	return []string{
		"busy_timeout(5000)", "synchronous(FULL)", "fullfsync(1)", "checkpoint_fullfsync(1)", "wal_autocheckpoint(0)",
		"trusted_schema(0)", "temp_store(MEMORY)", "mmap_size(0)",
	}
}

// dial opens the file at an absolute path, without statements, for the schema may not be there yet.
func dial(path string, more ...string) (*conn, error) {
	query := url.Values{"_pragma": append(pragmas(), more...)}
	name := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	d, err := new(sqlite.Driver).Open(name.String())
	if err != nil {
		return nil, err
	}
	return &conn{driver: d}, nil
}

// prepare readies the statements. Keys are BLOBs: they compare by their bytes, and any bytes are a key.
func (c *conn) prepare() error {
	for _, s := range []struct {
		to  *statement
		sql string
	}{
		{&c.begin, "BEGIN"},
		{&c.beginWrite, "BEGIN IMMEDIATE"},
		{&c.commit, "COMMIT"},
		{&c.rollback, "ROLLBACK"},
		{&c.get, "SELECT value FROM kv WHERE key = ?"},
		{&c.rangeFrom, "SELECT key, value FROM kv WHERE key >= ? ORDER BY key LIMIT ?"},
		{&c.rangeBetween, "SELECT key, value FROM kv WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"},
		// The driver may bind an empty slice as NULL.
		{&c.put, "INSERT INTO kv (key, value) VALUES (?, ifnull(?, x'')) ON CONFLICT (key) DO UPDATE SET value = excluded.value"},
		{&c.del, "DELETE FROM kv WHERE key = ?"},
		{&c.revision, "SELECT revision FROM head"},
		{&c.setRevision, "UPDATE head SET revision = ?"},
		{&c.checkpoint, "PRAGMA wal_checkpoint(PASSIVE)"},
	} {
		p, err := c.driver.Prepare(s.sql)
		if err != nil {
			return fmt.Errorf("%s: %w", s.sql, err)
		}
		*s.to = p.(statement)
	}
	return nil
}

// close closes the connection and its statements.
func (c *conn) close() error {
	for _, s := range []statement{c.begin, c.beginWrite, c.commit, c.rollback, c.get, c.rangeFrom, c.rangeBetween, c.put, c.del, c.revision, c.setRevision, c.checkpoint} {
		if s != nil {
			_ = s.(driver.Stmt).Close()
		}
	}
	return c.driver.Close()
}

// The context is never the caller's: the driver would start a goroutine per statement to watch it.

func execute(s statement, args ...driver.NamedValue) error {
	_, err := s.ExecContext(context.Background(), args)
	return err
}

// row reads the first row of a query into dest; io.EOF when there is none.
func row(s statement, dest []driver.Value, args ...driver.NamedValue) error {
	rows, err := s.QueryContext(context.Background(), args)
	if err != nil {
		return err
	}
	err = rows.Next(dest)
	return errors.Join(err, rows.Close())
}

// useWAL switches to the write-ahead log.
func (c *conn) useWAL() error {
	rows, err := c.driver.(driver.QueryerContext).QueryContext(context.Background(), "PRAGMA journal_mode = WAL", nil)
	if err != nil {
		return err
	}
	var dest [1]driver.Value
	if err := errors.Join(rows.Next(dest[:]), rows.Close()); err != nil {
		return err
	}
	if dest[0] != "wal" {
		return errors.New("this file system cannot hold the store (SQLite's WAL needs shared memory); put the data directory on a local disk")
	}
	return nil
}

// keepFiles has the last connection to close empty the WAL but keep its files: where the disk is full, the next start could
// not make them again.
func (c *conn) keepFiles() error {
	_, err := c.driver.(sqlite.FileControl).FileControlPersistWAL("main", 1)
	if err != nil {
		return err
	}
	_, err = c.number("PRAGMA journal_size_limit = 0")
	return err
}

// script runs SQL that is not prepared.
func (c *conn) script(sql string) error {
	_, err := c.driver.(driver.ExecerContext).ExecContext(context.Background(), sql, nil)
	return err
}

// number asks one integer with SQL that is not prepared.
func (c *conn) number(sql string) (int64, error) {
	rows, err := c.driver.(driver.QueryerContext).QueryContext(context.Background(), sql, nil)
	if err != nil {
		return 0, err
	}
	var dest [1]driver.Value
	err = errors.Join(rows.Next(dest[:]), rows.Close())
	n, _ := dest[0].(int64)
	return n, err
}

func blob(ordinal int, b []byte) driver.NamedValue {
	return driver.NamedValue{Ordinal: ordinal, Value: b}
}

func integer(ordinal int, n int64) driver.NamedValue {
	return driver.NamedValue{Ordinal: ordinal, Value: n}
}

func (c *conn) readRevision() (kv.Revision, error) {
	var dest [1]driver.Value
	if err := row(c.revision, dest[:]); err != nil {
		return 0, err
	}
	n, ok := dest[0].(int64)
	if !ok || n < 0 {
		return 0, fmt.Errorf("the stored revision is %v", dest[0])
	}
	return kv.Revision(n), nil
}

// value returns the value of key; ok is false when there is none.
func (c *conn) value(key string) (v []byte, ok bool, err error) {
	var dest [1]driver.Value
	err = row(c.get, dest[:], blob(1, []byte(key)))
	if errors.Is(err, io.EOF) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	v, err = bytesOf(dest[0])
	return v, true, err
}

// bytesOf undoes the driver's nil for an empty blob.
func bytesOf(v driver.Value) ([]byte, error) {
	b, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("a %T stands where bytes belong", v)
	}
	if b == nil {
		b = []byte{}
	}
	return b, nil
}

// Range reads by chunks, so that no SQLite cursor stays open while the caller's code runs.
const (
	firstChunk = 16 // most ranges are short or are left early
	nextChunk  = 256
	chunkBytes = 1 << 20
)

// chunk reads the first pairs with from <= key < to, at most limit; fewer do not mean the end: more tells.
func (c *conn) chunk(from, to string, limit int) (pairs []kv.Pair, more bool, err error) {
	var rows driver.Rows
	if to == "" {
		rows, err = c.rangeFrom.QueryContext(context.Background(), []driver.NamedValue{blob(1, []byte(from)), integer(2, int64(limit))})
	} else {
		rows, err = c.rangeBetween.QueryContext(context.Background(), []driver.NamedValue{blob(1, []byte(from)), blob(2, []byte(to)), integer(3, int64(limit))})
	}
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var dest [2]driver.Value
	for size := 0; size < chunkBytes; {
		if err := rows.Next(dest[:]); errors.Is(err, io.EOF) {
			return pairs, len(pairs) == limit, nil
		} else if err != nil {
			return nil, false, err
		}
		key, err := bytesOf(dest[0])
		if err != nil {
			return nil, false, err
		}
		value, err := bytesOf(dest[1])
		if err != nil {
			return nil, false, err
		}
		pairs = append(pairs, kv.Pair{Key: string(key), Value: value})
		size += len(key) + len(value)
	}
	return pairs, true, nil
}

// write puts or deletes one key.
func (c *conn) write(w kv.Write) error {
	if w.Value == nil {
		return execute(c.del, blob(1, []byte(w.Key)))
	}
	return execute(c.put, blob(1, []byte(w.Key)), blob(2, w.Value))
}

// copyBack moves pages from the WAL to the file, as many as it can without waiting for anybody; done is true when that
// was all, so that the next commit begins the WAL anew.
func (c *conn) copyBack() (done bool, err error) {
	var dest [3]driver.Value // busy, pages in the WAL, pages copied
	if err := row(c.checkpoint, dest[:]); err != nil {
		return false, err
	}
	return dest[0] == int64(0) && dest[1] == dest[2], nil
}

// pagesWritten returns how many pages the connection wrote since it was last asked.
func (c *conn) pagesWritten() int {
	n, _, err := c.driver.(sqlite.DBStatus).Status(sqlite.DBStatusCacheWrite, true)
	if err != nil {
		return 0 // it fails for an unknown counter only
	}
	return n
}

// fault is what an SQLite error means for the store.
type fault int

const (
	faultRefused fault = iota // nothing was written, a later try may do
	faultFull                 // likewise; there is no room
	faultFatal                // it is not known what is on the disk
)

// classify judges an error of a write. Only a list of known harmless ones lets the store go on.
func classify(err error) fault {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return faultFatal
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return faultFull
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_NOMEM:
		return faultRefused
	}
	return faultFatal
}
