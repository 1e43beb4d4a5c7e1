package bench

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/sigv4"
)

// Sizes of BenchmarkGrowth.
const (
	fewUsers     = 100
	manyUsers    = 100_000
	groupMembers = 5_000
	manyAnswers  = 20_000
)

// BenchmarkGrowth measures what an account of 100,000 users costs beside one of 100, in turns in the same run.
//
// What bounds it. A change touches O(log n) nodes of the persistent trees and a few pages of SQLite's B-tree, whatever
// the account's size; so "of-few", the rate with many users in parts of that with few, should be 1.0, less cache misses
// (ids are random: a new record lands on a cold page) and a larger heap to collect. Members of a group hold the group's
// id, so attaching a policy to it writes one record however many members it has. A page of a listing costs by its length.
// Only the start is bound by the account's size: every record is read and unsealed once, the answers that are remembered
// for retries too. Memory by user is the difference of two heaps over that of the users.
func BenchmarkGrowth(b *testing.B) {
	few, many := newAccount(b, size{users: fewUsers}), newAccount(b, size{users: manyUsers, members: groupMembers})
	busy := newAccount(b, size{users: fewUsers, answers: manyAnswers})
	// The start comes first: what the others do lengthens it, by the answers that are remembered.
	for _, a := range []*account{few, many, busy} {
		all.run(b, fmt.Sprintf("start/users=%d/answers=%d", a.users, a.answers), func(b *testing.B) []metric { return restart(b, a, b.N) })
	}
	b.Run("serving", func(b *testing.B) {
		g := &growth{few: few.serve(b), many: many.serve(b)}
		for _, clients := range []int{1, 8, 64} {
			all.run(b, fmt.Sprintf("CreateUser/clients=%d", clients), func(b *testing.B) []metric {
				b.StopTimer()
				return g.createUsers(b, few, many, clients, b.N)
			})
		}
		all.run(b, "ListUsers/page=100", func(b *testing.B) []metric {
			b.StopTimer()
			return g.listUsers(b, few, many, b.N)
		})
		all.run(b, fmt.Sprintf("AttachGroupPolicy/members=%d", groupMembers), func(b *testing.B) []metric {
			return attachAndDetach(b, g.many, many, b.N)
		})
	})
}

// growth compares two servers that differ in the number of their users.
type growth struct {
	few, many *process
	calls     int
}

// createUsers makes n users on each server, part by part in turns, and deletes them again beside the clock, so that the
// accounts keep their sizes.
func (g *growth) createUsers(tb testing.TB, few, many *account, clients, n int) []metric {
	tb.Helper()
	crews := [2]crew{hire(tb, g.few, clients), hire(tb, g.many, clients)}
	servers, accounts := [2]*process{g.few, g.many}, [2]*account{few, many}
	var took, cpu [2]time.Duration
	const most = 256 // users at a time above the account's size, which is to stay about the same
	for left := n; left > 0; {
		some := min(left, max(n/parts, 1), most)
		left -= some
		for turn := range 2 {
			i := (turn + left) % 2 // nobody is always the first
			before := servers[i].ask(tb, "usage")
			run := func() time.Duration { return crews[i].run(tb, createUser(accounts[i], "made-"), g.calls, some) }
			if accounts[i] == many {
				took[i] += during(tb, run)
			} else {
				took[i] += run()
			}
			cpu[i] += servers[i].ask(tb, "usage").CPU - before.CPU
			crews[i].run(tb, deleteUser(accounts[i], "made-"), g.calls, some)
		}
		g.calls += some
	}
	fewRate, manyRate := float64(n)/took[0].Seconds(), float64(n)/took[1].Seconds()
	return []metric{
		{"req/s", manyRate},
		{"few-req/s", fewRate},
		{"of-few", manyRate / fewRate},
		{"cpu-µs/req", perCall(cpu[1], n)},
		{"few-cpu-µs/req", perCall(cpu[0], n)},
	}
}

// listUsers asks for a page of 100 users from the middle of the list, or from the beginning where there are no more.
func (g *growth) listUsers(tb testing.TB, few, many *account, n int) []metric {
	tb.Helper()
	const form = "Action=ListUsers" + iamForm + "&MaxItems=100"
	one, other := hire(tb, g.few, 1), hire(tb, g.many, 1)
	marker := walk(tb, other[0], many, many.users/2/1000)
	fewPage := request{"ListUsers", few.iam(), func(int) string { return form }}
	manyPage := request{"ListUsers", many.iam(), func(int) string { return form + "&Marker=" + marker }}
	var fewTook, manyTook time.Duration
	for left := n; left > 0; {
		some := min(left, max(n/parts, 1))
		left -= some
		fewTook += one.run(tb, fewPage, 0, some)
		manyTook += during(tb, func() time.Duration { return other.run(tb, manyPage, 0, some) })
	}
	return []metric{
		{"µs/page", perCall(manyTook, n)},
		{"few-µs/page", perCall(fewTook, n)},
		{"of-few", float64(fewTook) / float64(manyTook)},
	}
}

