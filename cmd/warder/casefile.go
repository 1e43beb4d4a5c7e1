package main

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// maxCaseFile is the most bytes of a policy test file that are read, as JSON.
const maxCaseFile = 16 << 20

// caseSuffixes end the names of policy test files.
func caseSuffixes() []string { return []string{".json", ".yaml", ".yml"} }

// caseReader is eval.ReadCases or eval.ReadQuestions.
type caseReader func([]byte) ([]eval.Case, error)

// readCases reads the cases of a file with the documents that they name.
func readCases(in *input, read caseReader) ([]eval.Case, error) {
	if in.err != nil {
		return nil, in.err
	}
	text := []byte(in.text)
	if isYAML(in) {
		var err error
		if text, err = jsonOfYAML(in.text, maxCaseFile); err != nil {
			return nil, err
		}
	}
	cases, err := read(text)
	for i := range cases {
		cases[i].File = in.name
	}
	return cases, err
}

// isYAML goes by the name; standard input is JSON if it begins so.
func isYAML(in *input) bool {
	if in.stdin {
		text := strings.TrimLeft(in.text, " \t\r\n")
		return text != "" && text[0] != '{' && text[0] != '['
	}
	return strings.HasSuffix(in.name, ".yaml") || strings.HasSuffix(in.name, ".yml")
}

// documents reads the policies that cases keep in files of their own, each once. Names are relative to the case's file,
// as whoever writes the case sees them.
type documents struct {
	beside  *input
	catalog *catalog.Catalog
	read    map[string]input // shared by the files of one command
}

// load is for eval.Case.Load. What AWS has under its own names is there without a file.
func (d *documents) load(file string) (text, name string, err error) {
	if strings.HasPrefix(file, "arn:") {
		text, err := managedDocument(d.catalog, file)
		return text, file, err
	}
	name = filepath.FromSlash(file)
	if !filepath.IsAbs(name) && !d.beside.stdin {
		name = filepath.Join(filepath.Dir(d.beside.name), name)
	}
	in, ok := d.read[name]
	if !ok {
		in = readInput(name, policy.MaxSize)
		if text, known := fullAccess[file]; known && errors.Is(in.err, fs.ErrNotExist) {
			in = input{name: file, text: text}
		}
		d.read[name] = in
	}
	return in.text, in.name, in.err
}

// fullAccess are the policies that AWS Organizations attaches to everything.
var fullAccess = map[string]string{
	"FullAWSAccess":    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
	"RCPFullAWSAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`,
}

func managedDocument(c *catalog.Catalog, arn string) (string, error) {
	if p, ok := c.ManagedPolicy(arn); ok {
		if text, ok := p.Document(""); ok {
			return text, nil
		}
	}
	return "", errors.New("there is no AWS-managed policy with this ARN")
}

// unreadable tells whether a case could not be run because some file of it cannot be read.
func unreadable(err error) bool {
	e, ok := errors.AsType[*eval.CaseError](err)
	if !ok {
		return false
	}
	_, syntax := errors.AsType[*policy.SyntaxError](err)
	return e.File != "" && !syntax
}
