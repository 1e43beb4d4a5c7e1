package trailfile

import (
	"context"
	"io/fs"
	"sync"
	"sync/atomic"
)

// Visitor takes what is read. Its methods are called by many goroutines at the same time, but for one file by one, in order.
// A method that returns an error ends the reading.
type Visitor interface {
	// Record takes a record of the file of that number. Its Raw is valid until the method returns.
	Record(file int, r Record) error
	// Problem takes what could not be read.
	Problem(p *Problem) error
	// Done is told how many files are read.
	Done(files int)
}

// Each reads the files, workers at the same time, the first of them first. The error is a visitor's, or ctx's.
func Each(ctx context.Context, fsys fs.FS, names []string, workers int, v Visitor) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, done atomic.Int64
	var group sync.WaitGroup
	for range max(min(workers, len(names)), 1) {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(names) {
					return
				}
				if err := each(ctx, fsys, i, names[i], v); err != nil {
					cancel(err)
					return
				}
				v.Done(int(done.Add(1)))
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

func each(ctx context.Context, fsys fs.FS, file int, name string, v Visitor) (err error) {
	for r, p := range Read(fsys, name) {
		switch {
		case p != nil:
			err = v.Problem(p)
		default:
			err = v.Record(file, r)
		}
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
