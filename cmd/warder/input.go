package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// stdinName is what standard input is called in results.
const stdinName = "<stdin>"

// input is a file to read, or the reason why there is none.
type input struct {
	name  string
	stdin bool
	text  string
	err   error
}

// inputs reads what the arguments name, each file once: files, folders (the files below them that end so), patterns, and
// "-" for standard input, which no argument at all means too. What cannot be read has its error and stops nothing.
func (p *program) inputs(args []string, limit int, suffixes ...string) []input {
	if len(args) == 0 {
		args = []string{"-"}
		if isTerminal(p.in) {
			p.say("Reading from standard input; Ctrl-D ends it, --help shows what else can be read.")
		}
	}
	var all []input
	seen := map[string]bool{}
	for _, arg := range args {
		if arg == "-" {
			if !seen[arg] {
				all = append(all, p.readStdin(limit))
			}
			seen[arg] = true
			continue
		}
		files, err := filesOf(arg, suffixes)
		if err != nil {
			all = append(all, input{name: arg, err: err})
		}
		for _, file := range files {
			if name := filepath.Clean(file); !seen[name] {
				seen[name] = true
				all = append(all, readInput(name, limit))
			}
		}
	}
	return all
}

func (p *program) readStdin(limit int) input {
	text, err := readLimited(p.in, limit)
	return input{name: stdinName, stdin: true, text: text, err: err}
}

func readInput(name string, limit int) input {
	f, err := os.Open(name)
	if err != nil {
		return input{name: name, err: bare(err)}
	}
	text, err := readLimited(f, limit)
	return input{name: name, text: text, err: bare(errors.Join(err, f.Close()))}
}

func readLimited(r io.Reader, limit int) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(text) > limit {
		err = fmt.Errorf("it has more than the %d bytes that are read", limit)
	}
	return string(text), err
}

// bare is an error about a file without the file's name, which stands before it anyway.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// filesOf gives the files that an argument means. What exists is no pattern, whatever its name.
func filesOf(arg string, suffixes []string) ([]string, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && !info.IsDir():
		return []string{arg}, nil
	case err == nil:
		return filesBelow(arg, suffixes)
	case strings.ContainsAny(arg, "*?["):
		return filesMatching(arg)
	default:
		return nil, bare(err)
	}
}

func filesBelow(dir string, suffixes []string) ([]string, error) {
	files, err := walk(dir, func(path string) bool {
		return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(path, s) })
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no file below this folder ends in %s", strings.Join(suffixes, " or "))
	}
	return files, err
}

// filesMatching gives the files that a pattern matches: * and ? within a name, ** for any folders.
func filesMatching(arg string) ([]string, error) {
	pattern := strings.Split(filepath.ToSlash(filepath.Clean(arg)), "/")
	for _, part := range pattern {
		if _, err := filepath.Match(part, ""); err != nil {
			return nil, fmt.Errorf("the pattern is malformed: %w", err)
		}
	}
	fixed := slices.IndexFunc(pattern, func(part string) bool { return strings.ContainsAny(part, "*?[") })
	root := filepath.FromSlash(strings.Join(pattern[:fixed], "/"))
	switch {
	case fixed == 0:
		root = "."
	case root == "":
		root = string(filepath.Separator)
	}
	files, err := walk(root, func(path string) bool {
		return matchPath(pattern, strings.Split(filepath.ToSlash(path), "/"))
	})
	if err == nil && len(files) == 0 {
		err = errors.New("no file matches the pattern")
	}
	return files, err
}

// walk gives the files below a folder that are wanted, in order. Hidden files and folders are passed over.
func walk(root string, wanted func(path string) bool) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		hidden := path != root && strings.HasPrefix(d.Name(), ".")
		switch {
		case err != nil:
			return err
		case hidden && d.IsDir():
			return fs.SkipDir
		case !hidden && !d.IsDir() && wanted(path):
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

// matchPath matches a path with a pattern, part by part. Of several ways to place a ** the last one tried is moved on, as
// with a star in a plain pattern, so that no pattern takes long.
func matchPath(pattern, path []string) bool {
	p, star, from := 0, -1, 0
	for i := 0; i < len(path); {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			star, from = p, i
			p++
		case p < len(pattern) && matchName(pattern[p], path[i]):
			p++
			i++
		case star >= 0:
			from++
			p, i = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}

func matchName(pattern, name string) bool {
	ok, err := filepath.Match(pattern, name)
	return err == nil && ok
}

// complain says what is wrong with a file, with the place where it is known.
func (p *program) complain(in *input, err error) {
	if syntax, ok := errors.AsType[*policy.SyntaxError](err); ok {
		p.say("%s:%d:%d: %s\n%s", in.name, syntax.Pos.Line, syntax.Pos.Column, clean(syntax.Message),
			strings.TrimRight(excerpt(in.text, policy.Span{Start: syntax.Pos, End: syntax.Pos}), "\n"))
		return
	}
	if file, ok := errors.AsType[*eval.FileError](err); ok {
		p.say("%s:%d:%d: %s", in.name, file.Pos.Line, file.Pos.Column, clean(file.Message))
		return
	}
	p.say("%s: %s", in.name, clean(err.Error()))
}

// placeless is an error in words that no file's name stands before.
func placeless(err error) string {
	if file, ok := errors.AsType[*eval.FileError](err); ok {
		return fmt.Sprintf("line %d, column %d: %s", file.Pos.Line, file.Pos.Column, file.Message)
	}
	return err.Error()
}
