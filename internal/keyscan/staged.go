package keyscan

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Staged searches what the next commit would change, as it stands in the index. The path is a folder or file of a work tree;
// "." is the repository of the commit that is under way, where git runs a hook. An error says why nothing was searched.
func Staged(ctx context.Context, path string, o Options) (*Result, error) {
	s := &scan{Options: o}
	if s.Progress == nil {
		s.Progress = new(Progress)
	}
	g, spec, err := stagedAt(path, o.Environ)
	if err != nil {
		return nil, err
	}
	if _, err := g.output(ctx, nil, "rev-parse", "--git-dir"); err != nil {
		return nil, err
	}
	paths := map[string][]string{} // by blob
	var ids []string
	var last diffEntry
	err = g.each(ctx, nil, 0, func(part string) error {
		if last.id == "" {
			return last.parse(part)
		}
		if last.counts {
			if paths[last.id] == nil {
				ids = append(ids, last.id)
			}
			paths[last.id] = append(paths[last.id], part)
		}
		last = diffEntry{}
		return nil
	}, "diff", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all", "--", spec)
	if err != nil {
		return nil, err
	}
	if err := s.blobs(ctx, g, ids, paths); err != nil {
		return nil, err
	}
	return s.result(), ctx.Err()
}

// stagedAt says how to run git for a path.
func stagedAt(path string, environ []string) (g *git, spec string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, "", err
	}
	dir, spec := path, "."
	if !info.IsDir() {
		dir, spec = filepath.Dir(path), filepath.Base(path)
	}
	if filepath.Clean(dir) == "." {
		return &git{environ: safeEnviron(environ, indexVariables...)}, spec, nil
	}
	return &git{safeEnviron(environ), []string{"-C", dir}}, spec, nil
}

// diffEntry is a changed path of git diff --raw.
type diffEntry struct {
	id     string // of the new blob
	counts bool   // there is one
}

const submoduleMode = "160000"

func (e *diffEntry) parse(part string) error {
	f := strings.Fields(part) // :MODE MODE OLD NEW STATUS
	if len(f) != 5 || f[0][0] != ':' {
		return errAnswer
	}
	e.id, e.counts = f[3], f[1] != submoduleMode && !slices.Contains([]string{"D", "U"}, f[4])
	return nil
}

func (s *scan) blobs(ctx context.Context, g *git, ids []string, paths map[string][]string) error {
	c, err := g.catFile(ctx)
	if err != nil {
		return err
	}
	search := newSearcher(window)
	for part := range slices.Chunk(ids, chunk) {
		if err := c.each(part, func(o object, content io.Reader) error {
			before := len(s.hits)
			err := s.object(search, o, content, Place{File: paths[o.id][0]})
			found := slices.Clone(s.hits[before:])
			for _, also := range paths[o.id][1:] {
				for i := range found {
					found[i].place.File = also
				}
				s.add(found)
			}
			return err
		}); err != nil {
			return c.abort(err)
		}
	}
	return c.close()
}
