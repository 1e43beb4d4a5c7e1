package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/collect"
)

// auditInput is what accounts are read from.
type auditInput struct {
	inputs  []string
	account string
	profile string // whose Warder is asked
}

func (a *auditInput) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&a.inputs, "input", nil, "read what `PATH`, a folder or file, holds of accounts, or what the Warder at a URL "+
		"answers (default the profile's); may be repeated")
	f.StringVar(&a.account, "account", "", "`ID` of the account where nothing in the input tells")
	f.StringVar(&a.profile, "profile", app.Profile, "`NAME` of the profile to ask a Warder with")
	f.String("endpoint", "", endpointHelp)
	addSettings(cmd, "data", "listen", "admin-credentials")
}

// name is what a report calls the input.
func (a *auditInput) name() string {
	if len(a.inputs) == 0 {
		return "the Warder of profile " + a.profile
	}
	if filepath.IsAbs(a.inputs[0]) {
		return filepath.Base(a.inputs[0])
	}
	return a.inputs[0]
}

func (p *program) readBundle(cmd *cobra.Command, a *auditInput) (*awsimport.Bundle, error) {
	services, err := p.loadCatalog(cmd)
	if err != nil {
		return nil, err
	}
	files, err := p.openInputs(cmd, a)
	if err != nil {
		return nil, err
	}
	report, stop := p.counting("reading")
	defer stop()
	b, err := awsimport.Read(files, awsimport.Options{
		Library: directory.NewLibrary(services), Account: a.account, Progress: func(done, total int) { report(done, total, "") },
	})
	if err != nil {
		files.close()
		return nil, err
	}
	return b, nil // events are read from the files while the audit runs
}

// openInputs opens files, and asks servers.
func (p *program) openInputs(cmd *cobra.Command, a *auditInput) (*bundleFiles, error) {
	if len(a.inputs) == 0 {
		live, err := p.askWarder(cmd, a.profile, "")
		if err != nil {
			return nil, fmt.Errorf("without --input the Warder of profile %s is asked: %w", a.profile, err)
		}
		return &bundleFiles{whole: live.Files}, nil
	}
	b := &bundleFiles{top: map[string]mount{}}
	for _, input := range a.inputs {
		var err error
		if isURL(input) {
			var live *collect.Result
			if live, err = p.askWarder(cmd, a.profile, input); err == nil {
				b.mount(live.Account, mount{live.Files, "."})
			}
		} else {
			err = b.add(input)
		}
		if err != nil {
			b.close()
			return nil, err
		}
	}
	b.simplify()
	return b, nil
}

// bundleFiles are the files and folders that an audit reads, as one file system. One folder is the whole of it; of several
// each has a name of its own at the top. Nothing outside the folders is read, whatever symbolic links say: exports come from
// elsewhere.
type bundleFiles struct {
	roots []*os.Root
	whole fs.FS // everything, or nil
	top   map[string]mount
}

// mount is a folder, or one file of a folder.
type mount struct {
	fsys fs.FS
	name string // of the file, "." for the folder
}

// simplify: one folder alone needs no name.
func (b *bundleFiles) simplify() {
	if len(b.top) > 1 {
		return
	}
	for _, m := range b.top {
		if m.name == "." {
			b.whole = m.fsys
		}
	}
}

func (b *bundleFiles) add(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	folder, name := path, "."
	if !info.IsDir() {
		folder, name = filepath.Split(path)
		if folder == "" {
			folder = "."
		}
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	b.roots = append(b.roots, root)
	b.mount(filepath.Base(filepath.Clean(path)), mount{root.FS(), name})
	return nil
}

// mount gives a folder or file a name at the top that no other has.
func (b *bundleFiles) mount(name string, m mount) {
	top := name
	for n := 2; b.top[top].fsys != nil || top == "." || top == string(filepath.Separator); n++ {
		top = fmt.Sprintf("%s-%d", strings.Trim(name, "./\\"), n)
	}
	b.top[top] = m
}

func (b *bundleFiles) close() {
	for _, r := range b.roots {
		_ = r.Close() // only read
	}
}

// Open opens a file of the bundle.
func (b *bundleFiles) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if b.whole != nil {
		return b.whole.Open(name)
	}
	first, rest, _ := strings.Cut(name, "/")
	m, ok := b.top[first]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	switch {
	case rest == "":
		return m.fsys.Open(m.name)
	case m.name == ".":
		return m.fsys.Open(rest)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// ReadDir lists a folder; of several inputs the top has their names.
func (b *bundleFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	if b.whole != nil {
		return fs.ReadDir(b.whole, name)
	}
	if name != "." {
		first, rest, found := strings.Cut(name, "/")
		m, ok := b.top[first]
		if !ok || m.name != "." {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
		}
		if !found {
			rest = "."
		}
		return fs.ReadDir(m.fsys, rest)
	}
	var list []fs.DirEntry
	for top, m := range b.top {
		info, err := fs.Stat(m.fsys, m.name)
		if err != nil {
			return nil, err
		}
		list = append(list, topEntry{top, info})
	}
	return list, nil
}

// topEntry is one of several inputs under its name at the top.
type topEntry struct {
	name string
	info fs.FileInfo
}

func (e topEntry) Name() string               { return e.name }
func (e topEntry) IsDir() bool                { return e.info.IsDir() }
func (e topEntry) Type() fs.FileMode          { return e.info.Mode().Type() }
func (e topEntry) Info() (fs.FileInfo, error) { return e.info, nil }

// Stat is what fs.WalkDir asks of the top.
func (b *bundleFiles) Stat(name string) (fs.FileInfo, error) {
	if b.whole != nil {
		return fs.Stat(b.whole, name)
	}
	for _, m := range b.top {
		if name == "." {
			return fs.Stat(m.fsys, ".") // a folder, whichever
		}
	}
	f, err := b.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	return info, errors.Join(err, f.Close())
}
