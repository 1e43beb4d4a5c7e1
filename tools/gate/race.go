package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// unwatched are the packages that the race detector leaves out. SQLite in Go keeps its data in memory of its own, outside Go's
// heap, where the detector sees nothing; looking on took two thirds of the processor time of every test with a store. Flate
// unpacks the catalogue. Our packages and SQLite's driver are watched.
//
// No package may stand here that uses sync.Map or atomic.Pointer: the linker may take its copy of their generic code for the whole
// program, and the detector takes what they order for a race.
func unwatched() []string {
	return []string{"modernc.org/sqlite/lib", "modernc.org/libc/...", "modernc.org/memory", "compress/flate"}
}

// contained are packages whose goroutines nobody meets but those who import them: they read and replay trails side by side, and
// run no code of a package that is further away.
func contained() []string { return []string{"github.com/warder-iam/warder/audit/usage"} }

// source is a package as go list shows it.
type source struct {
	ImportPath, Dir                          string
	GoFiles, TestGoFiles, XTestGoFiles       []string
	Imports, Deps, TestImports, XTestImports []string
}

// fields are those of source, for go list.
const fields = "ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,Deps,TestImports,XTestImports"

// split tells the packages in which more than one goroutine can run, in themselves, in their tests or in what these use of
// this module, from those in which the race detector has nothing to find.
func (g *gate) split(ctx context.Context, packages []string) (concurrent, sequential []string, err error) {
	all, err := g.sources(ctx)
	if err != nil {
		return nil, nil, err
	}
	starting := map[string]bool{} // goroutines, outside tests
	for name, s := range all {
		if starting[name], err = s.starts(s.GoFiles); err != nil {
			return nil, nil, err
		}
		if slices.Contains(contained(), name) && !starting[name] {
			return nil, nil, fmt.Errorf("%s starts no goroutine by now: take it out of contained", name)
		}
	}
	for _, name := range packages {
		s := all[name]
		if s == nil {
			return nil, nil, fmt.Errorf("go list does not know %s", name)
		}
		found, err := s.starts(slices.Concat(s.TestGoFiles, s.XTestGoFiles))
		if err != nil {
			return nil, nil, err
		}
		if found || starting[name] || slices.ContainsFunc(s.uses(all), func(use string) bool { return starting[use] }) {
			concurrent = append(concurrent, name)
		} else {
			sequential = append(sequential, name)
		}
	}
	return concurrent, sequential, nil
}

// uses are the packages that run in this one's tests, but for contained ones further away.
func (s *source) uses(all map[string]*source) []string {
	direct := slices.Concat(s.Imports, s.TestImports, s.XTestImports)
	further := slices.Clone(s.Deps)
	for _, test := range slices.Concat(s.TestImports, s.XTestImports) {
		if t := all[test]; t != nil {
			further = append(further, t.Deps...)
		}
	}
	further = slices.DeleteFunc(further, func(name string) bool { return slices.Contains(contained(), name) })
	return append(direct, further...)
}

// sources are the packages of the main module, by import path.
func (g *gate) sources(ctx context.Context) (map[string]*source, error) {
	list, err := g.output(ctx, ".", "go", "list", "-json="+fields, "./...")
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	all := map[string]*source{}
	for d := json.NewDecoder(strings.NewReader(list)); ; {
		s := &source{}
		if err := d.Decode(s); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		all[s.ImportPath] = s
	}
}

// starts says whether one of these files of the package starts a goroutine, or has one of the standard library's call it.
func (s *source) starts(files []string) (bool, error) {
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(s.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return false, err
		}
		found := false
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				found = true
			case *ast.SelectorExpr:
				found = found || slices.Contains(starters(), n.Sel.Name)
			}
			return !found
		})
		if found {
			return true, nil
		}
	}
	return false, nil
}

// starters are functions and methods that run what they are given on a goroutine of its own: those of sync.WaitGroup and
// errgroup.Group, testing, time and context, net/http and httptest.
func starters() []string {
	return []string{
		"Go", "TryGo", "Parallel", "RunParallel", "AfterFunc", "Serve", "ServeTLS", "ListenAndServe", "ListenAndServeTLS",
		"NewServer", "NewTLSServer", "NewUnstartedServer",
	}
}
