package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/seal"
)

// signIns is a store with alice and bob, who have passwords; alice has a phone.
type signIns struct {
	*Store
	t       *testing.T
	engine  *memKV
	keyring *seal.Keyring
}

func newSignIns(t *testing.T) *signIns {
	s := &signIns{t: t, engine: newMemKV(t), keyring: testKeyring(t)}
	s.Store = testOpen(t, s.engine, s.keyring)
	mustPut(t, s.Store, here,
		&directory.AccountInfo{ID: here}, user("alice"), user("bob"), password("AIDAALICE", "old"), password("AIDABOB", "bob's"), password(here, "root's"),
		&directory.MFADevice{ID: "D1", Kind: directory.VirtualMFA, Path: "/", Name: "phone", User: "AIDAALICE"})
	return s
}

func password(user, sealed string) *directory.LoginProfile {
	return &directory.LoginProfile{User: user, Sealed: []byte(sealed)}
}

// restart opens the store anew on what is on disk.
func (s *signIns) restart() {
	s.t.Helper()
	if err := s.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.Store = testOpen(s.t, s.engine, s.keyring)
}

func (s *signIns) change(fn func(tx *Tx) error) error {
	_, err := s.Update(s.t.Context(), &Change{Account: here}, func(tx *Tx) ([]byte, error) { return nil, fn(tx) })
	return err
}

func (s *signIns) must(fn func(tx *Tx) error) {
	s.t.Helper()
	if err := s.change(fn); err != nil {
		s.t.Fatal(err)
	}
}

// signIn starts a session and gives its cookie and id.
func (s *signIns) signIn(principal string, stage directory.SignInStage) (cookie, id string) {
	s.t.Helper()
	s.must(func(tx *Tx) error {
		w, c, err := tx.StartWebSession(directory.WebSession{
			Principal: principal, Stage: stage, Method: directory.SignInPassword, Proof: tx.Account().LoginProfile(principal).Fingerprint(),
			Address: "192.0.2.1", Agent: "Browser/1",
		})
		if err == nil {
			cookie, id = c.Show(), w.ID
		}
		return err
	})
	return cookie, id
}

func (s *signIns) opens(cookie string) bool {
	_, ok := s.WebSession(cookie, time.Now())
	return ok
}

func (s *signIns) want(what, cookie string, opens bool) {
	s.t.Helper()
	if s.opens(cookie) != opens {
		s.t.Errorf("%s: the cookie opens: %t", what, !opens)
	}
}

func TestWebSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSignIns(t)
		begun := time.Now().UTC().Truncate(time.Second)
		cookie, id := s.signIn("AIDAALICE", directory.SignInComplete)
		other, _ := s.signIn("AIDABOB", directory.SignInComplete)
		root, _ := s.signIn(here, directory.SignInComplete)
		for range 2 {
			w, ok := s.WebSession(cookie, time.Now())
			if !ok || w.ID != id || w.Account != here || w.Principal != "AIDAALICE" || !w.Complete() || !w.Made.Equal(begun) ||
				!w.Seen.Equal(begun) || !w.Ends.Equal(begun.Add(30*time.Minute)) || !w.Expires.Equal(begun.Add(12*time.Hour)) ||
				w.Address != "192.0.2.1" || w.Agent != "Browser/1" {
				t.Errorf("session %+v", w)
			}
			s.want("another user's", other, true)
			s.want("the root user's", root, true)
			s.restart()
		}
		if all := s.WebSessions(here, "AIDAALICE", time.Now()); len(all) != 1 || all[0].ID != id {
			t.Errorf("alice has %v", all)
		}
		if s.WebSessions(elsewhere, "AIDAALICE", time.Now()) != nil {
			t.Error("sessions in an account that is not there")
		}
		if w, ok := s.WebSessionByID(here, id, time.Now()); !ok || w.Principal != "AIDAALICE" {
			t.Errorf("by its id: %v", w)
		}
	})
}

