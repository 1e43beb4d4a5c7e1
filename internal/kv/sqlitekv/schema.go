package sqlitekv

import (
	"fmt"
	"math"
)

const (
	// applicationID stands in the file's header and tells a Warder state file from other SQLite files: "WRDR".
	applicationID = 0x57524452
	// schemaVersion stands in the header as user_version. A change of the tables raises it and adds a step to migrate.
	schemaVersion = 1
)

// The kv table keeps its rowid: WITHOUT ROWID would keep values in the tree of keys and move those above 1 KiB to
// overflow pages, which costs a second page for each write.
const createTables = `
CREATE TABLE kv (key BLOB NOT NULL UNIQUE, value BLOB NOT NULL) STRICT;
CREATE TABLE head (revision INTEGER NOT NULL) STRICT;
INSERT INTO head (revision) VALUES (0);
`

// prepareSchema creates the tables in a new file and refuses a file that is not of this schema. Only then is the file
// ours to switch to the WAL.
func prepareSchema(c *conn) error {
	app, version, err := c.identity()
	if err != nil {
		return err
	}
	tables, err := c.number("SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return err
	}
	switch {
	case app == 0 && version == 0 && tables == 0:
		// In a new file the WAL comes first: the tables cost fewer syncs there.
		if err := c.useWAL(); err != nil {
			return err
		}
		return c.script(fmt.Sprintf("BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", createTables, applicationID, schemaVersion))
	case app != applicationID:
		return fmt.Errorf("it is an SQLite file, but not one that Warder made (application id %#x); give another data directory", uint32(app&math.MaxUint32))
	case version > schemaVersion:
		return fmt.Errorf("it was written by a newer Warder (schema %d, this one knows up to %d); start that version, or restore a backup made before the upgrade",
			version, schemaVersion)
	case version < schemaVersion:
		return fmt.Errorf("its schema %d is unknown", version)
	}
	return c.useWAL()
}

// identity is what the file's header says of who made it, and in which schema.
func (c *conn) identity() (app, version int64, err error) {
	if app, err = c.number("PRAGMA application_id"); err != nil {
		return 0, 0, err
	}
	version, err = c.number("PRAGMA user_version")
	return app, version, err
}
