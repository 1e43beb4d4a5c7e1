package keyscan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
)

// chunk is how many objects a worker takes at a time: neighbours, since they are packed as differences of each other.
const chunk = 256

// history searches every object of a repository once: blobs, and where all of it is meant the messages of commits and tags.
// Git says what there is, git unpacks it; neither side ever holds more than one object.
func (s *scan) history(ctx context.Context, r repository) error {
	g := r.git(s.Environ)
	p, err := s.begin(ctx, g, r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	chunks := make(chan []string, 2*runtime.GOMAXPROCS(0))
	before := len(s.hits)
	var workers sync.WaitGroup
	errs := make([]error, runtime.GOMAXPROCS(0))
	for i := range errs {
		workers.Go(func() {
			if errs[i] = s.objects(ctx, g, r, chunks); errs[i] != nil {
				cancel()
			}
		})
	}
	err = s.list(ctx, g, r, p.stash, func(ids []string) error {
		select {
		case chunks <- ids:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	close(chunks)
	workers.Wait()
	if err = errors.Join(errors.Join(errs...), err); err != nil {
		return err
	}
	return s.provenance(ctx, g, p, s.hits[before:])
}

// past is what the history of a repository begins with.
type past struct {
	stash   string // the commits of the stash, one a line: of these the refs name only the newest
	partial bool   // a partial clone: it would fetch what it does not have
}

// begin finds what the history begins with, and tells what is not there to be searched.
func (s *scan) begin(ctx context.Context, g *git, r repository) (p past, err error) {
	shallow, err := g.output(ctx, nil, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return p, err
	}
	if strings.HasPrefix(shallow, "true") {
		s.note(r.dir, errors.New("a shallow clone: older history is not here, and was not looked at; git fetch --unshallow gets it"))
	}
	promised, _ := g.output(ctx, nil, "config", "--get-regexp", `^(extensions\.partialclone|remote\..*\.promisor)$`) // fails where there is none
	p.partial = promised != ""
	if newest, _ := g.output(ctx, nil, "rev-parse", "--verify", "--quiet", "refs/stash"); newest != "" {
		if p.stash, err = g.output(ctx, nil, "log", "--walk-reflogs", "--format=%H", "refs/stash", "--"); err != nil {
			return p, err
		}
	}
	tips, err := g.output(ctx, nil, "for-each-ref", "--format=%(objectname)")
	if err != nil {
		return p, err
	}
	missing := 0
	err = g.each(ctx, strings.NewReader(tips), '\n', func(line string) error {
		if _, ok := parseObject(line); !ok {
			missing++
		}
		return nil
	}, "cat-file", "--batch-check")
	if missing > 0 {
		s.trouble(r.dir, fmt.Errorf("branches and tags whose objects are missing: %d", missing))
	}
	return p, err
}

// objects searches the objects of chunks.
func (s *scan) objects(ctx context.Context, g *git, r repository, chunks <-chan []string) error {
	c, err := g.catFile(ctx)
	if err != nil {
		return err
	}
	search := newSearcher(window)
	for ids := range chunks {
		if err := c.each(ids, func(o object, content io.Reader) error {
			return s.object(search, o, content, Place{Repository: r.dir})
		}); err != nil {
			return c.abort(err)
		}
	}
	return c.close()
}

// list calls take with the ids of all objects to search.
func (s *scan) list(ctx context.Context, g *git, r repository, stashed string, take func([]string) error) error {
	args := []string{"cat-file", "--batch-check", "--buffer"}
	var ids io.Reader
	var listed chan error
	if s.Unreachable {
		args = append(args, "--batch-all-objects", "--unordered")
	} else {
		pr, pw := io.Pipe()
		defer func() { _ = pr.Close() }() // it never fails
		ids, listed = pr, make(chan error, 1)
		go func() {
			err := s.reachable(ctx, g, r, stashed, pw)
			listed <- errors.Join(err, pw.Close())
		}()
	}
	var list []string
	err := g.each(ctx, ids, '\n', func(line string) error {
		o, ok := parseObject(line)
		if !ok || o.kind == "tree" || o.kind != "blob" && len(r.prefixes) > 0 && !s.Unreachable {
			return nil
		}
		if list = append(list, o.id); len(list) < chunk {
			return nil
		}
		full := list
		list = nil
		return take(full)
	}, args...)
	if err == nil && len(list) > 0 {
		err = take(list)
	}
	if listed != nil && err == nil {
		err = <-listed
	}
	return err
}

// reachable writes the ids of what branches, tags, work trees and the stash reach.
func (s *scan) reachable(ctx context.Context, g *git, r repository, stashed string, to io.Writer) error {
	args := []string{"rev-list", "--objects", "--no-object-names", "--missing=print", "--ignore-missing", "--all", "--stdin"}
	if len(r.prefixes) > 0 { // every commit's tree, however history could be made simpler
		args = append(args, "--full-history", "--sparse")
		args = append(append(args, "--"), r.prefixes...)
	}
	missing := 0
	out := bufio.NewWriter(to)
	err := g.each(ctx, strings.NewReader(stashed), '\n', func(id string) error {
		if strings.HasPrefix(id, "?") {
			missing++
			return nil
		}
		_, err := out.WriteString(id + "\n")
		return err
	}, args...)
	if missing > 0 {
		s.note(r.dir, fmt.Errorf("objects that are not here, as in a partial clone, were not looked at: %d", missing))
	}
	return errors.Join(err, out.Flush())
}
