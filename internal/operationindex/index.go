package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// coverage are the data files with tests of one operation: of requests that succeed, and of ones that fail.
type coverage struct{ succeeding, failing []string }

// files are both kinds, each once.
func (c *coverage) files() []string {
	all := slices.Concat(c.succeeding, c.failing)
	slices.Sort(all)
	return slices.Compact(all)
}

// index is the coverage by action, "iam:CreateUser".
type index map[string]*coverage

// line is what the lines of all data files have in common: an operation, or a call of one, and of a failing one the
// status.
type line struct {
	Op   string `json:"op"`
	Call struct {
		Op string `json:"op"`
	} `json:"call"`
	Status int `json:"status"`
}

// readIndex reads internal/service/*/testdata/*.json of the tree at root. services are the signing names.
func readIndex(root string, services []string) (index, error) {
	names, err := filepath.Glob(filepath.Join(root, "internal", "service", "*", "testdata", "*.json"))
	if err != nil {
		return nil, err
	}
	x := index{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return nil, err
		}
		relative = filepath.ToSlash(relative)
		service := signingName(path.Base(path.Dir(path.Dir(relative))), services)
		if err := x.add(service, relative, text); err != nil {
			return nil, fmt.Errorf("%s: %w", relative, err)
		}
	}
	return x, nil
}

// signingName is the service whose package that is: package names have no hyphens.
func signingName(pkg string, services []string) string {
	for _, s := range services {
		if strings.ReplaceAll(s, "-", "") == pkg {
			return s
		}
	}
	return pkg
}

func (x index) add(service, file string, text []byte) error {
	if !json.Valid(text) {
		return errors.New("it is not JSON")
	}
	var lines []json.RawMessage
	if json.Unmarshal(text, &lines) != nil {
		return nil // other data
	}
	for _, raw := range lines {
		var l line
		if json.Unmarshal(raw, &l) != nil {
			continue
		}
		op := l.Op
		if op == "" {
			op = l.Call.Op
		}
		if op == "" {
			continue
		}
		c := x[service+":"+op]
		if c == nil {
			c = new(coverage)
			x[service+":"+op] = c
		}
		list := &c.succeeding
		if l.Status >= 400 {
			list = &c.failing
		}
		if !slices.Contains(*list, file) {
			*list = append(*list, file)
		}
	}
	return nil
}

// encode is the index as internal/app embeds it.
func (x index) encode() ([]byte, error) {
	files := map[string][]string{}
	for action := range maps.Keys(x) {
		files[action] = x[action].files()
	}
	text, err := json.MarshalIndent(files, "", " ")
	return append(text, '\n'), err
}
