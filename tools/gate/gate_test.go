package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// example makes a Go module of the given files and a gate over it.
func example(t *testing.T, files map[string]string) (*gate, *safeBuffer) {
	t.Helper()
	root := t.TempDir()
	files["go.mod"] = "module example\n\ngo 1.26\n"
	for name, text := range files {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := &safeBuffer{}
	return &gate{root: root, out: out, fuzzTime: 100 * time.Millisecond}, out
}

func testFile(body string) string {
	return "package a\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nvar _ = os.Exit\n\n" + body
}

const (
	pass    = "func TestPass(t *testing.T) {}\n"
	fail    = "func TestFail(t *testing.T) { t.Error(\"wrong\") }\n"
	skip    = "func TestSkip(t *testing.T) { t.Skip(\"not here\") }\n"
	nested  = "func TestNested(t *testing.T) { t.Run(\"a\", func(t *testing.T) {}); t.Run(\"b\", func(t *testing.T) { t.Error(1) }) }\n"
	outside = "func TestOutside(t *testing.T) { t.Run(\"a\", func(t *testing.T) {}); t.Error(1) }\n"
	exits   = "func TestExit(t *testing.T) { os.Exit(3) }\n"
)

func TestCount(t *testing.T) {
	tests := []struct {
		name, source string
		want         count
		fails        bool // go test itself failed in a way that no result shows
	}{
		{"pass", testFile(pass), count{passed: 1}, false},
		{"fail", testFile(pass + fail), count{passed: 1, failed: 1}, false},
		{"skip", testFile(pass + skip), count{passed: 1, skipped: 1}, false},
		{"cases count, not their test", testFile(nested), count{passed: 1, failed: 1}, false},
		{"a test that failed beside its cases", testFile(outside), count{passed: 1, failed: 1}, false},
		{"the process ends in a test", testFile(pass + exits), count{passed: 1, failed: 1}, false},
		{"it does not compile", testFile("func TestX(t *testing.T) { undefined() }\n"), count{failed: 1}, false},
		{"no test", "package a\n", count{}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g, out := example(t, map[string]string{"a/a_test.go": test.source})
			got, err := g.goTest(t.Context(), ".", "./...")
			if got != test.want || (err != nil) != test.fails {
				t.Errorf("%v, %v, want %v; output:\n%s", got, err, test.want, out)
			}
		})
	}
	t.Run("no such package", func(t *testing.T) {
		g, _ := example(t, map[string]string{"a/a.go": "package a\n"})
		if got, err := g.goTest(t.Context(), ".", "./none"); got.failed == 0 && err == nil {
			t.Errorf("%v, no error", got)
		}
	})
}

