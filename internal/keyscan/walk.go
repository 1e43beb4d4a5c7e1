package keyscan

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// walk finds the files to search. It follows no symbolic link, but for the path that it was given; and what is opened is
// opened within that path, so that no link put there meanwhile leads out of it.
type walk struct {
	*scan
	files chan<- file
	roots []*os.Root
}

func (w *walk) close() {
	for _, r := range w.roots {
		_ = r.Close() // only read
	}
}

// path takes one file or folder in, and the repository that it lies in.
func (w *walk) path(ctx context.Context, path string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		w.trouble(path, err)
	case info.IsDir():
		w.addRepository(ctx, path, "")
		w.folder(ctx, path)
	case !info.Mode().IsRegular():
		w.trouble(path, errors.New("it is neither a file nor a folder"))
	default:
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			w.trouble(path, err)
			return
		}
		w.addRepository(ctx, filepath.Dir(real), filepath.Base(real))
		if root := w.root(filepath.Dir(real)); root != nil {
			w.files <- file{root, filepath.Base(real), path}
		}
	}
}

func (w *walk) root(dir string) *os.Root {
	root, err := os.OpenRoot(dir)
	if err != nil {
		w.trouble(dir, err)
		return nil
	}
	w.roots = append(w.roots, root)
	return root
}

func (w *walk) folder(ctx context.Context, dir string) {
	root := w.root(dir)
	if root == nil {
		return
	}
	if w.GitIgnore && inRepository(dir) && !isGitDir(dir) {
		w.known(ctx, root, dir)
		return
	}
	_ = filepath.WalkDir(dir+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		name, relErr := filepath.Rel(dir, path)
		switch {
		case err != nil || relErr != nil:
			w.trouble(path, errors.Join(err, relErr))
			return nil
		case d.IsDir():
			return w.enter(ctx, dir, name)
		case d.Name() == ".git" && d.Type().IsRegular():
			w.addRepository(ctx, filepath.Dir(path), "")
		}
		if d.Type().IsRegular() {
			w.files <- file{root, name, filepath.Join(dir, name)}
		}
		return nil
	})
}

// enter decides about a folder that the walk comes to. The objects of a repository are packed, and are searched as its
// history; git's other files, such as its configuration and reflogs, are files like any.
func (w *walk) enter(ctx context.Context, dir, name string) error {
	path := filepath.Join(dir, name)
	switch {
	case filepath.Base(name) == "objects" && isGitDir(filepath.Dir(path)):
		return fs.SkipDir
	case name == ".":
		return nil
	case isGitDir(path):
		w.addRepository(ctx, path, "")
		if w.GitIgnore {
			return fs.SkipDir
		}
	case w.GitIgnore && exists(filepath.Join(path, ".git")):
		w.folderOf(ctx, path)
		return fs.SkipDir
	}
	return nil
}

// folderOf takes in a work tree within another.
func (w *walk) folderOf(ctx context.Context, dir string) {
	w.addRepository(ctx, dir, "")
	w.folder(ctx, dir)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// known takes in the files of a work tree that git tracks, and those that it would: those that it does not ignore.
func (w *walk) known(ctx context.Context, root *os.Root, dir string) {
	g := &git{safeEnviron(w.Environ), []string{"-C", dir}}
	err := g.each(ctx, nil, 0, func(name string) error {
		name = strings.TrimSuffix(filepath.FromSlash(name), string(filepath.Separator))
		info, err := root.Lstat(name)
		switch path := filepath.Join(dir, name); {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			w.trouble(path, err)
		case err != nil: // deleted, and not committed yet
		case info.IsDir() && exists(filepath.Join(path, ".git")): // a submodule, or another work tree
			w.folderOf(ctx, path)
		case info.Mode().IsRegular():
			w.files <- file{root, name, path}
		}
		return nil
	}, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
	if err != nil {
		w.trouble(dir, err)
	}
}
