package main

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// fuzzTarget is a fuzz function and the folder of its package.
type fuzzTarget struct{ dir, name string }

// runFuzz runs every fuzz target, and fails for one that tried no input. Each has one worker, and there are as many at once
// as processors: half of a short run is building and starting, which takes one.
func runFuzz(ctx context.Context, g *gate) (count, error) {
	targets, err := findFuzzTargets(g.root)
	if err != nil {
		return count{}, err
	}
	if len(targets) == 0 {
		return count{}, errors.New("no fuzz target found")
	}
	var works []func(context.Context, *gate) count
	for _, t := range targets {
		works = append(works, t.run)
	}
	return g.together(ctx, works), nil
}

// run runs one target, and says what keeps it from trying any input.
func (t fuzzTarget) run(ctx context.Context, g *gate) count {
	c, err := g.fuzz(ctx, t)
	if err != nil {
		say(g.out, "FAIL  %s in %s: %v", t.name, t.dir, err)
		c.failed++
	}
	return c
}

// fuzz runs one target. It runs once more, for longer, when the time was over before the first input (the machine is
// busy, or the fuzzer's own store of inputs is large), and when go test took the end of the time for a failure.
func (g *gate) fuzz(ctx context.Context, t fuzzTarget) (count, error) {
	for _, duration := range []time.Duration{g.fuzzTime, 10 * g.fuzzTime} {
		// Without the bound on minimizing, that takes most of a short run.
		r, err := g.goTestReport(ctx, ".", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+duration.String(),
			"-parallel=1", "-fuzzminimizetime=10x", "./"+filepath.ToSlash(t.dir))
		if r.outOfTime() {
			continue
		}
		if c := r.count(); err != nil || c.failed > 0 {
			return c, err
		}
		if r.execs > 0 {
			say(g.out, "      %s: %d inputs", t.name, r.execs)
			return r.count(), nil
		}
	}
	return count{}, errors.New("it tried no input, or was out of time twice")
}

// findFuzzTargets finds the fuzz functions of the main module's tests.
func findFuzzTargets(root string) ([]fuzzTarget, error) {
	var targets []fuzzTarget
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skipFolder(root, name, d)
		case !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		found, err := fuzzFunctions(name)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		for _, f := range found {
			targets = append(targets, fuzzTarget{dir, f})
		}
		return err
	})
	return targets, err
}

// skipFolder passes over what the main module does not hold.
func skipFolder(root, name string, d fs.DirEntry) error {
	if name == root {
		return nil
	}
	if strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata" || d.Name() == "node_modules" {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func fuzzFunctions(file string) ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("looking for fuzz targets: %w", err)
	}
	var names []string
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Fuzz") && len(fn.Type.Params.List) == 1 {
			names = append(names, fn.Name.Name)
		}
	}
	return names, nil
}
