package bench

import (
	"math"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The tests run what the benchmarks run, on small accounts and for a few calls, and look whether that was real work. How
// fast it was is not looked at.

// wellFormed: every metric is a number above zero, but the time on a processor and the bytes on the disk: a few calls may
// take less than is counted, and not every system counts.
func wellFormed(t *testing.T, metrics []metric) {
	t.Helper()
	if len(metrics) == 0 {
		t.Error("no metric")
	}
	for _, m := range metrics {
		if math.IsNaN(m.value) || math.IsInf(m.value, 0) || m.value < 0 || m.value == 0 && !strings.Contains(m.unit, "cpu") && !strings.Contains(m.unit, "disk") {
			t.Errorf("%s is %v", m.unit, m.value)
		}
	}
}

// countUsers asks the server.
func countUsers(t *testing.T, p *process, a *account) int {
	t.Helper()
	status, body, err := hire(t, p, 1)[0].call(a.iam(), "Action=GetAccountSummary"+iamForm)
	check(t, err)
	_, rest, _ := strings.Cut(string(body), "<key>Users</key>")
	_, rest, _ = strings.Cut(rest, "<value>")
	text, _, ok := strings.Cut(rest, "</value>")
	users, err := strconv.Atoi(text)
	if status != http.StatusOK || !ok || err != nil {
		t.Fatalf("GetAccountSummary: %d %s", status, body)
	}
	return users
}

func TestServe(t *testing.T) {
	a := newAccount(t, size{users: 3})
	warder := a.serve(t)
	raw := openDisk(t, a.folder)
	for _, test := range []struct {
		request request
		made    int // users by one call
	}{{getCallerIdentity(a), 0}, {createUser(a, "made-"), 1}} {
		t.Run(test.request.name, func(t *testing.T) {
			before := countUsers(t, warder, a)
			s := &serving{request: test.request, warder: warder, disk: raw}
			s.bare = s.startBare(t)
			for _, clients := range []int{1, 3} {
				wellFormed(t, s.measure(t, clients, 20))
			}
			if s.calls != 41 {
				t.Errorf("%d calls, want 41: the first and twice 20", s.calls)
			}
			if made := countUsers(t, warder, a) - before; made != test.made*s.calls {
				t.Errorf("%d calls made %d users", s.calls, made)
			}
		})
	}
}

// The bare server answers what it was told to, to the same client.
func TestBare(t *testing.T) {
	p := startProcess(t, "bare", bareSettings{Size: 321})
	t.Cleanup(func() { p.stop(t) })
	one := hire(t, p, 1)[0]
	for range 2 {
		status, body, err := one.call(credentials{"AKIAEXAMPLE", "secret"}.signer("iam"), "Action=Any")
		if status != http.StatusOK || len(body) != 321 || err != nil {
			t.Errorf("%d, %d bytes, %v", status, len(body), err)
		}
	}
}

// A refusal is an error, and never counts as a fast answer.
func TestRefusalIsNoFigure(t *testing.T) {
	a := newAccount(t, size{users: 1, members: 1})
	one := hire(t, a.serve(t), 1)[0]
	for name, err := range map[string]error{
		"wrong secret": one.must(credentials{a.admin.id, "guess"}.signer("sts"), getCallerIdentity(a).form(0)),
		"no right":     one.must(a.member.signer("iam"), createUser(a, "made-").form(0)),
		"made twice":   one.must(a.iam(), "Action=CreateUser"+iamForm+"&UserName="+userName(0)),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestGrowth(t *testing.T) {
	few, many := newAccount(t, size{users: 4}), newAccount(t, size{users: 2*batch + 1, members: batch + 1, answers: 3})
	t.Run("serving", func(t *testing.T) {
		g := &growth{few: few.serve(t), many: many.serve(t)}
		sizes := func() [2]int { return [2]int{countUsers(t, g.few, few), countUsers(t, g.many, many)} }
		want := [2]int{few.users + 1, many.users + 1} // and the administrator
		if got := sizes(); got != want {
			t.Errorf("filled with %v users, want %v", got, want)
		}
		wellFormed(t, g.createUsers(t, few, many, 3, 20))
		if got := sizes(); got != want || g.calls != 20 {
			t.Errorf("%v users after %d were made and deleted, want %v after 20", got, g.calls, want)
		}
		wellFormed(t, g.listUsers(t, few, many, 3))
		wellFormed(t, attachAndDetach(t, g.many, many, 2)) // it looks at the answers itself
		expect(t, hire(t, g.many, 1)[0], many.member.signer("iam"), grantedForm, http.StatusForbidden)
		if members := countMembers(t, g.many, many); members != many.members {
			t.Errorf("%d members, want %d", members, many.members)
		}
	})
	wellFormed(t, restart(t, many, 1))
}

func countMembers(t *testing.T, p *process, a *account) int {
	t.Helper()
	status, body, err := hire(t, p, 1)[0].call(a.iam(), "Action=GetGroup"+iamForm+"&MaxItems=1000&GroupName="+groupName)
	check(t, err)
	if status != http.StatusOK {
		t.Fatalf("GetGroup: %d %s", status, body)
	}
	return strings.Count(string(body), "<UserName>")
}

func TestProfile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(profileVariable, dir)
	startProcess(t, "bare", bareSettings{}).stop(t)
	files, err := filepath.Glob(filepath.Join(dir, "bare-*.pprof"))
	check(t, err)
	if len(files) != 1 {
		t.Errorf("profiles: %v", files)
	}
}

func TestUsage(t *testing.T) {
	p := startProcess(t, "bare", bareSettings{})
	t.Cleanup(func() { p.stop(t) })
	if u := p.ask(t, "usage"); u.Heap != 0 {
		t.Errorf("usage collected: %+v", u)
	}
	if u := p.ask(t, "memory"); u.Heap == 0 {
		t.Errorf("memory: %+v", u)
	}
}

func TestPercentile(t *testing.T) {
	var all []time.Duration
	for ms := 200; ms > 0; ms-- {
		all = append(all, time.Duration(ms)*time.Millisecond)
	}
	for p, want := range map[int]float64{50: 100, 99: 198, 100: 200} {
		if got := percentile(all, p); got != want {
			t.Errorf("percentile %d is %v, want %v", p, got, want)
		}
	}
	if got := percentile(all[:1], 50); got != 200 {
		t.Errorf("of one: %v", got)
	}
}

// A benchmark of which any run fails is remembered, and one that never does is not.
func TestFailedRun(t *testing.T) {
	for _, bad := range []int{0, 2} { // the try that fails
		var s summary
		tries := 0
		testing.Benchmark(func(b *testing.B) {
			s.run(b, "a", func(b *testing.B) []metric {
				if tries++; tries == bad {
					b.Fatal("this once")
				}
				return []metric{{"ms", 1}}
			})
		})
		if failed := len(s.failed) > 0; failed != (bad > 0) || tries < 2 || len(s.items) == 0 {
			t.Errorf("the try %d of %d fails: %d benchmarks are remembered as failed, %d have figures", bad, tries, len(s.failed), len(s.items))
		}
	}
}

// Only the last try of each run counts, and the table shows the median and half of the range.
func TestSummary(t *testing.T) {
	var s summary
	for _, run := range []float64{100, 110, 90} {
		s.add("BenchmarkA/x", 1, []metric{{"req/s", 1}, {"ratio", 9}})
		s.add("BenchmarkA/x", 50, []metric{{"req/s", run}, {"ratio", 0.5}})
	}
	s.add("BenchmarkB", 1, []metric{{"ms", 1.239}})
	var out strings.Builder
	s.print(&out)
	var got []string
	for line := range strings.Lines(out.String()) {
		if fields := strings.Fields(line); len(fields) > 0 && (fields[0] == "A/x" || fields[0] == "B") {
			got = append(got, strings.Join(fields, " "))
		}
	}
	want := "A/x 3 100 ±10% 0.500 ±0%|B 1 1.24"
	if strings.Join(got, "|") != want || !strings.Contains(out.String(), "req/s") {
		t.Errorf("%q, want %q in\n%s", got, want, out.String())
	}
}