// walk follows so many pages of 1,000 users and gives the marker of the next.
func walk(tb testing.TB, c *client, a *account, pages int) (marker string) {
	tb.Helper()
	for page := 0; page == 0 || page < pages; page++ {
		form := "Action=ListUsers" + iamForm + "&MaxItems=" + fmt.Sprint(min(1000, max(a.users/2, 1)))
		if marker != "" {
			form += "&Marker=" + marker
		}
		status, body, err := c.call(a.iam(), form)
		check(tb, err)
		_, rest, ok := strings.Cut(string(body), "<Marker>")
		if marker, _, _ = strings.Cut(rest, "</Marker>"); status != http.StatusOK || !ok {
			tb.Fatalf("ListUsers, page %d: %d %.300s", page, status, body)
		}
	}
	return marker
}

// The policy that is attached and detached: a large one, which gives what grantedForm asks for.
const (
	attachForm  = "Action=AttachGroupPolicy" + policyForm
	detachForm  = "Action=DetachGroupPolicy" + policyForm
	policyForm  = iamForm + "&GroupName=" + groupName + "&PolicyArn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FReadOnlyAccess"
	grantedForm = "Action=ListUsers" + iamForm + "&MaxItems=1"
)

// attachAndDetach does both n times. After each a member of the group asks on its own connection for what the policy
// gives: the very next decision must be the new one. The latencies are those of the administrator's calls, attach and
// detach together, and of the members' first calls after an attach.
func attachAndDetach(tb testing.TB, p *process, a *account, n int) []metric {
	tb.Helper()
	admin, member := hire(tb, p, 1)[0], hire(tb, p, 1)[0]
	adminSigner, memberSigner := a.iam(), a.member.signer("iam")
	var changes, decisions []time.Duration
	for range n {
		for _, step := range []struct {
			form string
			want int
		}{{attachForm, http.StatusOK}, {detachForm, http.StatusForbidden}} {
			begun := time.Now()
			err := admin.must(adminSigner, step.form)
			changes = append(changes, time.Since(begun))
			check(tb, err)
			if took := expect(tb, member, memberSigner, grantedForm, step.want); step.want == http.StatusOK {
				decisions = append(decisions, took)
			}
		}
	}
	return []metric{
		{"p50-ms", percentile(changes, 50)},
		{"p99-ms", percentile(changes, 99)},
		{"max-ms", percentile(changes, 100)},
		{"next-decision-p50-ms", percentile(decisions, 50)},
		{"next-decision-p99-ms", percentile(decisions, 99)},
	}
}

// expect calls and fails unless the answer has that status.
func expect(tb testing.TB, c *client, s *sigv4.Signer, form string, want int) time.Duration {
	tb.Helper()
	begun := time.Now()
	status, body, err := c.call(s, form)
	took := time.Since(begun)
	check(tb, err)
	if status != want {
		tb.Fatalf("%s: %d, want %d: %s", form, status, want, body)
	}
	return took
}

// percentile of the durations, by nearest rank, in milliseconds.
func percentile(all []time.Duration, p int) float64 {
	sorted := slices.Sorted(slices.Values(all))
	rank := (len(sorted)*p + 99) / 100
	return float64(sorted[max(rank, 1)-1]) / float64(time.Millisecond)
}

// restart starts and stops the account's server n times.
func restart(tb testing.TB, a *account, n int) []metric {
	tb.Helper()
	var startup []time.Duration
	var heap uint64
	var cpu time.Duration
	for range n {
		p := a.start(tb)
		startup = append(startup, p.startup)
		u := p.ask(tb, "memory")
		heap, cpu = u.Heap, cpu+u.CPU
		p.stop(tb)
	}
	return []metric{
		{"start-p50-ms", percentile(startup, 50)},
		{"start-max-ms", percentile(startup, 100)},
		{"cpu-ms", float64(cpu) / float64(time.Millisecond) / float64(n)},
		{"heap-MB", float64(heap) / 1e6},
	}
}
