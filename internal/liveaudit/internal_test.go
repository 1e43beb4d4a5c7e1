package liveaudit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// TestMeanwhile: a call does not wait longer than its own time: it is given the last report, as a stale one, or told that
// there is none yet.
func TestMeanwhile(t *testing.T) {
	w := servertest.New(t)
	a := w.Account(t, "111122223333")
	l := New(Options{Store: w.Store, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	over, end := context.WithCancel(t.Context())
	end()
	l.turn <- struct{}{} // somebody else's audit takes its time
	if _, _, err := l.result(over, a.ID); !errors.Is(err, api.AuditNotReadyException.New("")) {
		t.Errorf("no report yet: %v", err)
	}
	<-l.turn
	first, stale, err := l.result(t.Context(), a.ID)
	if err != nil || stale || first.account != a.Now() {
		t.Fatalf("stale %v: %v", stale, err)
	}
	l.turn <- struct{}{}
	a.Put(t, &directory.Group{ID: "AGPA0000000000000001", Name: "new", Path: "/"})
	if again, stale, err := l.result(over, a.ID); err != nil || !stale || again != first {
		t.Errorf("stale %v, the same %v: %v", stale, again == first, err)
	}
	<-l.turn
	for stale = true; stale; { // each call waits for the run
		if first, stale, err = l.result(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
	}
	if first.account.Group("new") == nil {
		t.Error("the report is of the account as it was")
	}
}

// TestFailure: what makes an audit impossible is said, and the next call tries again.
func TestFailure(t *testing.T) {
	w := servertest.New(t)
	l := New(Options{Store: w.Store, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if _, _, err := l.result(t.Context(), "111122223333"); err == nil || errors.Is(err, api.AuditNotReadyException.New("")) {
		t.Errorf("an account that is not there: %v", err)
	}
	w.Account(t, "111122223333")
	if _, stale, err := l.result(t.Context(), "111122223333"); err != nil || stale {
		t.Errorf("now that it is: stale %v, %v", stale, err)
	}
}

// TestClosed: after Close nothing begins, also what was resting; the last report is there still.
func TestClosed(t *testing.T) {
	w := servertest.New(t)
	a := w.Account(t, "111122223333")
	l := New(Options{Store: w.Store, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	first, _, err := l.result(t.Context(), a.ID)
	servertest.Check(t, err)
	l.turn <- struct{}{}
	a.Put(t, &directory.Group{ID: "AGPA0000000000000001", Name: "new", Path: "/"})
	l.Close()
	if r, stale, err := l.result(t.Context(), a.ID); err != nil || !stale || r != first {
		t.Errorf("stale %v, the same %v: %v", stale, r == first, err)
	}
	if _, _, err := l.result(t.Context(), "444455556666"); err == nil {
		t.Error("an audit began")
	}
}

// TestKept: of too many findings the gravest are kept, and the others counted.
func TestKept(t *testing.T) {
	all := []audit.Finding{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	for most, want := range map[int]int{0: 3, 2: 1, 3: 0, 4: 0} {
		if some, omitted := kept(all, most); omitted != want || len(some) != 3-want || len(some) > 0 && some[0].ID != "a" {
			t.Errorf("at most %d: %d, and %d omitted", most, len(some), omitted)
		}
	}
}

// TestFewReportsKept: of many accounts those that were asked for last have one.
func TestFewReportsKept(t *testing.T) {
	now := time.Unix(0, 0)
	l := New(Options{Now: func() time.Time { now = now.Add(time.Second); return now }})
	for i := range 3 * mostAccounts {
		l.standing("first").last = &result{}
		l.standing(fmt.Sprint(i)).last = &result{}
	}
	if len(l.accounts) != mostAccounts || l.accounts["first"] == nil || l.accounts[fmt.Sprint(3*mostAccounts-1)] == nil {
		t.Errorf("%d accounts: %v", len(l.accounts), l.accounts)
	}
}

// FuzzPlace: what openPlace reads, token writes again.
func FuzzPlace(f *testing.F) {
	f.Add(place{severity: 3, check: "root-mfa", resource: "arn:aws:iam::111122223333:root", id: "root-mfa-0123456789ab"}.token())
	f.Add("bG93CgoK")
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		p, err := openPlace(token)
		if err != nil {
			return
		}
		if q, err := openPlace(p.token()); err != nil || q != p {
			t.Errorf("%q: %+v, then %+v, %v", token, p, q, err)
		}
	})
}
