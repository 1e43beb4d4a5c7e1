package sqlitekv

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/kv/kvtest"
)

func TestContract(t *testing.T) {
	const history = 100
	kvtest.Run(t, kvtest.Harness{
		New: func(t testing.TB) func() kv.Store {
			dir := t.TempDir()
			return func() kv.Store { return openTest(t, dir, Options{HistoryCommits: history}) }
		},
		History: history + 1,
	})
}

func openTest(t testing.TB, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closeTest(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// set puts one pair.
func set(s *Store, key, value string) error {
	_, err := s.Update(context.Background(), "a", func(tx kv.Txn) error { return tx.Put(key, []byte(value)) })
	return err
}

// contents reads the whole store.
func contents(t testing.TB, s *Store) (values map[string]string, rev kv.Revision) {
	t.Helper()
	values = map[string]string{}
	err := s.View(context.Background(), func(r kv.Reader) error {
		rev = r.Revision()
		for p, err := range r.Range("", "") {
			if err != nil {
				return err
			}
			values[p.Key] = string(p.Value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return values, rev
}

// onWriter runs a pragma on the writer's connection, where a transaction's function runs.
func onWriter(t testing.TB, s *Store, pragma string) {
	t.Helper()
	_, err := s.Update(context.Background(), "a", func(kv.Txn) error {
		_, err := s.writer.conn.number(pragma)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// raw opens the file beside the store.
func raw(t testing.TB, dir string) *conn {
	t.Helper()
	c, err := dial(filepath.Join(dir, stateName), "busy_timeout(0)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.driver.Close() })
	return c
}

func TestFilesAreTheOwnersOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data #1 ?x=%41")
	s := openTest(t, dir, Options{})
	defer closeTest(t, s)
	if err := set(s, "k", "v"); err != nil {
		t.Fatal(err)
	}
	want := map[string]os.FileMode{".": 0o700, stateName: 0o600, stateName + "-wal": 0o600, stateName + "-shm": 0o600, lockName: 0o600}
	for name, mode := range want {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v, want mode %04o", name, info.Mode(), err, mode)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != len(want)-1 {
		t.Errorf("files: %v, %v", entries, err)
	}
}

func TestOneProcessOnly(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, Options{})
	_, err := Open(dir, Options{})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d ", os.Getpid())) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second Open: %v, want ErrLocked with the process and the directory", err)
	}
	if err := set(s, "k", "v"); err != nil {
		t.Errorf("the first store after that: %v", err)
	}
	closeTest(t, s)
	closeTest(t, openTest(t, dir, Options{}))
}

func TestSettings(t *testing.T) {
	s := openTest(t, t.TempDir(), Options{})
	defer closeTest(t, s)
	for pragma, want := range map[string]int64{"synchronous": 2, "wal_autocheckpoint": 0, "fullfsync": 1, "checkpoint_fullfsync": 1, "busy_timeout": 5000, "user_version": schemaVersion} {
		for name, c := range map[string]*conn{"writer": s.writer.conn, "checkpoints": s.checkpoints.conn} {
			if got, err := c.number("PRAGMA " + pragma); err != nil || got != want {
				t.Errorf("%s: %s = %d, %v, want %d", name, pragma, got, err, want)
			}
		}
	}
}

func TestRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, c := range []struct{ name, sql, want string }{
		{"newer schema", "PRAGMA user_version = 2", "written by a newer Warder (schema 2"},
		{"older schema", "PRAGMA user_version = -1", "schema -1 is unknown"},
		{"other program", "PRAGMA application_id = 7", "not one that Warder made"},
		{"revision below zero", "UPDATE head SET revision = -1", "the stored revision is -1"},
		{"no revision", "DELETE FROM head", "EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			closeTest(t, openTest(t, dir, Options{}))
			if err := raw(t, dir).script(c.sql); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Open: %v, want %q in it", err, c.want)
			}
			// Nothing is left open or locked.
			if _, err := Open(dir, Options{}); err == nil || errors.Is(err, ErrLocked) {
				t.Errorf("Open again: %v", err)
			}
		})
	}
	t.Run("SQLite file of something else", func(t *testing.T) {
		dir := t.TempDir()
		if err := raw(t, dir).script("CREATE TABLE theirs (x)"); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(filepath.Join(dir, stateName))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "not one that Warder made") {
			t.Errorf("Open: %v", err)
		}
		after, err := os.ReadFile(filepath.Join(dir, stateName))
		if err != nil || string(after) != string(before) {
			t.Errorf("Open changed a foreign file, %v", err)
		}
	})
	t.Run("no SQLite file", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, stateName), []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), stateName) {
			t.Errorf("Open: %v, want an error that names the file", err)
		}
	})
}

