package sqlitekv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

// TestDiskFull fills a small file system of its own: changes are refused, reads go on, a restart while it is full works,
// and with room again all goes on, with everything that was acknowledged.
func TestDiskFull(t *testing.T) {
	if dir := os.Getenv(helperDir); dir != "" {
		if err := syscall.Mount("none", dir, "tmpfs", 0, "size=4m"); err != nil {
			fmt.Println("cannot mount:", err)
			os.Exit(0)
		}
		fillDisk(t, filepath.Join(dir, "data"), filepath.Join(dir, "filler"))
		return
	}
	cmd := helper(t, t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.Output()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.ENOSPC) || strings.Contains(string(out), "cannot mount") {
		t.Skipf("no namespace for a small file system here: %v %s", err, out)
	}
	if err != nil || !strings.Contains(string(out), "PASS") {
		t.Fatalf("%v: %s", err, out)
	}
}

func fillDisk(t *testing.T, dir, filler string) {
	acknowledged := map[string]string{}
	write := func(s *Store, size int) error {
		key, value := fmt.Sprint("k", len(acknowledged)), strings.Repeat("v", size)
		err := set(s, key, value)
		if err == nil {
			acknowledged[key] = value
		}
		return err
	}
	check := func(s *Store, when string) {
		t.Helper()
		values, rev := contents(t, s)
		if len(values) != len(acknowledged) || int(rev) != len(acknowledged) {
			t.Errorf("%s: %d values at %d, %d are acknowledged", when, len(values), rev, len(acknowledged))
		}
		for k, v := range acknowledged {
			if values[k] != v {
				t.Errorf("%s: %s is lost", when, k)
			}
		}
	}
	// untilFull writes until it is refused.
	untilFull := func(s *Store, size int) {
		t.Helper()
		var err error
		for i := 0; err == nil && i < 1000; i++ {
			err = write(s, size)
		}
		if !errors.Is(err, kv.ErrFull) {
			t.Fatalf("on the full disk: %v, want ErrFull", err)
		}
	}

	ballast := filler + ".ballast"
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openTest(t, dir, Options{})
	untilFull(s, 100<<10)
	check(s, "full")
	untilFull(s, 10)
	check(s, "full to the last page")
	if len(acknowledged) < 10 {
		t.Fatalf("only %d writes before the disk was full", len(acknowledged))
	}

	// A checkpoint that finds no room is no fault either.
	s.checkpoints.copyWhole(s.checkpoints.conn)
	check(s, "after a checkpoint")
	if err := s.readOnly(); err != nil {
		t.Fatal(err)
	}

	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	fillUp(t, filler)
	s = openTest(t, dir, Options{})
	check(s, "restarted while full")
	untilFull(s, 10)
	check(s, "restarted while full")
	if err := errors.Join(os.Remove(filler), os.Remove(ballast)); err != nil {
		t.Fatal(err)
	}
	if err := write(s, 100); err != nil {
		t.Errorf("with room again: %v", err)
	}
	check(s, "with room again")
	closeTest(t, s)
	s = openTest(t, dir, Options{})
	check(s, "restarted with room")
	closeTest(t, s)
}

// fillUp takes what is left of the disk.
func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 512))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestWriteFault lets the operating system refuse writes in the middle of a commit (a limit on the size of files): the
// store turns read-only, once and for good, and after a restart everything acknowledged is there.
func TestWriteFault(t *testing.T) {
	if dir := os.Getenv(helperDir); dir != "" {
		failWrites(t, dir)
		return
	}
	dir := t.TempDir()
	out, err := helper(t, dir).Output()
	if err != nil || !strings.Contains(string(out), "PASS") {
		t.Fatalf("%v: %s", err, out)
	}
	s := openTest(t, dir, Options{})
	defer closeTest(t, s)
	values, _ := contents(t, s)
	if values["k"] != "acknowledged" {
		t.Errorf("after the restart: %q", values["k"])
	}
	if err := set(s, "k", "again"); err != nil {
		t.Errorf("after the restart: %v", err)
	}
}

func failWrites(t *testing.T, dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	s := openTest(t, dir, Options{})
	if err := set(s, "k", "acknowledged"); err != nil {
		t.Fatal(err)
	}
	at := uint64(walSize(t, dir)) + frameSize + 100 // in the middle of the second page
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: at, Max: at}); err != nil {
		t.Fatal(err)
	}
	errs, first := queueBehind(t, s,
		func(tx kv.Txn) error {
			return errors.Join(tx.Put("k", []byte("lost")), tx.Put("big", make([]byte, 9000)))
		},
		func(tx kv.Txn) error { return tx.Put("other", nil) })
	for _, err := range append(errs, first) {
		if !errors.Is(err, kv.ErrReadOnly) {
			t.Errorf("the commit that failed: %v, want ErrReadOnly", err)
		}
	}
	for range 3 {
		_, err := s.Update(context.Background(), "a", func(kv.Txn) error {
			t.Error("a function ran in a store that is read-only")
			return nil
		})
		if !errors.Is(err, kv.ErrReadOnly) {
			t.Errorf("a later Update: %v, want ErrReadOnly", err)
		}
	}
	values, rev := contents(t, s)
	if len(values) != 1 || values["k"] != "acknowledged" || rev != 1 {
		t.Errorf("a view after the fault: %d values at %d", len(values), rev)
	}
	closeTest(t, s)
}
