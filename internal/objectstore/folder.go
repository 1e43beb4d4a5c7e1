package objectstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/go-json-experiment/json"

	"github.com/warder-iam/warder/internal/wholefile"
)

// folder keeps buckets as folders below one. An object is a file by its name, so that every tool reads it; its metadata,
// where it has any, a JSON object of texts in a file beside it whose name has metadataSuffix at the end.
type folder struct {
	root string
	// making is held by whoever makes an object, so that two of one name cannot mix the one's data with the other's
	// metadata. The folder is written by one process.
	making sync.Mutex
}

// Folder is a Store whose buckets are the sub-folders of root. They are made by whoever runs the server, as buckets are; the
// folders below them are made here, readable by the owner and group.
func Folder(root string) Store { return &folder{root: root} }

const (
	folderMode = 0o750
	objectMode = 0o640
)

func (f *folder) Put(ctx context.Context, bucket, name string, object Object) error {
	if err := checkObject(bucket, name, object); err != nil {
		return err
	}
	dir, err := f.bucket(ctx, bucket)
	if err != nil {
		return err
	}
	f.making.Lock()
	defer f.making.Unlock()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := makeFolders(dir, filepath.Dir(file)); errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("%w: %s lies below an object", ErrName, name)
	} else if err != nil {
		return failed(name, err)
	}
	switch info, err := os.Lstat(file); {
	case err == nil && info.IsDir():
		return fmt.Errorf("%w: objects lie below %s", ErrName, name)
	case err == nil:
		// Whoever made it may have been stopped before its name was on disk, and takes this for the word that it is.
		return errors.Join(fmt.Errorf("%w: %s", ErrExists, name), wholefile.SyncDir(filepath.Dir(file)))
	case !errors.Is(err, fs.ErrNotExist):
		return failed(name, err)
	}
	// What attempts left that were cut short goes: metadata without their object, and parts of files.
	if err := errors.Join(wholefile.Sweep(file), wholefile.Sweep(file+metadataSuffix), putMetadata(file, object.Metadata)); err != nil {
		return failed(name, err)
	}
	err = wholefile.New(file, objectMode, object.Data)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: %s", ErrExists, name)
	}
	return failed(name, err)
}

// putMetadata writes the metadata before its object: what stands there already is from an attempt that failed in between,
// since the object is not there.
func putMetadata(file string, metadata map[string]string) error {
	if len(metadata) == 0 {
		if err := os.Remove(file + metadataSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	text, err := json.Marshal(metadata, json.Deterministic(true))
	if err != nil {
		return err
	}
	return wholefile.Replace(file+metadataSuffix, objectMode, append(text, '\n'))
}

func (f *folder) Get(ctx context.Context, bucket, name string) (Object, error) {
	info, err := f.Head(ctx, bucket, name)
	if err != nil {
		return Object{}, err
	}
	if info.Size > MaxObject {
		return Object{}, fmt.Errorf("%w: %s", ErrTooLarge, name)
	}
	data, err := readBounded(f.file(bucket, name), MaxObject)
	if err != nil {
		return Object{}, failed(name, err)
	}
	return Object{Data: data, Metadata: info.Metadata}, nil
}

func (f *folder) Head(ctx context.Context, bucket, name string) (Info, error) {
	if err := checkNames(bucket, name); err != nil {
		return Info{}, err
	}
	if _, err := f.bucket(ctx, bucket); err != nil {
		return Info{}, err
	}
	file := f.file(bucket, name)
	info, err := os.Lstat(file)
	switch {
	case err != nil:
		return Info{}, failed(name, err)
	case !info.Mode().IsRegular():
		return Info{}, fmt.Errorf("%w: %s", ErrNotFound, name)
	}
	metadata, err := readMetadata(file)
	if err != nil {
		return Info{}, fmt.Errorf("%w: metadata of %s: %w", ErrDamaged, name, err)
	}
	return Info{Name: name, Size: info.Size(), Metadata: metadata}, nil
}

func readMetadata(file string) (metadata map[string]string, err error) {
	text, err := readBounded(file+metadataSuffix, 4*MaxMetadata)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &metadata)
	}
	if err == nil {
		err = checkMetadata(metadata)
	}
	return metadata, err
}

func readBounded(file string, most int64) (data []byte, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err = io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = ErrTooLarge
	}
	return data, err
}

func (f *folder) List(ctx context.Context, bucket, prefix, after string) ([]Info, error) {
	if err := CheckBucket(bucket); err != nil {
		return nil, err
	}
	dir, err := f.bucket(ctx, bucket)
	if err != nil {
		return nil, err
	}
	l := &listing{ctx: ctx, dir: dir, prefix: prefix, after: after}
	if err := l.walk(""); err != nil {
		return nil, failed(prefix, err)
	}
	return l.found, nil
}

// listing gathers one page of List.
type listing struct {
	ctx                context.Context
	dir, prefix, after string
	found              []Info
}

// walk goes through the folder whose objects' names begin with base, which is empty or ends with a slash.
func (l *listing) walk(base string) error {
	if l.ctx.Err() != nil {
		return context.Cause(l.ctx)
	}
	entries, err := os.ReadDir(filepath.Join(l.dir, filepath.FromSlash(base)))
	if err != nil {
		return err
	}
	// A folder's names come where its own, with the slash, stands among the others.
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(slashed(a), slashed(b)) })
	for _, e := range entries {
		if len(l.found) == MaxPage {
			return nil
		}
		if err := l.entry(base+slashed(e), e); err != nil {
			return err
		}
	}
	return nil
}

func (l *listing) entry(name string, e fs.DirEntry) error {
	if e.IsDir() {
		mayHold := strings.HasPrefix(name, l.prefix) || strings.HasPrefix(l.prefix, name)
		mayFollow := name > l.after || strings.HasPrefix(l.after, name)
		if e.Name()[0] == '.' || !mayHold || !mayFollow {
			return nil
		}
		return l.walk(name)
	}
	if !e.Type().IsRegular() || !strings.HasPrefix(name, l.prefix) || name <= l.after || CheckName(name) != nil {
		return nil
	}
	info, err := e.Info()
	if err != nil {
		return err
	}
	l.found = append(l.found, Info{Name: name, Size: info.Size()})
	return nil
}

func slashed(e fs.DirEntry) string {
	if e.IsDir() {
		return e.Name() + "/"
	}
	return e.Name()
}

func (f *folder) file(bucket, name string) string {
	return filepath.Join(f.root, bucket, filepath.FromSlash(name))
}

// bucket finds a bucket's folder, which may be a symbolic link to one.
func (f *folder) bucket(ctx context.Context, bucket string) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	dir := filepath.Join(f.root, bucket)
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return "", fmt.Errorf("%w: %s", ErrNoBucket, bucket)
	}
	return dir, failed(bucket, err)
}

// makeFolders makes the folders from a bucket down to dir and sees to it that their names are on disk.
func makeFolders(bucket, dir string) error {
	if dir == bucket {
		return nil
	}
	if info, err := os.Lstat(dir); err == nil {
		if !info.IsDir() {
			return syscall.ENOTDIR
		}
		return nil
	}
	up := filepath.Dir(dir)
	if err := makeFolders(bucket, up); err != nil {
		return err
	}
	if err := os.Mkdir(dir, folderMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return wholefile.SyncDir(up)
}

// failed gives an error of the file system its kind.
func failed(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf("%w: %s", ErrNotFound, name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: %w", ErrDenied, err)
	}
	return fmt.Errorf("objectstore: %w", err)
}