// TestForeignWriter: a program that writes the file beside Warder makes one Update fail, not the store.
func TestForeignWriter(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, Options{})
	defer closeTest(t, s)
	onWriter(t, s, "PRAGMA busy_timeout = 1")
	other := raw(t, dir)
	if err := other.script("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	err := set(s, "k", "1")
	if err == nil || errors.Is(err, kv.ErrReadOnly) || errors.Is(err, kv.ErrFull) {
		t.Errorf("Update beside a foreign writer: %v", err)
	}
	if err := other.script("ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := set(s, "k", "2"); err != nil {
		t.Errorf("Update after the foreign writer has gone: %v", err)
	}
}

// queueBehind holds the writer inside a first transaction, queues fns in order behind it, and lets go. All end up in one
// batch. It returns the errors of fns and of first.
func queueBehind(t *testing.T, s *Store, first func(kv.Txn) error, fns ...func(kv.Txn) error) (errs []error, firstErr error) {
	t.Helper()
	running, release := make(chan struct{}), make(chan struct{})
	answers := make([]chan error, len(fns)+1)
	begin := func(i int, fn func(kv.Txn) error) {
		answers[i] = make(chan error, 1)
		go func() {
			_, err := s.Update(context.Background(), "a", fn)
			answers[i] <- err
		}()
	}
	begin(0, func(tx kv.Txn) error {
		close(running)
		<-release
		return first(tx)
	})
	<-running
	for i, fn := range fns {
		begin(i+1, fn)
		for queued := 0; queued <= i; { // until it has its place
			s.writer.queue.mu.Lock()
			queued = len(s.writer.queue.waiting)
			s.writer.queue.mu.Unlock()
		}
	}
	close(release)
	firstErr = <-answers[0]
	for _, a := range answers[1:] {
		errs = append(errs, <-a)
	}
	return errs, firstErr
}

// TestUnsyncedIsInvisible: a transaction sees what an earlier one of its batch wrote, a view does not, for it is not
// durable yet. A later reader must not learn it either from a transaction that fails because of it.
func TestUnsyncedIsInvisible(t *testing.T) {
	s := openTest(t, t.TempDir(), Options{})
	defer closeTest(t, s)
	errs, first := queueBehind(t, s,
		func(tx kv.Txn) error { return tx.Put("k", []byte("1")) },
		func(tx kv.Txn) error {
			if v, err := tx.Get("k"); err != nil || string(v) != "1" || tx.Revision() != 1 {
				t.Errorf("in the batch: %q at %d, %v", v, tx.Revision(), err)
			}
			looked := make(chan struct{})
			go func() {
				defer close(looked)
				if values, rev := contents(t, s); len(values) != 0 || rev != 0 {
					t.Errorf("a view shows %v at %d, which is not durable", values, rev)
				}
				if some, _, err := s.history.after(0); len(some) != 0 || err != nil {
					t.Errorf("Watch shows %v, %v, which is not durable", some, err)
				}
			}()
			<-looked
			return tx.Put("k", []byte("2"))
		})
	if first != nil || errs[0] != nil {
		t.Fatal(first, errs)
	}
	if values, rev := contents(t, s); values["k"] != "2" || rev != 2 {
		t.Errorf("%v at %d", values, rev)
	}
}

