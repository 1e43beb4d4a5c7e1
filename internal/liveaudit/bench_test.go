package liveaudit_test

import (
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

// fillCompany puts a company into the account: users in groups, roles, and policies, of which each user has three.
func fillCompany(b *testing.B, f *fixture, users int) {
	b.Helper()
	roles, policies := users/5, users*3/10
	var all []directory.Entity
	names := make([]string, policies)
	for i := range policies {
		service := []string{"s3", "sqs", "dynamodb", "lambda", "ec2"}[i%5]
		text := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["%[1]s:Get*","%[1]s:List*"],"Resource":"arn:aws:%[1]s:::p%[2]d/*"}}`, service, i)
		p := &directory.Policy{ID: session.NewEntityID(session.PrefixPolicy), Name: fmt.Sprint("p", i), Path: "/", Default: 1, Latest: 1, Created: time.Now(), Updated: time.Now(),
			Versions: []directory.PolicyVersion{{Number: 1, Created: time.Now(), Document: servertest.Document(b, policy.Identity, text)}}}
		names[i] = "arn:aws:iam::" + accountID + ":policy/" + p.Name
		all = append(all, p)
	}
	for i := range roles {
		all = append(all, &directory.Role{ID: session.NewEntityID(session.PrefixRole), Name: fmt.Sprint("r", i), Path: "/", MaxSession: 3600, Created: time.Now(),
			Trust: trust(b, `{"Service":"ec2.amazonaws.com"}`), Attached: []string{names[i%policies]}})
	}
	for i := range users {
		u := &directory.User{ID: session.NewEntityID(session.PrefixUser), Name: fmt.Sprint("u", i), Path: "/", Created: time.Now(),
			Attached: []string{names[i%policies], names[(i*7+1)%policies], names[(i*11+2)%policies]}}
		key, err := f.Keys.MintAccessKey(accountID)
		servertest.Check(b, err)
		all = append(all, u, &directory.AccessKey{ID: key.ID, User: u.ID, Active: true, Created: time.Now(), Sealed: key.Sealed})
	}
	for chunk := range slices.Chunk(all, 30) {
		f.Put(b, chunk...)
	}
}

// BenchmarkLive audits an account of 5,000 users, 1,000 roles and 1,500 policies after a change; asks again of what did not change;
// and reads a page of findings. The quotas are raised, as AWS does for such an account.
func BenchmarkLive(b *testing.B) {
	f := newFixtureWith(b, map[store.QuotaName]int{store.UsersPerAccount: 10_000, store.RolesPerAccount: 5_000, store.PoliciesPerAccount: 5_000, store.GroupsPerAccount: 100_000})
	fillCompany(b, f, 5_000)
	summary := func() api.GetAuditSummaryOutput {
		return get[api.GetAuditSummaryOutput](b, f.admin, "/audit/v1/summary")
	}
	b.Run("memory", func(b *testing.B) {
		before := heap()
		summary()
		b.ReportMetric(heap()-before, "kept-MiB")
		b.ReportMetric(0, "ns/op")
	})
	b.Run("after=change", func(b *testing.B) {
		for b.Loop() {
			f.Put(b, &directory.Group{ID: session.NewEntityID(session.PrefixGroup), Name: fmt.Sprint("g", time.Now().UnixNano()), Path: "/"})
			for summary().Stale {
				runtime.Gosched()
			}
		}
	})
	revision := summary().Revision
	b.Run("poll", func(b *testing.B) {
		for b.Loop() {
			if a := f.admin.REST(b, "warder", http.MethodGet, "/audit/v1/summary?since="+revision, "", nil); a.Status != http.StatusOK {
				b.Fatal(a.Body)
			}
		}
	})
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			get[listed](b, f.admin, "/audit/v1/findings?maxResults=100")
		}
	})
	b.Run("unused", func(b *testing.B) {
		for b.Loop() {
			get[api.ListUnusedAccessOutput](b, f.admin, "/audit/v1/unused?maxResults=100")
		}
	})
	b.Run("decisions=quiet", func(b *testing.B) { decisions(b, f, false) })
	b.Run("decisions=audited", func(b *testing.B) { decisions(b, f, true) })
}

// heap is what is in use, in MiB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// decisions reports how long signed requests take, the median and the slowest of a hundred, while audits run or not.
func decisions(b *testing.B, f *fixture, audited bool) {
	b.Helper()
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for audited {
			select {
			case <-stop:
				return
			default:
			}
			f.Put(b, &directory.Group{ID: session.NewEntityID(session.PrefixGroup), Name: fmt.Sprint("g", time.Now().UnixNano()), Path: "/"})
			f.admin.REST(b, "warder", http.MethodGet, "/audit/v1/summary", "", nil)
		}
	}()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if a := f.admin.Call(b, "GetCallerIdentity"); a.Status != http.StatusOK {
			b.Fatal(a.Body)
		}
		took = append(took, time.Since(start))
	}
	close(stop)
	<-done
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
