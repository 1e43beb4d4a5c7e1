package sqlitekv

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/internal/kv"
)

// churn writes about the given number of pages to the WAL, each transaction over the same keys.
func churn(t testing.TB, s *Store, pages int) {
	t.Helper()
	value := make([]byte, 3500) // one to a page
	for done := 0; done < pages; done += kv.MaxTxnKeys {
		// SQLite does not write what a page holds already.
		_, _ = rand.Read(value)
		_, err := s.Update(context.Background(), "a", func(tx kv.Txn) error {
			for i := range kv.MaxTxnKeys {
				if err := tx.Put(fmt.Sprint(i), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func walSize(t testing.TB, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, stateName+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// TestBusyWriterDoesNotGrowTheWAL writes without a pause, many times what the WAL may hold: the pages at which a
// checkpoint begins, as many during each of its three rounds, and the rest that the writer copies itself.
func TestBusyWriterDoesNotGrowTheWAL(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, Options{})
	defer closeTest(t, s)
	churn(t, s, 10*fullPages)
	if size := walSize(t, dir) / frameSize; size > 4*fullPages+restPages {
		t.Errorf("the WAL has grown to %d pages, checkpoints begin at %d", size, fullPages)
	}
}

// TestViewHoldsTheWAL: an open view keeps its state, whatever is written and copied meanwhile; afterwards the WAL begins
// anew.
func TestViewHoldsTheWAL(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, Options{})
	defer closeTest(t, s)
	if err := set(s, "k", "before"); err != nil {
		t.Fatal(err)
	}
	err := s.View(context.Background(), func(r kv.Reader) error {
		if _, err := r.Get("k"); err != nil {
			return err
		}
		if err := set(s, "k", "after"); err != nil {
			return err
		}
		churn(t, s, 2*fullPages)
		v, err := r.Get("k")
		if string(v) != "before" {
			t.Errorf("the view shows %q", v)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	high := walSize(t, dir)
	churn(t, s, 6*fullPages)
	if size := walSize(t, dir); size > high+3*fullPages*frameSize {
		t.Errorf("the WAL has grown from %d to %d bytes after the view had ended", high, size)
	}
}

func TestCopiesWhenIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openTest(t, t.TempDir(), Options{})
		defer closeTest(t, s)
		churn(t, s, 2*idlePages)
		synctest.Wait()
		if s.checkpoints.pages.Load() < idlePages {
			t.Fatal("nothing to copy")
		}
		time.Sleep(idleAfter - 1)
		synctest.Wait()
		if s.checkpoints.pages.Load() == 0 {
			t.Error("copied too early")
		}
		time.Sleep(1 * time.Nanosecond)
		synctest.Wait()
		if pages := s.checkpoints.pages.Load(); pages != 0 {
			t.Errorf("%d pages wait still", pages)
		}
	})
}