// TestBatchKeepsTheGood: in one batch, functions that fail, panic, pass a limit or end their goroutine take only their own
// writes with them.
func TestBatchKeepsTheGood(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, Options{})
	defer closeTest(t, s)
	refused := errors.New("refused")
	write := func(key string, then func() error) func(kv.Txn) error {
		return func(tx kv.Txn) error {
			if _, err := tx.Get("bad"); err != kv.ErrNotFound {
				t.Errorf("a bad transaction's write is seen: %v", err)
			}
			return errors.Join(tx.Put(key, nil), then())
		}
	}
	good := func() error { return nil }
	before := walCommits(t, dir)
	errs, _ := queueBehind(t, s, write("good0", good),
		write("bad", func() error { return refused }),
		write("good1", good),
		write("bad", func() error { panic("bad") }),
		write("good2", good),
		func(tx kv.Txn) error { return errors.Join(tx.Put("bad", nil), tx.Put("", nil)) },
		write("good3", good),
		write("bad", func() error { runtime.Goexit(); return nil }),
		write("good4", good),
	)
	for i, err := range errs {
		if (err == nil) != (i%2 == 1) {
			t.Errorf("transaction %d: %v", i, err)
		}
	}
	if !errors.Is(errs[0], refused) || !errors.Is(errs[4], kv.ErrLimit) || !errors.Is(errs[6], errGoexit) {
		t.Errorf("errors: %v", errs)
	}
	values, rev := contents(t, s)
	if len(values) != 5 || rev != 5 {
		t.Errorf("%v at %d, want good0 to good4 at 5", values, rev)
	}
	if commits := walCommits(t, dir) - before; commits != 1 {
		t.Errorf("%d commits for the batch, want one", commits)
	}
	if err := set(s, "after", ""); err != nil {
		t.Error(err)
	}
}

// TestFull runs out of pages: the whole batch gets ErrFull and leaves nothing, and the store goes on.
func TestFull(t *testing.T) {
	s := openTest(t, t.TempDir(), Options{})
	defer closeTest(t, s)
	if err := set(s, "k", "1"); err != nil {
		t.Fatal(err)
	}
	onWriter(t, s, "PRAGMA max_page_count = 30")
	big := make([]byte, 200<<10)
	errs, first := queueBehind(t, s,
		func(tx kv.Txn) error { return tx.Put("k", []byte("2")) },
		func(tx kv.Txn) error {
			_, err := tx.Get("k") // fails because of a write that will be lost
			return errors.Join(errors.New("k is there"), err)
		},
		func(tx kv.Txn) error { return tx.Put("big", big) },
	)
	for i, err := range append(errs, first) {
		if !errors.Is(err, kv.ErrFull) {
			t.Errorf("transaction %d: %v, want ErrFull", i, err)
		}
	}
	if values, rev := contents(t, s); len(values) != 1 || values["k"] != "1" || rev != 1 {
		t.Errorf("after ErrFull: %d values at %d, k = %q", len(values), rev, values["k"])
	}
	if err := set(s, "k", "3"); err != nil {
		t.Errorf("a small write after ErrFull: %v", err)
	}
	onWriter(t, s, "PRAGMA max_page_count = 100000")
	if err := set(s, "big", string(big)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if values, rev := contents(t, s); len(values["big"]) != len(big) || values["k"] != "3" || rev != 3 {
		t.Errorf("with room again: k = %q at %d", values["k"], rev)
	}
}

// walCommits counts the commits in a WAL that has not begun anew yet. A frame has a header of 24 bytes before its page;
// one that ends a commit holds the size of the database in the second word.
func walCommits(t testing.TB, dir string) (n int) {
	t.Helper()
	wal, err := os.ReadFile(filepath.Join(dir, stateName+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	for wal = wal[min(32, len(wal)):]; len(wal) >= frameSize; wal = wal[frameSize:] {
		if binary.BigEndian.Uint32(wal[4:]) != 0 {
			n++
		}
	}
	return n
}

const frameSize = 24 + 4096

func TestReadFaultsAreNotHidden(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, Options{})
	defer closeTest(t, s)
	if err := set(s, "k", "1"); err != nil {
		t.Fatal(err)
	}
	if err := raw(t, dir).script("ALTER TABLE kv RENAME TO gone"); err != nil {
		t.Fatal(err)
	}
	hide := func(r kv.Reader) {
		if _, err := r.Get("k"); err == nil || errors.Is(err, kv.ErrNotFound) {
			t.Errorf("Get: %v, want the engine's error", err)
		}
	}
	if err := s.View(context.Background(), func(r kv.Reader) error { hide(r); return nil }); err == nil {
		t.Error("View succeeds though it could not read")
	}
	if _, err := s.Update(context.Background(), "a", func(tx kv.Txn) error { hide(tx); return nil }); err == nil {
		t.Error("Update succeeds though it could not read")
	}
}
