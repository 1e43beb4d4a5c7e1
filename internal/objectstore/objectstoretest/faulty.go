package objectstoretest

import (
	"context"
	"errors"
	"sync"

	"github.com/warder-iam/warder/internal/objectstore"
)

// ErrInjected is what a Faulty fails with.
var ErrInjected = errors.New("injected fault")

// Faulty is a Store in front of another that fails, as long as it is told to, before or after what it was asked to do.
type Faulty struct {
	objectstore.Store

	mu            sync.Mutex
	before, after int   // how many more calls of Put fail; below 0 all
	err           error // with what
	puts          int
}

// FailPuts lets the next Puts fail: before of them without an effect, and then after of them although the object is made, as
// where the answer is lost. Below 0 is without end. A nil error is ErrInjected.
func (f *Faulty) FailPuts(before, after int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after, f.err = before, after, err
	if err == nil {
		f.err = ErrInjected
	}
}

// Puts is how often Put was called.
func (f *Faulty) Puts() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.puts
}

// Put fails or not.
func (f *Faulty) Put(ctx context.Context, bucket, name string, object objectstore.Object) error {
	fail, lost, err := f.next()
	if fail {
		return err
	}
	if perr := f.Store.Put(ctx, bucket, name, object); perr != nil || !lost {
		return perr
	}
	return err
}

func (f *Faulty) next() (fail, lost bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.puts++
	switch {
	case f.before != 0:
		f.before--
		return true, false, f.err
	case f.after != 0:
		f.after--
		return false, true, f.err
	}
	return false, false, nil
}