// Every change of a cookie makes it open nothing, and so does all that can be read in the store.
func TestCookieIsAllOrNothing(t *testing.T) {
	s := newSignIns(t)
	cookie, id := s.signIn("AIDAALICE", directory.SignInComplete)
	_, others := s.signIn("AIDABOB", directory.SignInComplete)
	w, _ := s.WebSession(cookie, time.Now())
	secret := cookie[strings.LastIndexByte(cookie, '.')+1:]
	sum := sha256.Sum256([]byte(secret))
	if !bytes.Equal(sum[:], w.Hash) {
		t.Error("the record's hash is not that of the secret")
	}
	for i := range cookie {
		for _, c := range []byte("Az0.-_\x00") {
			if changed := cookie[:i] + string(c) + cookie[i+1:]; changed != cookie && s.opens(changed) {
				t.Errorf("%q opens, with another character at %d", changed, i)
			}
		}
	}
	head := here + "." + id + "."
	for name, bad := range map[string]string{
		"nothing": "", "the id": id, "no secret": head, "dots": "..", "half a secret": cookie[:len(cookie)-1], "longer": cookie + "A",
		"the stored hash in hex": head + hex.EncodeToString(w.Hash), "the stored hash": head + string(w.Hash),
		"the stored hash, as long as a secret": head + hex.EncodeToString(w.Hash)[:secretLen],
		"the proof":                            head + string(w.Proof),
		"another's session":                    here + "." + others + "." + secret,
		"another account":                      elsewhere + "." + id + "." + secret,
		"lower case":                           strings.ToLower(cookie),
		"with padding":                         cookie + "=",
		"with space":                           " " + cookie[:len(cookie)-1],
	} {
		s.want(name, bad, false)
	}
	s.want("the cookie itself", cookie, true)
	for key, value := range s.engine.data {
		if strings.Contains(key, secret) || bytes.Contains(value, []byte(secret)) {
			t.Errorf("record %s holds the secret", key)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", Cookie{}, w, s.Store); strings.Contains(text, secret) {
		t.Error("the secret prints")
	}
}

// What a session rests on ends it, before anything is swept away, and after a restart too.
func TestWebSessionEnds(t *testing.T) {
	for name, end := range map[string]func(tx *Tx, id string) error{
		"signed out":      func(tx *Tx, id string) error { tx.EndWebSession(id); return nil },
		"everywhere":      func(tx *Tx, _ string) error { tx.EndWebSessions("AIDAALICE", ""); return nil },
		"user deleted":    func(tx *Tx, _ string) error { tx.Delete(user("alice")); return nil },
		"password gone":   func(tx *Tx, _ string) error { tx.Delete(password("AIDAALICE", "")); return nil },
		"new password":    func(tx *Tx, _ string) error { return tx.Put(password("AIDAALICE", "new")) },
		"set by somebody": func(tx *Tx, _ string) error { return tx.PutLoginProfile(password("AIDAALICE", "new"), "") },
		"set in a session of another user": func(tx *Tx, _ string) error {
			others := tx.Account().WebSessionsOf("AIDABOB", tx.Now())[0]
			return tx.PutLoginProfile(password("AIDAALICE", "new"), others.ID)
		},
		"deleted and made anew": func(tx *Tx, _ string) error {
			tx.Delete(password("AIDAALICE", ""))
			return tx.Put(password("AIDAALICE", "the same words, hashed again"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSignIns(t)
			cookie, id := s.signIn("AIDAALICE", directory.SignInComplete)
			bobs, _ := s.signIn("AIDABOB", directory.SignInComplete)
			s.must(func(tx *Tx) error { return end(tx, id) })
			for range 2 {
				s.want("ended", cookie, false)
				s.want("another user's", bobs, true)
				if _, ok := s.WebSessionByID(here, id, time.Now()); ok {
					t.Error("it is there by its id")
				}
				s.restart()
			}
			if err := s.change(func(tx *Tx) error {
				_, _, err := tx.RenewWebSession(id, func(*directory.WebSession) {})
				return err
			}); !errors.Is(err, ErrNoWebSession) {
				t.Errorf("an ended session is renewed: %v", err)
			}
			s.must(func(tx *Tx) error {
				if tx.EndWebSession(id) {
					t.Error("it ends twice")
				}
				return nil
			})
		})
	}
}

// The user's own change of password ends all sessions but the one that it was made in.
func TestPasswordChangedInSession(t *testing.T) {
	s := newSignIns(t)
	stolen, _ := s.signIn("AIDAALICE", directory.SignInComplete)
	own, id := s.signIn("AIDAALICE", directory.SignInComplete)
	s.must(func(tx *Tx) error { return tx.PutLoginProfile(password("AIDAALICE", "new"), id) })
	s.restart()
	s.want("the other", stolen, false)
	s.want("the own", own, true)
	s.must(func(tx *Tx) error {
		if n := tx.EndWebSessions("AIDAALICE", id); n != 0 {
			t.Errorf("%d ended that had ended", n)
		}
		return nil
	})
	s.want("the own", own, true)
}

// A session that goes with a device goes with the device.
func TestWebSessionOfDevice(t *testing.T) {
	s := newSignIns(t)
	start := func(device string) (cookie string, err error) {
		err = s.change(func(tx *Tx) error {
			_, c, err := tx.StartWebSession(directory.WebSession{
				Principal: "AIDAALICE", Stage: directory.SignInComplete, Method: directory.SignInPassword, Device: device, MFA: tx.Now(),
				Proof: tx.Account().LoginProfile("AIDAALICE").Fingerprint(),
			})
			cookie = c.Show()
			return err
		})
		return cookie, err
	}
	cookie, err := start("D1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := start("D2"); !errors.Is(err, ErrNoWebSession) {
		t.Errorf("a session of no device: %v", err)
	}
	s.want("with the device", cookie, true)
	mustPut(t, s.Store, here, &directory.MFADevice{ID: "D1", Kind: directory.VirtualMFA, Path: "/", Name: "phone"})
	s.want("deactivated", cookie, false)
}

// A password that was verified and is another by now begins no session.
func TestWebSessionOfOldPassword(t *testing.T) {
	s := newSignIns(t)
	verified := s.Snapshot().Account(here).LoginProfile("AIDAALICE").Fingerprint()
	mustPut(t, s.Store, here, password("AIDAALICE", "new"))
	for name, proof := range map[string][]byte{"the old one's": verified, "none": nil} {
		err := s.change(func(tx *Tx) error {
			_, _, err := tx.StartWebSession(directory.WebSession{Principal: "AIDAALICE", Stage: directory.SignInComplete, Proof: proof})
			return err
		})
		if !errors.Is(err, ErrNoWebSession) {
			t.Errorf("with the proof %s: %v", name, err)
		}
	}
	for _, principal := range []string{"AIDANOBODY", "", elsewhere} {
		if err := s.change(func(tx *Tx) error {
			_, _, err := tx.StartWebSession(directory.WebSession{Principal: principal, Stage: directory.SignInComplete})
			return err
		}); !errors.Is(err, ErrNoWebSession) {
			t.Errorf("of %q: %v", principal, err)
		}
	}
	if n := s.Snapshot().Account(here).Len(); n != 7 {
		t.Errorf("%d records, sessions were left behind", n)
	}
}

// Whoever fixed a cookie in a browser has nothing when its user has given the second factor there.
func TestWebSessionFixation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSignIns(t)
		begun := time.Now().UTC().Truncate(time.Second)
		fixed, id := s.signIn("AIDAALICE", directory.SignInSecondFactor)
		if w, ok := s.WebSession(fixed, time.Now()); !ok || w.Complete() || !w.Ends.Equal(begun.Add(signInTime)) {
			t.Errorf("on its way: %+v", w)
		}
		time.Sleep(10 * time.Minute)
		var cookie string
		s.must(func(tx *Tx) error {
			w, c, err := tx.RenewWebSession(id, func(w *directory.WebSession) {
				w.Stage, w.MFA, w.Device = directory.SignInComplete, tx.Now(), "D1"
				w.ID, w.Principal, w.Expires, w.Proof = "WEBSX", "AIDABOB", tx.Now().Add(1000*time.Hour), nil // not for callers to change
			})
			if err == nil && w.ID != id {
				t.Errorf("the session's id became %s", w.ID)
			}
			cookie = c.Show()
			return err
		})
		s.want("the fixed one", fixed, false)
		w, ok := s.WebSession(cookie, time.Now())
		if !ok || w.Principal != "AIDAALICE" || !w.Complete() || !w.Made.Equal(begun) || !w.Expires.Equal(begun.Add(10*time.Minute+12*time.Hour)) {
			t.Errorf("renewed %+v", w)
		}
		// A further renewal lasts no longer.
		time.Sleep(10 * time.Minute)
		s.must(func(tx *Tx) error {
			_, c, err := tx.RenewWebSession(id, func(w *directory.WebSession) { w.MFA = tx.Now() })
			cookie = c.Show()
			return err
		})
		if again, ok := s.WebSession(cookie, time.Now()); !ok || !again.Expires.Equal(w.Expires) {
			t.Errorf("renewed again %+v", again)
		}
		// One that has to be proven anew has the time of a sign-in.
		s.must(func(tx *Tx) error {
			_, c, err := tx.RenewWebSession(id, func(w *directory.WebSession) { w.Stage = directory.SignInNewPassword })
			cookie = c.Show()
			return err
		})
		time.Sleep(signInTime)
		s.want("taken back", cookie, false)
	})
}

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
		time.Sleep(1)
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
		time.Sleep(1)
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