func TestFailuresAreShown(t *testing.T) {
	g, out := example(t, map[string]string{"a/a_test.go": testFile(pass + fail + skip)})
	if _, err := g.goTest(t.Context(), ".", "./..."); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"wrong", "not here", "FAIL  example/a"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

func result(c count) func(context.Context, *gate) (count, error) {
	return func(context.Context, *gate) (count, error) { return c, nil }
}

func TestRunAll(t *testing.T) {
	missing := &client{name: "nosuch", probe: []string{"warder-no-such-program"}, how: "Get it there."}
	here := &client{name: "here", probe: []string{"go", "version"}, how: "Get it there."}
	tests := []struct {
		name    string
		require string
		suites  []suite
		status  int
		closing string
		says    string
	}{
		{"passes", "", []suite{{name: "a", run: result(count{passed: 2, skipped: 1})}}, 0, "2 passed, 0 failed, 1 skipped", ""},
		{"a failure fails", "", []suite{{name: "a", run: result(count{passed: 2, failed: 1})}}, 1, "2 passed, 1 failed, 0 skipped", ""},
		{"nothing ran", "", []suite{{name: "a", run: result(count{})}}, 1, "0 passed, 1 failed, 0 skipped", "no test ran"},
		{"everything skipped itself", "", []suite{{name: "a", run: result(count{skipped: 3})}}, 1, "0 passed, 1 failed, 3 skipped", "no test ran"},
		{
			"one suite ran nothing", "",
			[]suite{{name: "a", run: result(count{passed: 5})}, {name: "b", run: result(count{})}},
			1, "5 passed, 1 failed, 0 skipped", "b: no test ran",
		},
		{"checks need no test", "", []suite{{name: "a", checks: true, run: result(count{})}}, 0, "0 passed, 0 failed, 0 skipped", ""},
		{"a failed check fails", "", []suite{{name: "a", checks: true, run: result(count{failed: 1})}}, 1, "0 passed, 1 failed, 0 skipped", ""},
		{
			"the client is missing", "",
			[]suite{{name: "a", run: result(count{passed: 1})}, {name: "b", clients: []*client{missing}, run: result(count{passed: 1})}},
			0, "1 passed, 0 failed, 1 skipped", "NOT TESTED: . Get it there.",
		},
		{
			"the client is missing and required", "other nosuch",
			[]suite{{name: "a", run: result(count{passed: 1})}, {name: "b", clients: []*client{missing}, run: result(count{passed: 1})}},
			1, "1 passed, 1 failed, 0 skipped", "required",
		},
		{"only a missing client", "", []suite{{name: "b", clients: []*client{missing}, run: result(count{passed: 1})}}, 1, "0 passed, 0 failed, 1 skipped", ""},
		{
			"the client is there, its tests skip", "",
			[]suite{{name: "a", run: result(count{passed: 1})}, {name: "b", clients: []*client{here}, run: result(count{skipped: 2})}},
			0, "1 passed, 0 failed, 3 skipped", "NOT TESTED",
		},
		{
			"likewise, required", "here",
			[]suite{{name: "a", run: result(count{passed: 1})}, {name: "b", clients: []*client{here}, run: result(count{skipped: 2})}},
			1, "1 passed, 1 failed, 2 skipped", "required",
		},
		{
			"one of two clients is missing", "",
			[]suite{{name: "b", clients: []*client{missing, here}, run: result(count{passed: 1, skipped: 1})}},
			0, "1 passed, 0 failed, 2 skipped", "NOT TESTED: . Get it there.",
		},
		{
			"one of two clients is missing and required", "nosuch",
			[]suite{{name: "b", clients: []*client{missing, here}, run: result(count{passed: 1, skipped: 1})}},
			1, "1 passed, 1 failed, 1 skipped", "nosuch is required",
		},
		{
			"several beside each other", "",
			[]suite{{name: "a", run: result(count{passed: 1})}, {name: "b", waits: true, run: result(count{passed: 2})}, {name: "c", waits: true, clients: []*client{missing}}},
			0, "3 passed, 0 failed, 1 skipped", "== beside each other: b c\n\n== ",
		},
		{
			"a failure of one beside another", "",
			[]suite{{name: "a", waits: true, run: result(count{passed: 1})}, {name: "b", waits: true, run: result(count{passed: 2, failed: 1})}},
			1, "3 passed, 1 failed, 0 skipped", "   b          2 passed, 1 failed, 0 skipped in ",
		},
		{"one of two clients is missing and nothing ran", "", []suite{{name: "b", clients: []*client{missing, here}, run: result(count{})}}, 1, "0 passed, 1 failed, 0 skipped", "no test ran"},
		{"the client is there and nothing ran", "", []suite{{name: "b", clients: []*client{here}, run: result(count{})}}, 1, "0 passed, 1 failed, 0 skipped", "no test ran"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out := &safeBuffer{}
			g := &gate{root: t.TempDir(), out: out, require: strings.Fields(test.require)}
			if status := g.runAll(t.Context(), test.suites); status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if last := lines[len(lines)-1]; last != test.closing {
				t.Errorf("closes with %q, want %q", last, test.closing)
			}
			if !strings.Contains(out.String(), test.says) {
				t.Errorf("does not say %q:\n%s", test.says, out)
			}
		})
	}
}

func TestFuzz(t *testing.T) {
	const good = "func FuzzGood(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) {}) }\n"
	const empty = "func FuzzEmpty(f *testing.F) { f.Skip(\"nothing\") }\n"
	const bad = "func FuzzBad(f *testing.F) { f.Add(1); f.Fuzz(func(t *testing.T, n int) { if n > 0 { t.Error(n) } }) }\n"
	tests := []struct {
		name  string
		files map[string]string
		want  count
		fails bool
	}{
		{"two targets", map[string]string{"a/a_test.go": testFile(good), "b/b_test.go": testFile(strings.ReplaceAll(good, "Good", "Other"))}, count{passed: 2}, false},
		{"one finds something", map[string]string{"a/a_test.go": testFile(good + bad)}, count{passed: 1, failed: 1}, false},
		{"one that fuzzes nothing", map[string]string{"a/a_test.go": testFile(empty)}, count{failed: 1}, false},
		{"none", map[string]string{"a/a_test.go": testFile(pass)}, count{}, true},
		{"other modules' and data are not ours", map[string]string{
			"m/go.mod": "module m\n", "m/m_test.go": testFile(good), "testdata/x_test.go": "no Go",
		}, count{}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g, out := example(t, test.files)
			got, err := runFuzz(t.Context(), g)
			if got != test.want || (err != nil) != test.fails {
				t.Errorf("%v, %v, want %v; output:\n%s", got, err, test.want, out)
			}
		})
	}
}

