package sqlitekv

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"github.com/warder-iam/warder/internal/kv"
)

// Read runs fn over the durable state of the store in dir, as View does, without opening the store: another process may
// have it open. It changes nothing in it, and waits for nobody.
func Read(ctx context.Context, dir string, fn func(kv.Reader) error) (err error) {
	path, err := filepath.Abs(filepath.Join(dir, stateName))
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("sqlitekv: %w", err)
	}
	c, err := dialReadOnly(path)
	if err != nil {
		return fmt.Errorf("sqlitekv: read %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.isOurs(); err != nil {
		return fmt.Errorf("sqlitekv: read %s: %w", path, err)
	}
	if err := errors.Join(c.prepare(), ctx.Err()); err != nil {
		return fmt.Errorf("sqlitekv: read %s: %w", path, err)
	}
	if err := execute(c.begin); err != nil {
		return fmt.Errorf("sqlitekv: read %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, execute(c.rollback)) }()
	rev, err := c.readRevision()
	if err != nil {
		return fmt.Errorf("sqlitekv: read %s: %w", path, err)
	}
	r := &reader{ctx: ctx, conn: c, rev: rev}
	defer func() { r.err = errEnded }()
	if err := fn(r); err != nil {
		return err
	}
	return r.err // the function hid that it could not read
}

// dialReadOnly opens the file so that SQLite itself refuses to write it; it may make the files beside it.
func dialReadOnly(path string) (*conn, error) {
	query := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(5000)", "query_only(1)", "trusted_schema(0)", "temp_store(MEMORY)", "mmap_size(0)"}}
	name := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	d, err := new(sqlite.Driver).Open(name.String())
	if err != nil {
		return nil, err
	}
	return &conn{driver: d}, nil
}

// isOurs refuses a file of another program or of another version.
func (c *conn) isOurs() error {
	app, version, err := c.identity()
	if err != nil {
		return err
	}
	if app != applicationID || version != schemaVersion {
		return fmt.Errorf("it is not a state of this Warder (application id %#x, schema %d)", app, version)
	}
	return nil
}
