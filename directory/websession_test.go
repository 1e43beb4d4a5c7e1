package directory

import (
	"crypto/sha256"
	"slices"
	"testing"
	"time"
)

var signedIn = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// webSessionState is an account with alice, her password and phone, the root user's password, and a session of each.
func webSessionState() []Entity {
	alice := &LoginProfile{User: "AIDA1", Sealed: []byte("alice's")}
	root := &LoginProfile{User: "111122223333", Sealed: []byte("root's")}
	hash := sha256.Sum256([]byte("secret"))
	session := func(id, principal string, p *LoginProfile, device string, made int) *WebSession {
		return &WebSession{
			ID: id, Principal: principal, Stage: SignInComplete, Method: SignInPassword, Made: signedIn.Add(time.Duration(made) * time.Second),
			Expires: signedIn.Add(time.Hour), Device: device, Hash: hash[:], Proof: p.Fingerprint(),
		}
	}
	return []Entity{
		&AccountInfo{ID: "111122223333"}, &User{ID: "AIDA1", Name: "alice", Path: "/"}, alice, root,
		&MFADevice{ID: "D1", Kind: VirtualMFA, Path: "/", Name: "phone", User: "AIDA1"},
		session("WEBS1", "AIDA1", alice, "D1", 2), session("WEBS2", "AIDA1", alice, "", 1), session("WEBS3", "111122223333", root, "", 0),
	}
}

// A session ends with its time and with whatever it rests on.
func TestWebSessionStands(t *testing.T) {
	alice, phone := &LoginProfile{User: "AIDA1"}, &MFADevice{ID: "D1", Kind: VirtualMFA, Path: "/", Name: "phone"}
	given := func(user string) *MFADevice { d := phone.Clone(); d.User = user; return d }
	for name, c := range map[string]struct {
		puts, deletes []Entity
		at            time.Duration
		want          []string
	}{
		"all is as it was":          {want: []string{"WEBS1", "WEBS2", "WEBS3"}},
		"the last moment":           {at: time.Hour - 1, want: []string{"WEBS1", "WEBS2", "WEBS3"}},
		"the time is over":          {at: time.Hour},
		"the user is gone":          {deletes: []Entity{&User{ID: "AIDA1"}}, want: []string{"WEBS3"}},
		"the user has a new name":   {puts: []Entity{&User{ID: "AIDA1", Name: "alicia", Path: "/"}}, want: []string{"WEBS1", "WEBS2", "WEBS3"}},
		"the name is another's":     {deletes: []Entity{&User{ID: "AIDA1"}}, puts: []Entity{&User{ID: "AIDA2", Name: "alice", Path: "/"}}, want: []string{"WEBS3"}},
		"the password is gone":      {deletes: []Entity{alice}, want: []string{"WEBS3"}},
		"the password is another":   {puts: []Entity{&LoginProfile{User: "AIDA1", Sealed: []byte("new")}}, want: []string{"WEBS3"}},
		"a reset is required":       {puts: []Entity{&LoginProfile{User: "AIDA1", Sealed: []byte("alice's"), ResetRequired: true}}, want: []string{"WEBS1", "WEBS2", "WEBS3"}},
		"root's password is gone":   {deletes: []Entity{&LoginProfile{User: "111122223333"}}, want: []string{"WEBS1", "WEBS2"}},
		"the device is gone":        {deletes: []Entity{phone}, want: []string{"WEBS2", "WEBS3"}},
		"the device is nobody's":    {puts: []Entity{given("")}, want: []string{"WEBS2", "WEBS3"}},
		"the device is somebody's":  {puts: []Entity{given("AIDA2")}, want: []string{"WEBS2", "WEBS3"}},
		"the session is gone":       {deletes: []Entity{&WebSession{ID: "WEBS2"}}, want: []string{"WEBS1", "WEBS3"}},
		"the session is for nobody": {puts: []Entity{&WebSession{ID: "WEBS3", Principal: "AIDA9", Expires: signedIn.Add(time.Hour)}}, want: []string{"WEBS1", "WEBS2"}},
	} {
		s := New(NewLibrary(nil)).With(1, "111122223333", webSessionState(), nil).With(2, "111122223333", c.puts, c.deletes)
		a, now := s.Account("111122223333"), signedIn.Add(c.at)
		var got, listed []string
		for _, id := range []string{"WEBS1", "WEBS2", "WEBS3", "WEBS4", ""} {
			if w := a.WebSession(id, now); w != nil {
				got = append(got, w.ID)
			}
		}
		for _, principal := range []string{"AIDA1", "111122223333", "AIDA9"} {
			for _, w := range a.WebSessionsOf(principal, now) {
				listed = append(listed, w.ID)
			}
		}
		slices.Sort(listed)
		if !slices.Equal(got, c.want) || !slices.Equal(listed, c.want) {
			t.Errorf("%s: %v stand and %v are listed, want %v", name, got, listed, c.want)
		}
	}
}

func TestWebSessionOpens(t *testing.T) {
	a := New(NewLibrary(nil)).With(1, "111122223333", webSessionState(), nil).Account("111122223333")
	w := a.WebSession("WEBS1", signedIn)
	for secret, want := range map[string]bool{"secret": true, "": false, "secrets": false, "Secret": false, string(w.Hash): false} {
		if w.OpensWith([]byte(secret)) != want {
			t.Errorf("%q opens: %t", secret, !want)
		}
	}
	if (&WebSession{}).OpensWith(nil) {
		t.Error("a session without a hash opens")
	}
	if got := a.WebSessionsOf("AIDA1", signedIn); len(got) != 2 || got[0].ID != "WEBS2" {
		t.Errorf("the first made is %v", got)
	}
	var after []string
	for w := range a.WebSessionsAfter("WEBS1") {
		after = append(after, w.ID)
	}
	if !slices.Equal(after, []string{"WEBS2", "WEBS3"}) {
		t.Errorf("after the first: %v", after)
	}
}
