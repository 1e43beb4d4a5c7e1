package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/warder-iam/warder/catalog"
)

// OwnServices is where services of one's own are described: a directory of *.json files, or one file, each in the form
// of AWS's service reference. The server reads it when it starts; the offline commands read it each time.
type OwnServices struct {
	path string
	// data is the data directory that path lies in by default; "" where somebody named the path. Nothing needs to be at the
	// default.
	data string
}

// OwnService is a service and the file that describes it.
type OwnService struct {
	*catalog.Service
	File string
}

// NewOwnServices gives the place that is configured, or for "" the one in the data directory.
func NewOwnServices(path, data string) OwnServices {
	if path != "" {
		return OwnServices{path: path}
	}
	return OwnServices{path: filepath.Join(data, catalogName), data: data}
}

// Path is the directory or file.
func (o OwnServices) Path() string { return o.path }

// Catalog is AWS's catalogue with these services beside it.
func (o OwnServices) Catalog() (*catalog.Catalog, error) {
	own, err := o.Read()
	if err != nil {
		return nil, err
	}
	services := make([]*catalog.Service, len(own))
	for i := range own {
		services[i] = own[i].Service
	}
	return catalog.Load().With(services...), nil
}

// Read gives the services in the order of their prefixes. A file that is no description, and two of one service, are
// errors that name the files.
func (o OwnServices) Read() ([]OwnService, error) {
	files, err := o.files()
	if err != nil {
		return nil, err
	}
	var own []OwnService
	for _, file := range files {
		text, err := readReference(file)
		if err != nil {
			return nil, err
		}
		s, err := catalog.ParseServiceReference(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		i, twice := slices.BinarySearchFunc(own, s.Prefix, byPrefix)
		if twice {
			return nil, fmt.Errorf("%s and %s both describe the service %s; remove one of them", own[i].File, file, s.Prefix)
		}
		own = slices.Insert(own, i, OwnService{s, file})
	}
	return own, nil
}

func byPrefix(s OwnService, prefix string) int { return strings.Compare(s.Prefix, prefix) }

func (o OwnServices) files() ([]string, error) {
	info, err := os.Stat(o.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && o.data != "":
		return nil, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		return []string{o.path}, nil
	}
	entries, err := os.ReadDir(o.path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, ".") {
			files = append(files, filepath.Join(o.path, name))
		}
	}
	return files, nil
}

// readReference reads no more than a description may have, and one byte for its reader to refuse.
func readReference(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, catalog.MaxReference+1))
	return text, errors.Join(err, f.Close())
}

// Put keeps a description, whole and durable or not at all, in the place of an earlier one of the same service; replaced
// tells whether there was one. A description that is no good changes nothing.
func (o OwnServices) Put(text []byte) (put OwnService, replaced bool, err error) {
	s, err := catalog.ParseServiceReference(text)
	if err != nil {
		return OwnService{}, false, err
	}
	if err := o.makeDir(); err != nil {
		return OwnService{}, false, err
	}
	there, err := o.Read()
	if err != nil {
		return OwnService{}, false, err
	}
	put = OwnService{s, filepath.Join(o.path, s.Prefix+".json")}
	i, replaced := slices.BinarySearchFunc(there, s.Prefix, byPrefix)
	if replaced {
		put.File = there[i].File
	}
	return put, replaced, ReplaceFile(put.File, 0o644, text)
}

func (o OwnServices) makeDir() error {
	info, err := os.Stat(o.path)
	switch {
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is one file; name a directory to keep services in", o.path)
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		return err
	case o.data == "":
		return os.MkdirAll(o.path, 0o755)
	}
	if err := makeDataDir(o.data); err != nil {
		return err
	}
	return makePrivateDir(o.path)
}

// Remove forgets a service and gives the file that described it; fs.ErrNotExist where there is none.
func (o OwnServices) Remove(prefix string) (file string, err error) {
	there, err := o.Read()
	if err != nil {
		return "", err
	}
	i, found := slices.BinarySearchFunc(there, strings.ToLower(prefix), byPrefix)
	if !found {
		return "", fmt.Errorf("no service %q in %s: %w", prefix, o.path, fs.ErrNotExist)
	}
	file = there[i].File
	if err := os.Remove(file); err != nil {
		return "", err
	}
	return file, syncDir(filepath.Dir(file))
}
