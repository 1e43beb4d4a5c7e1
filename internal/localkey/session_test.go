package localkey

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/internal/apiclient"
)

// fakeSTS answers as STS does and counts what it made.
type fakeSTS struct {
	mu      sync.Mutex
	made    int
	wantMFA bool
	life    time.Duration
	last    url.Values
}

func (f *fakeSTS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	action := form.Get("Action")
	switch {
	case action == "GetCallerIdentity":
		fmt.Fprintf(w, "<R><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/team/a</Arn><Account>111122223333</Account></GetCallerIdentityResult></R>")
	case action == "ListMFADevices":
		fmt.Fprintf(w, "<R><ListMFADevicesResult><MFADevices><member><SerialNumber>arn:aws:iam::111122223333:u2f/user/a/k</SerialNumber></member>"+
			"<member><SerialNumber>arn:aws:iam::111122223333:mfa/a</SerialNumber></member></MFADevices></ListMFADevicesResult></R>")
	case f.wantMFA && form.Get("TokenCode") != "123456":
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
	default:
		f.made++
		f.last = form
		fmt.Fprintf(w, "<R><%[1]sResult><Credentials><AccessKeyId>ASIA%[2]d</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"+
			"<Expiration>%[3]s</Expiration></Credentials></%[1]sResult></R>", action, f.made, time.Now().Add(f.life).UTC().Format(time.RFC3339))
	}
}

// memory is a Place.
type memory map[string]string

func (m memory) Load(id string) (Key, error) {
	if secret, ok := m[id]; ok {
		return Key{id, secret}, nil
	}
	return Key{}, ErrNoKey
}
func (m memory) Save(k Key) error       { m[k.ID] = k.Secret; return nil }
func (m memory) Remove(id string) error { delete(m, id); return nil }

func newSource(t *testing.T, f *fakeSTS) *Source {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	client, err := apiclient.New(server.URL, "", "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	k := keyNumber(0)
	return &Source{Client: client, Endpoint: server.URL, KeyID: k.ID, Place: memory{k.ID: k.Secret}, Duration: f.life, CacheDir: filepath.Join(t.TempDir(), "c"),
		Code: func(string) (string, error) { return "", errors.New("nobody is asked") }}
}

// Callers at the same time get one session, from a file for its owner alone.
func TestConcurrentGet(t *testing.T) {
	f := &fakeSTS{life: time.Hour}
	s := newSource(t, f)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			got, err := s.Get(t.Context())
			if err != nil || got.AccessKeyId != "ASIA1" {
				t.Errorf("%v %v", got, err)
			}
		})
	}
	wg.Wait()
	files, err := filepath.Glob(filepath.Join(s.CacheDir, "*"))
	if err != nil || f.made != 1 || len(files) != 2 {
		t.Errorf("made %d; %v %v", f.made, files, err)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
		if text, err := os.ReadFile(name); err != nil || strings.Contains(string(text), keyNumber(0).Secret) {
			t.Errorf("%s shows the long-term secret (%v)", name, err)
		}
	}
}

// A cached session is given until it is near its end. What is broken in the cache is made anew.
func TestFresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := &Session{1, "ASIA1", "s", "t", time.Now().Add(time.Hour)}
		s := &Source{Duration: time.Hour}
		for _, at := range []struct {
			pass time.Duration
			want bool
		}{{0, true}, {45*time.Minute - time.Second, true}, {time.Second, false}, {time.Hour, false}} {
			time.Sleep(at.pass)
			if got := s.fresh(made, time.Now()); got != at.want {
				t.Errorf("%v before its end: %v", time.Until(made.Expiration), got)
			}
		}
	})
}

