package bench

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/sigv4"
)

// request is what the n-th call of a crew sends.
type request struct {
	name   string
	signer *sigv4.Signer
	form   func(n int) string
}

const iamForm = "&Version=2010-05-08"

func getCallerIdentity(a *account) request {
	return request{"GetCallerIdentity", a.sts(), func(int) string { return "Action=GetCallerIdentity&Version=2011-06-15" }}
}

// createUser makes users whose names begin with prefix.
func createUser(a *account, prefix string) request {
	return request{"CreateUser", a.iam(), func(n int) string {
		return "Action=CreateUser" + iamForm + "&UserName=" + prefix + strconv.Itoa(n)
	}}
}

func deleteUser(a *account, prefix string) request {
	return request{"DeleteUser", a.iam(), func(n int) string {
		return "Action=DeleteUser" + iamForm + "&UserName=" + prefix + strconv.Itoa(n)
	}}
}

// crew is so many clients of one server.
type crew []*client

func hire(tb testing.TB, p *process, size int) crew {
	tb.Helper()
	made := make(crew, size)
	for i := range made {
		var err error
		made[i], err = dial(p.address, rand.Text())
		check(tb, err)
		tb.Cleanup(func() { check(tb, made[i].close()) })
	}
	return made
}

// run makes the calls first to first+n-1, every client one after the other, and tells how long that took. Every answer
// must be 200: a server that refuses is fast.
func (c crew) run(tb testing.TB, r request, first, n int) time.Duration {
	tb.Helper()
	var next atomic.Int64
	next.Store(int64(first))
	errs := make([]error, len(c))
	start := time.Now()
	var clients sync.WaitGroup
	for i, one := range c[:min(len(c), n)] {
		clients.Go(func() {
			for errs[i] == nil {
				call := int(next.Add(1)) - 1
				if call >= first+n {
					return
				}
				errs[i] = one.must(r.signer, r.form(call))
			}
		})
	}
	clients.Wait()
	took := time.Since(start)
	if err := errors.Join(errs...); err != nil {
		tb.Fatalf("%s: %v", r.name, err)
	}
	return took
}

// must calls and gives an error unless the answer is 200.
func (c *client) must(s *sigv4.Signer, form string) error {
	status, body, err := c.call(s, form)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("answer %d to %s: %s", status, form, body)
	}
	return err
}
