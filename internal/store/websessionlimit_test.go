package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
)

func TestWebSessionLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSignIns(t)
		idle, _ := s.signIn("AIDAALICE", directory.SignInComplete)
		busy, id := s.signIn("AIDAALICE", directory.SignInComplete)
		onItsWay, _ := s.signIn("AIDAALICE", directory.SignInSecondFactor)
		touch := func(cookie string) {
			w, ok := s.WebSession(cookie, time.Now())
			if !ok {
				t.Fatalf("it has ended after %v", time.Since(w.Made))
			}
			s.TouchWebSession(w, time.Now())
		}
		revision := s.Snapshot().Revision()
		for range 10 { // 14 minutes
			touch(busy)
			touch(onItsWay)
			time.Sleep(84 * time.Second)
		}
		if s.Snapshot().Revision() != revision {
			t.Error("to be seen changed the state")
		}
		s.want("on its way, just before its end", onItsWay, true)
		time.Sleep(time.Minute)
		s.want("on its way, though it was seen", onItsWay, false)
		time.Sleep(15*time.Minute - 1)
		s.want("idle, just before its end", idle, true)
		if all := s.WebSessions(here, "AIDAALICE", time.Now()); len(all) != 2 || all[0].ID != id {
			t.Errorf("the last seen is %+v", all)
		}
		time.Sleep(time.Nanosecond)
		s.want("idle", idle, false)
		touch(busy)
		s.restart()
		w, _ := s.WebSession(busy, time.Now())
		if w == nil || time.Since(w.Seen) > seenStep {
			t.Fatalf("after a restart %+v", w)
		}
		for time.Since(w.Made) < 12*time.Hour-20*time.Minute {
			time.Sleep(20 * time.Minute)
			touch(busy)
		}
		time.Sleep(time.Until(w.Made.Add(12*time.Hour)) - 1)
		s.want("just before its end", busy, true)
		time.Sleep(time.Nanosecond)
		s.want("after twelve hours", busy, false)
		s.TouchWebSession(w, time.Now())
		s.want("and touched", busy, false)
	})
}

// A person who is seen a thousand times costs a write or two.
func TestSeenIsWrittenLazily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSignIns(t)
		cookie, _ := s.signIn("AIDAALICE", directory.SignInComplete)
		time.Sleep(time.Minute)
		w, _ := s.WebSession(cookie, time.Now())
		syncs := s.engine.syncs
		for range 1000 {
			s.TouchWebSession(w, time.Now())
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := s.engine.syncs - syncs; n != 1 {
			t.Errorf("%d syncs", n)
		}
	})
}

// A principal has a bounded number of sessions, and who has no more than the password pushes no complete one out.
func TestWebSessionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSignIns(t)
		bobs, _ := s.signIn("AIDABOB", directory.SignInComplete)
		var complete, onTheirWay, ids []string
		for range maxWebSessions + 2 {
			cookie, _ := s.signIn("AIDAALICE", directory.SignInComplete)
			complete = append(complete, cookie)
			time.Sleep(time.Second)
		}
		for range maxSignIns + 30 {
			cookie, id := s.signIn("AIDAALICE", directory.SignInSecondFactor)
			onTheirWay, ids = append(onTheirWay, cookie), append(ids, id)
			time.Sleep(time.Second)
		}
		open := func(cookies []string) []string {
			return slices.DeleteFunc(slices.Clone(cookies), func(c string) bool { return !s.opens(c) })
		}
		if got := open(complete); !slices.Equal(got, complete[2:]) {
			t.Errorf("%d complete ones are left", len(got))
		}
		if got := open(onTheirWay); !slices.Equal(got, onTheirWay[30:]) {
			t.Errorf("%d on their way are left", len(got))
		}
		// Completing one takes the place of the oldest complete one.
		s.must(func(tx *Tx) error {
			_, c, err := tx.RenewWebSession(ids[len(ids)-1], func(w *directory.WebSession) { w.Stage = directory.SignInComplete })
			complete = append(complete, c.Show())
			return err
		})
		if got := open(complete); !slices.Equal(got, complete[3:]) {
			t.Errorf("%d complete ones are left", len(got))
		}
		s.want("bob's", bobs, true)
		// To end all of them is one transaction, whatever is noted of them.
		for _, w := range s.WebSessions(here, "AIDAALICE", time.Now()) {
			s.Touch(here, w.ID, Use{At: time.Now(), Service: "signin"})
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		s.must(func(tx *Tx) error {
			if n := tx.EndWebSessions("AIDAALICE", ""); n != maxWebSessions+maxSignIns-1 {
				t.Errorf("%d ended", n)
			}
			return nil
		})
		if n := countUses(s.engine); n != 0 {
			t.Errorf("%d times of being seen are left", n)
		}
	})
}

// Records of ended sessions go away by themselves, and those of others do not.
func TestWebSessionsAreSwept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSignIns(t)
		records := func() (n int) {
			for _, key := range s.engine.keys() {
				if strings.HasPrefix(key, entityKey(here, "websession/")) {
					n++
				}
			}
			return n
		}
		var all []directory.Entity
		for i := range 2*sweepAtATime + 3 {
			id := fmt.Sprint("AIDA", i)
			all = append(all, &directory.WebSession{ID: fmt.Sprint("WEBS", i), Principal: id, Expires: time.Now().Add(time.Hour)})
		}
		for some := range slices.Chunk(all, 50) {
			mustPut(t, s.Store, here, some...)
		}
		cookie, _ := s.signIn("AIDAALICE", directory.SignInComplete)
		s.engine.onSync(func(int) error { return kv.ErrFull })
		time.Sleep(sweepEvery + time.Second)
		synctest.Wait()
		s.engine.onSync(nil)
		if n := records(); n != len(all)+1 {
			t.Errorf("%d records with a full disk", n)
		}
		time.Sleep(sweepEvery)
		synctest.Wait()
		if n := records(); n != 1 {
			t.Errorf("%d records", n)
		}
		s.want("what was not swept", cookie, true)
		time.Sleep(defaultIdle)
		synctest.Wait()
		if n := records(); n != 0 {
			t.Errorf("%d records of idle sessions", n)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// What browsers say of themselves is bounded and prints.
func TestWebSessionTexts(t *testing.T) {
	for text, want := range map[string]string{
		"Browser/1 (X; Y)": "Browser/1 (X; Y)", "": "", "a\r\nb\x00c\x1b[31m": "abc[31m", "\xff\xfeok": "ok", "\u202eevil": "evil",
		strings.Repeat("é", maxAgent): strings.Repeat("é", maxAgent/2), "x" + strings.Repeat("é", maxAgent): "x" + strings.Repeat("é", (maxAgent-1)/2),
	} {
		if got := printable(text, maxAgent); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// FuzzSplitCookie: what is taken for a cookie has one spelling.
func FuzzSplitCookie(f *testing.F) {
	cookie, _ := newCookie(here, webSessionPrefix+"ABCDEFGHIJKLMNOPQ")
	for _, seed := range []string{cookie.Show(), "", "..", here + ".x.y", strings.Repeat(".", len(cookie.Show()))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		account, id, secret, ok := splitCookie(text)
		if ok && (account+"."+id+"."+secret != text || len(account) != accountLen || len(id) != webSessionLen || len(secret) != secretLen) {
			t.Errorf("%q is taken apart into %q, %q and %q", text, account, id, secret)
		}
	})
}