func TestCache(t *testing.T) {
	f := &fakeSTS{life: time.Hour}
	s := newSource(t, f)
	expect := func(id string) {
		t.Helper()
		if got, err := s.Get(t.Context()); err != nil || got.AccessKeyId != id {
			t.Errorf("%v %v, want %s", got, err, id)
		}
	}
	expect("ASIA1")
	expect("ASIA1")
	path := filepath.Join(s.CacheDir, s.fingerprint()+".json")
	for _, broken := range []string{"", "x", "{}", `{"Version":1,"AccessKeyId":"ASIA9","Expiration":"2999-01-01T00:00:00Z"}`} {
		before := f.made
		writeFile(t, path, broken)
		expect(fmt.Sprintf("ASIA%d", before+1))
	}
	before := f.made
	if err := s.Forget(); err != nil {
		t.Fatal(err)
	}
	expect(fmt.Sprintf("ASIA%d", before+1))
	s.RoleARN = "arn:aws:iam::111122223333:role/r" // another session altogether
	expect(fmt.Sprintf("ASIA%d", before+2))
	if f.last.Get("RoleSessionName") != "user-a" || f.last.Get("DurationSeconds") != "3600" || f.last.Get("SerialNumber") != "" {
		t.Errorf("asked for %v", f.last)
	}
	delete(s.Place.(memory), s.KeyID)
	expect(fmt.Sprintf("ASIA%d", before+2)) // the key is not needed while the session lasts
	s.Duration *= 2
	if _, err := s.Get(t.Context()); !errors.Is(err, ErrNoKey) {
		t.Error(err)
	}
}

// A code is asked for where the profile names a device, and where a role's policy turns out to want one.
func TestMFA(t *testing.T) {
	const device = "arn:aws:iam::111122223333:mfa/a"
	for name, set := range map[string]func(*Source){
		"named":  func(s *Source) { s.MFASerial = device },
		"wanted": func(s *Source) { s.RoleARN = "arn:aws:iam::111122223333:role/r" },
	} {
		f := &fakeSTS{life: time.Hour, wantMFA: true}
		s := newSource(t, f)
		set(s)
		asked := ""
		s.Code = func(serial string) (string, error) { asked += serial; return "123456", nil }
		if _, err := s.Get(t.Context()); err != nil || asked != device || f.last.Get("SerialNumber") != device {
			t.Errorf("%s: asked for %q, sent %v: %v", name, asked, f.last, err)
		}
	}
	s := newSource(t, &fakeSTS{life: time.Hour, wantMFA: true})
	if _, err := s.Get(context.Background()); !apiclient.HasCode(err, "AccessDenied") {
		t.Errorf("a session without a role asks for no code of its own: %v", err)
	}
}

func TestSealed(t *testing.T) {
	asked := 0
	pass := "first"
	place := func() *Sealed {
		return &Sealed{Dir: t.TempDir(), Passphrase: func(bool) ([]byte, error) { asked++; return []byte(pass), nil }}
	}
	s, k := place(), keyNumber(1)
	if _, err := s.Load(k.ID); !errors.Is(err, ErrNoKey) {
		t.Error(err)
	}
	if err := s.Save(k); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Load(k.ID); err != nil || got.Secret != k.Secret || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
	files, _ := filepath.Glob(filepath.Join(s.Dir, "*"))
	for _, name := range files {
		text, err := os.ReadFile(name)
		info, _ := os.Stat(name)
		if err != nil || strings.Contains(string(text), k.Secret) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
	other := &Sealed{Dir: s.Dir, Passphrase: func(bool) ([]byte, error) { return []byte("wrong"), nil }}
	if _, err := other.Load(k.ID); err == nil || strings.Contains(err.Error(), k.Secret) {
		t.Error(err)
	}
	if err := errors.Join(s.Remove(k.ID), s.Remove(k.ID)); err != nil {
		t.Error(err)
	}
	for _, id := range []string{"", "../x", "AKIA", "ASIAAAAAAAAAAAAAAAAA"} {
		if _, err := s.Load(id); err == nil || errors.Is(err, ErrNoKey) || s.Remove(id) == nil || s.Save(Key{ID: id}) == nil {
			t.Errorf("%q is taken", id)
		}
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", k, k, k, &k); strings.Contains(shown, k.Secret) {
		t.Error(shown)
	}
}
