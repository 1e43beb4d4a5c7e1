package main

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// source is a botocore data folder.
type source struct {
	dir     string
	version string // of botocore
}

// errNoBotocore tells that no models are at hand, and how to get them.
var errNoBotocore = errors.New("no botocore found: install Debian's python3-botocore or `pip install botocore`, or name its data folder with -models")

// findBotocore prints the folder of botocore, or of the copy that awscli carries.
const findBotocore = `
import os
try:
    import botocore
except ImportError:
    import awscli.botocore as botocore
print(os.path.dirname(botocore.__file__))
`

// openSource opens the botocore data folder dir, or the one that python3 knows when dir is empty.
func openSource(dir string) (*source, error) {
	if dir == "" {
		out, err := exec.Command("python3", "-c", findBotocore).Output()
		if err != nil {
			return nil, fmt.Errorf("%w (%w)", errNoBotocore, err)
		}
		dir = filepath.Join(strings.TrimSpace(string(out)), "data")
	}
	text, err := os.ReadFile(filepath.Join(dir, "..", "__init__.py"))
	if err != nil {
		return nil, fmt.Errorf("botocore's version: %w", err)
	}
	m := regexp.MustCompile(`(?m)^__version__ = ['"]([0-9.]+)['"]`).FindSubmatch(text)
	if m == nil {
		return nil, fmt.Errorf("no __version__ in the __init__.py beside %s", dir)
	}
	return &source{dir: dir, version: string(m[1])}, nil
}

// models are those of Warder's own services.
//
//go:embed models
var models embed.FS

// localModel reads the model of a service of Warder's own.
func localModel(service string) (*model, error) {
	text, err := models.ReadFile("models/" + service + ".json")
	if err != nil {
		return nil, err
	}
	return parseModel(text)
}

// model reads the newest API version of a service's model. API versions are dates, so that the greatest name is the newest.
func (s *source) model(service string) (*model, error) {
	found, err := filepath.Glob(filepath.Join(s.dir, service, "*", "service-2.json*"))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no service-2.json for %s in %s: %w", service, s.dir, fs.ErrNotExist)
	}
	slices.Sort(found)
	text, err := readMaybeGzip(found[len(found)-1])
	if err != nil {
		return nil, err
	}
	return parseModel(text)
}

func readMaybeGzip(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(path, ".gz") {
		return text, err
	}
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return io.ReadAll(z)
}
