package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout))
}

// gate is one run.
type gate struct {
	root     string // the main module's folder
	out      io.Writer
	fuzzTime time.Duration
	require  []string
	notices  []string // said again at the end, so that they are seen
}

func run(ctx context.Context, args []string, out io.Writer) int {
	flags := flag.NewFlagSet("gate", flag.ContinueOnError)
	fuzzTime := flags.Duration("fuzztime", 3*time.Second, "how long each fuzz target runs")
	list := flags.Bool("list", false, "list the suites and end")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *list {
		for _, s := range suites() {
			say(out, "%-10s %s", s.name, s.about)
		}
		return 0
	}
	root, err := findRoot()
	if err != nil {
		say(out, "gate: %v", err)
		return 2
	}
	g := &gate{root: root, out: out, fuzzTime: *fuzzTime, require: strings.Fields(os.Getenv("WARDER_REQUIRE"))}
	chosen, err := choose(suites(), flags.Args())
	if err != nil {
		say(out, "gate: %v", err)
		return 2
	}
	return g.runAll(ctx, chosen)
}

// say writes one line to a person. There is nobody to tell when that fails.
func say(out io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(out, format+"\n", args...)
}

// findRoot finds the main module from the folder that gate runs in.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "tools", "gate")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("run it inside Warder's source tree")
		}
		dir = up
	}
}

func choose(all []suite, names []string) ([]suite, error) {
	var chosen []suite
	for _, name := range names {
		i := slices.IndexFunc(all, func(s suite) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no suite %q; gate -list shows them", name)
		}
		chosen = append(chosen, all[i])
	}
	if len(chosen) == 0 {
		return nil, errors.New("name the suites to run; gate -list shows them")
	}
	return chosen, nil
}

// runAll runs every suite, whatever became of the ones before, and closes with the plain line. It gives the exit status.
func (g *gate) runAll(ctx context.Context, chosen []suite) int {
	var total count
	lines := make([]string, len(chosen))
	for i := 0; i < len(chosen); {
		n := besideEachOther(chosen[i:])
		total.add(g.runGroup(ctx, chosen[i:i+n], lines[i:i+n]))
		i += n
	}
	say(g.out, "\n== summary")
	for _, line := range lines {
		say(g.out, "%s", line)
	}
	for _, n := range g.notices {
		say(g.out, "\n*** %s", n)
	}
	status := 0
	if total.failed > 0 || total.passed == 0 && slices.ContainsFunc(chosen, suite.hasTests) {
		status = 1
	}
	say(g.out, "\n%v", total)
	return status
}

// besideEachOther is how many of the next suites run at once.
func besideEachOther(next []suite) int {
	n := slices.IndexFunc(next, func(s suite) bool { return !s.waits })
	if n < 0 {
		n = len(next)
	}
	return max(n, 1)
}

// runGroup runs suites at once, and puts into lines what became of each.
func (g *gate) runGroup(ctx context.Context, group []suite, lines []string) count {
	var works []func(context.Context, *gate) count
	for i, s := range group {
		works = append(works, func(ctx context.Context, g *gate) count {
			say(g.out, "\n== %s: %s", s.name, s.about)
			start := time.Now()
			c := g.runSuite(ctx, s)
			lines[i] = fmt.Sprintf("   %-10s %v in %v", s.name, c, time.Since(start).Round(100*time.Millisecond))
			return c
		})
	}
	if len(group) == 1 {
		return works[0](ctx, g)
	}
	var names []string
	for _, s := range group {
		names = append(names, s.name)
		for _, c := range s.clients {
			g.present(ctx, c) // installs it, which several at once cannot
		}
	}
	say(g.out, "\n== beside each other: %s", strings.Join(names, " "))
	return g.together(ctx, works)
}

// runSuite runs one suite and judges whether it did anything.
func (g *gate) runSuite(ctx context.Context, s suite) count {
	var missing []*client
	for _, c := range s.clients {
		if !g.present(ctx, c) {
			missing = append(missing, c)
		}
	}
	if len(missing) > 0 && len(missing) == len(s.clients) {
		return g.withoutClients(s, missing)
	}
	c, err := s.run(ctx, g)
	if err != nil {
		say(g.out, "%s: %v", s.name, err)
		c.failed++
	}
	switch {
	case !s.hasTests() || c.passed > 0 || c.failed > 0:
		c.add(g.withoutClients(s, missing))
	case c.skipped > 0 && len(s.clients) > 0:
		c.add(g.withoutClients(s, s.clients))
	default:
		say(g.out, "%s: no test ran, so nothing was shown: a step that runs nothing fails", s.name)
		c.failed++
	}
	return c
}

func (g *gate) withoutClients(s suite, missing []*client) (total count) {
	for _, c := range missing {
		total.add(g.withoutClient(s.name, s.about, c))
	}
	return total
}

// withoutClient says loudly what could not run for want of something from outside.
func (g *gate) withoutClient(suite, about string, c *client) count {
	g.notices = append(g.notices, fmt.Sprintf("NOT TESTED: %s. %s", about, c.how))
	if slices.Contains(g.require, c.name) {
		say(g.out, "%s: %s is required here (WARDER_REQUIRE). %s", suite, c.name, c.how)
		return count{failed: 1}
	}
	return count{skipped: 1}
}

// command prepares a command in a folder of the tree; its output goes to gate's.
func (g *gate) command(ctx context.Context, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = filepath.Join(g.root, dir)
	cmd.Stdout, cmd.Stderr = g.out, g.out
	return cmd
}

// output runs a command for its output.
func (g *gate) output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := g.command(ctx, dir, name, args...)
	cmd.Stdout = nil
	text, err := cmd.Output()
	return string(text), err
}