func TestAcceptanceNames(t *testing.T) {
	if err := orphans("TestAWSCLI\nTestSDKUsers\nok  \tx\t0.1s\n"); err != nil {
		t.Error(err)
	}
	if err := orphans("TestAWSCLI\nTestUsers\n"); err == nil || !strings.Contains(err.Error(), "TestUsers") {
		t.Errorf("TestUsers: %v", err)
	}
}

func TestAcceptance(t *testing.T) {
	g, out := example(t, map[string]string{"acceptance/a_test.go": testFile("func TestSDK(t *testing.T) {}\nfunc TestCrash(t *testing.T) {}\n")})
	if c, err := acceptance("TestSDK")(t.Context(), g); err != nil || c != (count{passed: 1}) {
		t.Errorf("%v, %v\n%s", c, err, out)
	}
	g, _ = example(t, map[string]string{})
	if c, err := acceptance("TestSDK")(t.Context(), g); err == nil {
		t.Errorf("without the folder: %v", c)
	}
}

func TestModule(t *testing.T) {
	g, out := example(t, map[string]string{
		"bench/go.mod": "module bench\n\ngo 1.26\n", "bench/a/a_test.go": testFile(pass), "b/b_test.go": testFile(pass + fail),
	})
	if c, err := module("bench")(t.Context(), g); err != nil || c != (count{passed: 1}) {
		t.Errorf("%v, %v\n%s", c, err, out)
	}
	if c, err := module("tools")(t.Context(), g); err == nil {
		t.Errorf("without a go.mod: %v", c)
	}
	for _, dir := range []string{"tools", "bench"} {
		if _, err := choose(suites(), []string{dir}); err != nil {
			t.Errorf("no suite runs the module's tests: %v", err)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, names := range [][]string{nil, {"nosuch"}, {"unit", "nosuch"}} {
		if got, err := choose(suites(), names); err == nil {
			t.Errorf("%v gave %v", names, got)
		}
	}
	got, err := choose(suites(), []string{"fuzz", "lint"})
	if err != nil || len(got) != 2 || got[0].name != "fuzz" || got[1].name != "lint" {
		t.Errorf("%v, %v", got, err)
	}
}

// TestOutOfTime: only the end of the time, and nothing that a fuzz target said, is run again.
func TestOutOfTime(t *testing.T) {
	const ran = "fuzz: elapsed: 3s, execs: 40542 (13514/sec), new interesting: 3 (total: 58)\n"
	tests := []struct {
		name  string
		lines []string
		want  bool
	}{
		{"the end of the time", []string{ran, "    context deadline exceeded\n"}, true},
		{"nothing ran", []string{"    context deadline exceeded\n"}, false},
		{"a finding", []string{ran, "    --- FAIL: FuzzA (0.00s)\n", "        a_test.go:9: context deadline exceeded\n",
			"    Failing input written to testdata/fuzz/FuzzA/1\n"}, false},
		{"a finding at the end of the time", []string{ran, "    context deadline exceeded\n", "    Failing input written to testdata/fuzz/FuzzA/1\n"}, false},
		{"a crash", []string{ran, "    fuzzing process hung or terminated unexpectedly: exit status 2\n", "    context deadline exceeded\n"}, false},
		{"another failure", []string{ran, "    unknown\n"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newReport(&safeBuffer{})
			for _, line := range test.lines {
				r.take(event{Action: "output", Package: "example/a", Test: "FuzzA", Output: line})
			}
			r.take(event{Action: "fail", Package: "example/a", Test: "FuzzA"})
			r.take(event{Action: "fail", Package: "example/a"})
			if got := r.outOfTime(); got != test.want {
				t.Errorf("out of time: %v, want %v", got, test.want)
			}
		})
	}
}
