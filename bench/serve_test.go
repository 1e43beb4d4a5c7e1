package bench

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// BenchmarkServe measures requests per second over loopback, as clients see them: signed, on connections that are kept.
//
// What bounds it. Both operations end with their event on the disk: a change commits with it, any other call's is synced
// to the trail before the answer leaves. So one client alone cannot be served faster than a bare HTTP server answers plus
// the disk syncs, once; many clients share a sync, and there the bare server's processor time is the bound. "of-limit" is
// the rate by 1/(1/bare + 1/(clients × syncs)): nobody with this promise passes 1.0. A request is read once, ~0.7 KB, and
// hashed for the signature, ~0.5 µs with the derived key cached: no bound here.
//
// How far off (2026-11-22, 2 cores; README.md has all and where the time goes): GetCallerIdentity with 64 clients is at 0.44
// of the limit, 95 µs of processor time beside 30 bare; CreateUser at 0.16, 461 µs beside 44, half of them in the one
// goroutine that runs transactions; alone it writes 50 KB, twelve pages, where 2 KB are new.
func BenchmarkServe(b *testing.B) {
	a := newAccount(b, size{users: fewUsers})
	warder := a.serve(b)
	raw := openDisk(b, a.folder)
	for _, r := range []request{getCallerIdentity(a), createUser(a, "made-")} {
		b.Run(r.name, func(b *testing.B) {
			s := &serving{request: r, warder: warder, disk: raw}
			s.bare = s.startBare(b)
			for _, clients := range []int{1, 8, 64} {
				all.run(b, fmt.Sprintf("clients=%d", clients), func(b *testing.B) []metric {
					b.StopTimer()
					return s.measure(b, clients, b.N)
				})
			}
		})
	}
}

// serving measures one operation.
type serving struct {
	request      request
	warder, bare *process
	disk         *disk
	calls        int // made so far: no two calls create the same user
}

// startBare starts a bare server whose answers are as large as Warder's.
func (s *serving) startBare(tb testing.TB) *process {
	tb.Helper()
	one := hire(tb, s.warder, 1)[0]
	status, body, err := one.call(s.request.signer, s.request.form(s.calls))
	s.calls++
	check(tb, err)
	if status != http.StatusOK {
		tb.Fatalf("%s: %d %s", s.request.name, status, body)
	}
	p := startProcess(tb, "bare", bareSettings{Size: len(body)})
	tb.Cleanup(func() { p.stop(tb) })
	return p
}

// parts is into how many parts a measurement is cut, in turns with what it is compared with: so that what else the
// machine does falls on all of them alike.
const parts = 16

// measure makes n calls to Warder and as many to the bare server, in turns, with syncs of the disk between them.
func (s *serving) measure(tb testing.TB, clients, n int) []metric {
	tb.Helper()
	warder, bare := hire(tb, s.warder, clients), hire(tb, s.bare, clients)
	warderBefore, bareBefore := s.warder.ask(tb, "usage"), s.bare.ask(tb, "usage")
	var inWarder, inBare, inSync time.Duration
	syncs := 0
	for left := n; left > 0; {
		some := min(left, max(n/parts, 1))
		left -= some
		took := during(tb, func() time.Duration { return warder.run(tb, s.request, s.calls, some) })
		inWarder += took
		inBare += bare.run(tb, s.request, s.calls, some)
		k, took := s.disk.syncFor(tb, took/4)
		syncs += k
		inSync += took
		s.calls += some
	}
	warderAfter, bareAfter := s.warder.ask(tb, "usage"), s.bare.ask(tb, "usage")
	rate, bareRate, syncRate := float64(n)/inWarder.Seconds(), float64(n)/inBare.Seconds(), float64(syncs)/inSync.Seconds()
	return []metric{
		{"req/s", rate},
		{"of-bare", rate / bareRate},
		{"of-sync", rate / syncRate},
		{"of-limit", rate * (1/bareRate + 1/(float64(clients)*syncRate))},
		{"bare-req/s", bareRate},
		{"syncs/s", syncRate},
		{"cpu-µs/req", perCall(warderAfter.CPU-warderBefore.CPU, n)},
		{"bare-cpu-µs/req", perCall(bareAfter.CPU-bareBefore.CPU, n)},
		{"disk-KB/req", float64(warderAfter.Written-warderBefore.Written) / 1e3 / float64(n)},
	}
}

func perCall(d time.Duration, n int) float64 {
	return float64(d) / float64(time.Microsecond) / float64(n)
}

// during runs fn with the benchmark's timer on, where there is one: its ns/op is that of fn alone.
func during(tb testing.TB, fn func() time.Duration) time.Duration {
	if b, ok := tb.(*testing.B); ok {
		b.StartTimer()
		defer b.StopTimer()
	}
	return fn()
}
