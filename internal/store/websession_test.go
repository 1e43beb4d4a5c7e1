package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/directory"
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
