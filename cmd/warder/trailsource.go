package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
	"github.com/warder-iam/warder/trail/search"
	"github.com/warder-iam/warder/trail/trailfile"
)

// trailSource is files of records in one place.
type trailSource struct {
	fsys  fs.FS
	names []string
	at    string // what stands before the names when people read them
}

// trailSources are the files that the arguments name; without arguments they are those of the data directory.
func (p *program) trailSources(cmd *cobra.Command, paths []string) (sources []trailSource, problems []*trailfile.Problem, err error) {
	if len(paths) == 0 {
		own, err := p.ownTrail(cmd)
		return []trailSource{own}, nil, err
	}
	if cmd.Flags().Changed("data") {
		return nil, nil, usagef("--data names the data directory of a server, and PATH other files: give one of them")
	}
	for _, name := range paths {
		s, found, err := openSource(name)
		if err != nil {
			return nil, nil, err
		}
		sources, problems = append(sources, s), append(problems, found...)
	}
	return sources, problems, nil
}

func (p *program) ownTrail(cmd *cobra.Command) (trailSource, error) {
	data, dir, err := p.trailDir(cmd)
	if err != nil {
		return trailSource{}, err
	}
	fsys, names, err := trailstore.Files(dir)
	return trailSource{fsys, names, dir}, noTrail(err, data)
}

// trailDir is the data directory, and in it the folder of the trail.
func (p *program) trailDir(cmd *cobra.Command) (data, dir string, err error) {
	c, err := p.load(cmd)
	if err != nil {
		return "", "", err
	}
	data = c.String("data")
	return data, app.TrailDir(data), nil
}

// noTrail says what to do where there is no trail.
func noTrail(err error, data string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no trail in %s; name the server's data directory with --data DIR", data)
	}
	return err
}

func openSource(name string) (trailSource, []*trailfile.Problem, error) {
	info, err := os.Stat(name)
	if err != nil {
		return trailSource{}, nil, err
	}
	if !info.IsDir() {
		return trailSource{os.DirFS(filepath.Dir(name)), []string{filepath.Base(name)}, filepath.Dir(name)}, nil, nil
	}
	fsys := os.DirFS(name)
	names, problems, err := trailfile.List(fsys)
	if err != nil {
		return trailSource{}, nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, p := range problems {
		p.File = filepath.Join(name, p.File)
	}
	return trailSource{fsys, names, name}, problems, nil
}

// trailReading reads many files at the same time, and gives the events that a filter wants.
type trailReading struct {
	filter *search.Filter
	// take gets an event, the text of its record, valid until it returns, and from where it is. One call at a time.
	take     func(e *trail.Event, raw []byte, file, number int) error
	progress func(done, total int, what string)

	mu       sync.Mutex
	problems []*trailfile.Problem // the first maxProblems
	unread   int                  // problems in all
	records  atomic.Int64
	total    int // files
	base     int // files of the sources before
	source   trailSource
}

// maxProblems is how many problems are told one by one.
const maxProblems = 20

// read reads the sources, one after the other, with all processors.
func (r *trailReading) read(ctx context.Context, sources []trailSource) error {
	for _, s := range sources {
		r.total += len(s.names)
	}
	for _, s := range sources {
		r.source = s
		if err := trailfile.Each(ctx, s.fsys, s.names, runtime.GOMAXPROCS(0), r); err != nil {
			return err
		}
		r.base += len(s.names)
	}
	return nil
}

// Record implements trailfile.Visitor.
func (r *trailReading) Record(file int, record trailfile.Record) error {
	r.records.Add(1)
	if !r.filter.MayMatch(record.Raw) {
		return nil
	}
	e, err := trail.Parse(record.Raw)
	if err != nil {
		return r.Problem(&trailfile.Problem{File: r.source.names[file], At: record.At.String(), Err: err})
	}
	if !r.filter.Match(e) {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.take(e, record.Raw, r.base+file, record.Number)
}

// Problem implements trailfile.Visitor.
func (r *trailReading) Problem(p *trailfile.Problem) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.File = filepath.Join(r.source.at, p.File)
	r.note(p)
	return nil
}

func (r *trailReading) note(p *trailfile.Problem) {
	r.unread++
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, p)
	}
}

// Done implements trailfile.Visitor.
func (r *trailReading) Done(files int) { r.progress(r.base+files, r.total, "") }

// sayProblems tells what could not be read. It is an error where there is something.
func (p *program) sayProblems(r *trailReading) error {
	for _, problem := range r.problems {
		p.say("warder: %s", clean(problem.Error()))
	}
	if n := r.unread - len(r.problems); n > 0 {
		p.say("warder: and %d more that could not be read", n)
	}
	if r.unread > 0 {
		return statusError(exitUsage)
	}
	return nil
}
