package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// count is what became of tests.
type count struct{ passed, failed, skipped int }

func (c *count) add(o count) {
	c.passed += o.passed
	c.failed += o.failed
	c.skipped += o.skipped
}

// String is the plain closing line.
func (c count) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.passed, c.failed, c.skipped)
}

// goTest runs go test in a folder and counts.
func (g *gate) goTest(ctx context.Context, dir string, args ...string) (count, error) {
	r, err := g.goTestReport(ctx, dir, args...)
	return r.count(), err
}

func (g *gate) goTestReport(ctx context.Context, dir string, args ...string) (*report, error) {
	r := newReport(g.out)
	return r, g.runGoTest(ctx, r, dir, args...)
}

// goTestInto is goTest with a report of one's own.
func (g *gate) goTestInto(ctx context.Context, r *report, dir string, args ...string) (count, error) {
	err := g.runGoTest(ctx, r, dir, args...)
	return r.count(), err
}

func (g *gate) runGoTest(ctx context.Context, r *report, dir string, args ...string) error {
	cmd := g.command(ctx, dir, "go", append([]string{"test", "-json"}, args...)...)
	cmd.Stdout = nil
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	readErr := r.read(out)
	err = cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && r.count().failed > 0 {
		err = nil // the failure is counted
	}
	return errors.Join(readErr, err)
}

// event is one line of go test -json; see go doc test2json and go help buildjson.
type event struct {
	Action, Package, Test, Output, FailedBuild string
	Elapsed                                    float64
}

// testID names a test; Test is "" for its package.
type testID struct{ pkg, test string }

// report gathers events. It prints a line for each package and what failed or was skipped.
type report struct {
	out     io.Writer
	results map[testID]string // pass, fail, skip
	output  map[testID][]string
	build   []string
	shown   string // a test whose output is said when it passes, too
	execs   int    // highest number of inputs that the fuzzer told

	deadline, finding bool // what the fuzzer said; see outOfTime
}

func newReport(out io.Writer) *report {
	return &report{out: out, results: map[testID]string{}, output: map[testID][]string{}}
}

// read takes events up to the end of the stream. Lines that are no events are shown as they are.
func (r *report) read(in io.Reader) error {
	for d := json.NewDecoder(in); ; {
		var e event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("reading the output of go test: %w", err)
		}
		r.take(e)
	}
}

func (r *report) take(e event) {
	id := testID{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		r.build = append(r.build, e.Output)
	case "output":
		r.noteFuzz(e.Output)
		r.output[id] = append(r.output[id], e.Output)
	case "pass", "fail", "skip":
		r.results[id] = e.Action
		if e.Test == "" {
			r.endPackage(e)
			return
		}
		if e.Action != "pass" || e.Test == r.shown {
			say(r.out, "%s", strings.TrimRight(strings.Join(r.output[id], ""), "\n"))
		}
		delete(r.output, id)
	}
}

func (r *report) endPackage(e event) {
	if e.FailedBuild != "" {
		say(r.out, "%s", strings.TrimRight(strings.Join(r.build, ""), "\n"))
		r.build = nil
	}
	if e.Action == "fail" {
		for id, lines := range r.output { // of tests that never ended, too
			if id.pkg == e.Package {
				say(r.out, "%s", strings.TrimRight(strings.Join(lines, ""), "\n"))
			}
		}
	}
	n := 0
	for id := range r.results {
		if id.pkg == e.Package && id.test != "" {
			n++
		}
	}
	if e.Action == "fail" || n > 0 {
		say(r.out, "%-5s %s (%.1fs)", map[string]string{"pass": "ok", "fail": "FAIL", "skip": "skip"}[e.Action], e.Package, e.Elapsed)
	}
	for id := range r.output {
		if id.pkg == e.Package {
			delete(r.output, id)
		}
	}
}

// outOfTime tells a failure that is none: -fuzztime was over while a worker was being asked, which go test reports as a
// failed target with this text alone and no input that failed (a race in internal/fuzz, seen once in some hundred runs).
func (r *report) outOfTime() bool {
	return r.count().failed == 1 && r.execs > 0 && r.deadline && !r.finding
}

// noteFuzz reads "fuzz: elapsed: 3s, execs: 1234 (…", and why a target failed.
func (r *report) noteFuzz(line string) {
	switch text := strings.TrimSpace(line); {
	case text == "context deadline exceeded":
		r.deadline = true
	case strings.HasPrefix(text, "Failing input written to "), strings.HasPrefix(text, "failure while testing seed corpus entry"),
		strings.HasPrefix(text, "panic:"), strings.Contains(text, "_test.go:"), strings.HasPrefix(text, "fuzzing process"):
		r.finding = true
	}
	_, rest, ok := strings.Cut(line, ", execs: ")
	if !ok || !strings.HasPrefix(line, "fuzz: ") {
		return
	}
	if n, err := strconv.Atoi(strings.Fields(rest + " ")[0]); err == nil {
		r.execs = max(r.execs, n)
	}
}

// count counts the leaves: a test with subtests counts by them, and once more if it failed and none of them did. A
// package that failed with no failing test (it did not build, or it crashed) counts as one failure.
func (r *report) count() count {
	parents, blamed := map[testID]bool{}, map[testID]bool{}
	for id, result := range r.results {
		for up, ok := id.parent(); ok; up, ok = up.parent() {
			if up.test != "" {
				parents[up] = true
			}
			if result == "fail" {
				blamed[up] = true
			}
		}
	}
	var c count
	for id, result := range r.results {
		leaf := id.test != "" && !parents[id]
		switch {
		case result == "fail" && !blamed[id]:
			c.failed++
		case leaf && result == "pass":
			c.passed++
		case leaf && result == "skip":
			c.skipped++
		}
	}
	return c
}

// parent is the test that a subtest belongs to, or a test's package.
func (id testID) parent() (testID, bool) {
	if id.test == "" {
		return testID{}, false
	}
	up := ""
	if i := strings.LastIndex(id.test, "/"); i >= 0 {
		up = id.test[:i]
	}
	return testID{id.pkg, up}, true
}
