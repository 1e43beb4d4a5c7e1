package keyscan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Options say what to search.
type Options struct {
	Paths       []string // files and folders
	GitIgnore   bool     // pass over files that git ignores, and over what git keeps for itself
	History     bool     // of every repository that a path lies in or holds
	Unreachable bool     // of history, also what only reflogs know, or nothing: all that git still has

	Environ  []string  // for git
	Now      time.Time // against which temporary keys have expired
	Progress *Progress // is counted up, if any
}

// Progress counts what was searched. It may be read at any time.
type Progress struct {
	Files, Objects, Bytes atomic.Int64
}

// Result is what a search found and what it could not look at.
type Result struct {
	Found []Found // what needs attention first
	// Troubles are files, folders and repositories that could not be read: keys in them were missed.
	Troubles []string
	// Notes are parts that were left out by a bound, or that are damaged.
	Notes []string

	Files, Objects, Bytes int64
	Repositories          []string // the git directories whose history was searched
}

// scan is one search that is under way.
type scan struct {
	Options
	mu    sync.Mutex
	hits  []placed
	repos []repository

	troubles, notes []string
}

// maxPlaces bounds what is told in all.
const maxPlaces = 200_000

// Scan searches files and git history. It fails only when ctx ends; what it could not look at stands in the result.
func Scan(ctx context.Context, o Options) (*Result, error) {
	s := &scan{Options: o}
	if s.Progress == nil {
		s.Progress = new(Progress)
	}
	s.files(ctx)
	var searched []string
	if s.History {
		for _, r := range s.repos {
			if err := s.history(ctx, r); err != nil {
				s.trouble(r.dir, err)
			} else {
				searched = append(searched, r.dir)
			}
		}
	}
	result := s.result()
	result.Repositories = searched
	return result, ctx.Err()
}

func (s *scan) result() *Result {
	found := join(s.hits)
	expire(found, s.Now)
	sortFound(found)
	slices.Sort(s.troubles)
	slices.Sort(s.notes)
	return &Result{
		Found: found, Troubles: s.troubles, Notes: s.notes,
		Files: s.Progress.Files.Load(), Objects: s.Progress.Objects.Load(), Bytes: s.Progress.Bytes.Load(),
	}
}

func (s *scan) trouble(where string, err error) {
	if errors.Is(err, context.Canceled) {
		return // Scan says it
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.troubles = append(s.troubles, fmt.Sprintf("%s: %v", where, bare(err)))
}

func (s *scan) note(where string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, fmt.Sprintf("%s: %v", where, bare(err)))
}

// bare is an error about a file without the file's name, which stands before it anyway.
func bare(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

func (s *scan) add(hits []placed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	room := maxPlaces - len(s.hits)
	if room > 0 && len(hits) > room {
		s.notes = append(s.notes, fmt.Sprintf("more than %d places hold a key; the others are not told", maxPlaces))
	}
	s.hits = append(s.hits, hits[:max(0, min(room, len(hits)))]...)
}

// addRepository takes a repository in, once: all of it, if all is meant somewhere.
func (s *scan) addRepository(ctx context.Context, dir, file string) {
	r, err := findRepository(ctx, s.Environ, dir)
	if errors.Is(err, errNoRepository) {
		return
	} else if err != nil {
		s.trouble(dir, err)
		return
	}
	prefix := r.prefixes[0] + file
	r.prefixes[0] = prefix
	if prefix == "" {
		r.prefixes = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.repos, func(o repository) bool { return o.dir == r.dir })
	switch {
	case i < 0:
		s.repos = append(s.repos, r)
	case r.prefixes == nil || s.repos[i].prefixes == nil:
		s.repos[i].prefixes = nil
	default:
		s.repos[i].prefixes = append(s.repos[i].prefixes, prefix)
	}
}

// file is one to search.
type file struct {
	root *os.Root // it lies in
	name string   // in root
	path string   // as it is told
}

// files searches the files of all paths, by as many at a time as there are processors.
func (s *scan) files(ctx context.Context) {
	files := make(chan file, 256)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			search := newSearcher(window)
			for f := range files {
				if ctx.Err() == nil {
					s.file(search, f)
				}
			}
		})
	}
	w := &walk{scan: s, files: files}
	for _, path := range s.Paths {
		w.path(ctx, path)
	}
	close(files)
	workers.Wait()
	w.close()
}

func (s *scan) file(search *searcher, f file) {
	r, err := f.root.OpenFile(f.name, os.O_RDONLY|nonblock, 0)
	if err == nil {
		err = s.opened(search, r, f.path)
		err = errors.Join(err, r.Close())
	}
	if errors.Is(err, os.ErrNotExist) {
		return // it went away, or git still has it in its index
	}
	if err != nil {
		s.trouble(f.path, err)
	}
}

func (s *scan) opened(search *searcher, r *os.File, path string) error {
	info, err := r.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	hits, size, note, err := search.searchSource(source{Reader: r, at: r, size: info.Size()}, Place{File: path, Modified: info.ModTime()})
	s.add(hits)
	s.Progress.Files.Add(1)
	s.Progress.Bytes.Add(size)
	if note != nil {
		s.note(path, note)
	}
	return err
}

// object searches one object of a repository.
func (s *scan) object(search *searcher, o object, content io.Reader, place Place) error {
	place.Object, place.Message = o.id, o.kind != "blob"
	if o.kind == "commit" {
		place.Commit = o.id
	}
	hits, size, note, err := search.searchSource(source{Reader: content, size: o.size}, place)
	for i := range hits {
		if place.Message {
			hits[i].place.Line = 0 // git's own lines stand before it
		}
	}
	s.add(hits)
	s.Progress.Objects.Add(1)
	s.Progress.Bytes.Add(size)
	if note != nil {
		s.note(filepath.Join(place.Repository, place.File)+": object "+o.id, note)
	}
	return err
}
