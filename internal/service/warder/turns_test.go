package warder_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/turns"
)

// TestExpensive: while as many calls of an account are worked on and wait as may, each operation that takes long says so at
// once, and when to come again; what takes no time is answered as ever. Another account waits for its turn alone.
func TestExpensive(t *testing.T) {
	f := newFixture(t)
	admin := f.Admin(t, "admin")
	_, done, err := f.turns.Take(t.Context(), account)
	servertest.Check(t, err)
	fill(t, f.turns)

	for _, c := range []struct{ method, target, body string }{
		{http.MethodPost, "/policies/v1/preview", `{"changes":[{"call":"AttachUserPolicy","userName":"bob","policyArn":"` + servertest.Administrator + `"}]}`},
		{http.MethodGet, "/map/v1/graph", ""},
		{http.MethodGet, "/map/v1/reach?to=" + "arn:aws:iam::" + account + ":user/bob", ""},
		{http.MethodPost, "/audit/v1/findings/root-mfa-000000000000/preview", "{}"},
	} {
		resp, err := admin.Client.Do(admin.RESTRequest(t, "warder", c.method, c.target, c.body, nil, time.Now()))
		servertest.Check(t, err)
		servertest.Check(t, resp.Body.Close())
		if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("X-Amzn-Errortype") != "ThrottlingException" || resp.Header.Get("Retry-After") != "8" {
			t.Errorf("%s: %d %v", c.target, resp.StatusCode, resp.Header)
		}
	}
	if a := admin.REST(t, "warder", http.MethodGet, "/audit/v1/summary", "", nil); a.Status != http.StatusOK {
		t.Errorf("the summary: %d %s", a.Status, a.Body)
	}
	done()
	if r, p := previewOf(t, admin, `[{"call":"AttachUserPolicy","userName":"bob","policyArn":"arn:aws:iam::aws:policy/IAMUserChangePassword"}]`); r.Status != http.StatusOK || p.Unfinished {
		t.Errorf("with a turn: %d %s", r.Status, r.Body)
	}
}

// fill has as many wait for a turn of the account as may, until the test ends or each got one.
func fill(t *testing.T, all *turns.Turns) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		waiting.Wait()
	})
	full := make(chan struct{}, 1)
	for range turns.MostWaiting + 1 {
		waiting.Go(func() {
			_, done, err := all.Take(ctx, account)
			switch {
			case errors.Is(err, turns.ErrBusy):
				full <- struct{}{}
			case err == nil:
				done()
			}
		})
	}
	<-full
}
