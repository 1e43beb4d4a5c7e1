package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/trailstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// buffer takes what a server writes.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// place is where a server's files lie.
type place struct {
	Config
	text, log buffer
}

func newPlace(t *testing.T) *place {
	dir := t.TempDir()
	return &place{Config: Config{
		Data: filepath.Join(dir, "data"), Listen: "127.0.0.1:0", AccountID: "123456789012", LogFormat: "json",
		MasterKeyFile: filepath.Join(dir, "keys", "master.key"), AdminCredentials: filepath.Join(dir, "admin"),
	}}
}

func (p *place) start(t *testing.T) *App {
	t.Helper()
	a, err := p.tryStart(t)
	if err != nil {
		t.Fatalf("start: %v\n%s", err, p.log.String())
	}
	return a
}

func (p *place) tryStart(t *testing.T) (*App, error) {
	return Start(t.Context(), p.Config, Output{Text: &p.text, Log: &p.log})
}

// fails starts a server that must refuse with these words.
func (p *place) fails(t *testing.T, words ...string) error {
	t.Helper()
	a, err := p.tryStart(t)
	if err == nil {
		stop(t, a)
		t.Fatalf("it started; want an error with %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q lacks %q", err, w)
		}
	}
	return err
}

func stop(t *testing.T, a *App) {
	t.Helper()
	if err := a.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

type key struct{ id, secret string }

var keyForm = regexp.MustCompile(`aws_access_key_id = (AKIA\w{16})\naws_secret_access_key = (\S{40})\n`)

func (p *place) adminKey(t *testing.T) key {
	t.Helper()
	text, err := os.ReadFile(p.AdminCredentials)
	if err != nil {
		t.Fatal(err)
	}
	m := keyForm.FindStringSubmatch(string(text))
	if m == nil {
		t.Fatalf("no key in %q", text)
	}
	return key{m[1], m[2]}
}

// client makes a client whose connections end with the test.
func client(t *testing.T) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 5 * time.Minute}
}

// call makes a signed call and gives status and body.
func call(t *testing.T, c *http.Client, endpoint string, k key, service string, form url.Values) (int, string) {
	t.Helper()
	body := form.Encode()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	signer := sigv4.Signer{AccessKeyID: k.id, Secret: seal.NewSecret([]byte(k.secret)), Region: Region, Service: service}
	signed := &sigv4.Request{Method: req.Method, RawTarget: "/", Header: req.Header, Host: req.URL.Host, Body: []byte(body)}
	if err := signer.Sign(signed, time.Now()); err != nil {
		t.Fatal(err)
	}
	return answer(t, c, req)
}

func answer(t *testing.T, c *http.Client, req *http.Request) (int, string) {
	t.Helper()
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func get(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer(t, c, req)
}

var (
	callerIdentity = url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}}
	createBob      = url.Values{"Action": {"CreateUser"}, "Version": {"2010-05-08"}, "UserName": {"bob"}}
	createBobsKey  = url.Values{"Action": {"CreateAccessKey"}, "Version": {"2010-05-08"}, "UserName": {"bob"}}
)

// events are the names of the events on the trail.
func (p *place) events(t *testing.T) []string {
	t.Helper()
	var names []string
	for r, err := range trailstore.Read(t.Context(), filepath.Join(p.Data, trailName), trailstore.All()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, r.Event.EventName)
	}
	return names
}

func TestStartCallStopStart(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	k := p.adminKey(t)
	c := client(t)
	status, body := call(t, c, a.Endpoint().URL, k, "sts", callerIdentity)
	if status != http.StatusOK || !strings.Contains(body, "arn:aws:iam::123456789012:user/admin") {
		t.Errorf("GetCallerIdentity: %d %s", status, body)
	}
	if status, body := call(t, c, a.Endpoint().URL, k, "iam", createBob); status != http.StatusOK {
		t.Errorf("CreateUser by an administrator: %d %s", status, body)
	}
	if e, err := ReadEndpoint(p.Data); err != nil || *e != a.Endpoint() {
		t.Errorf("endpoint.json: %v, %v", e, err)
	}
	stop(t, a)
	if _, err := ReadEndpoint(p.Data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("endpoint.json after the end: %v", err)
	}
	if got := p.events(t); !slices.Equal(got, []string{"CreateAccount", "GetCallerIdentity", "CreateUser"}) {
		t.Errorf("events %v", got)
	}

	p.text = buffer{}
	a = p.start(t)
	if text := p.text.String(); strings.Contains(text, k.id) || strings.Contains(text, "first start") || !strings.Contains(text, a.Endpoint().URL) {
		t.Errorf("text of a later start: %s", text)
	}
	if status, _ := call(t, c, a.Endpoint().URL, k, "sts", callerIdentity); status != http.StatusOK {
		t.Errorf("the key does not work after a restart: %d", status)
	}
	stop(t, a)
}

func TestFirstStartShowsTheKeyOnce(t *testing.T) {
	p := newPlace(t)
	p.AdminCredentials = ""
	a := p.start(t)
	m := regexp.MustCompile(`access key +(AKIA\w{16})\n +secret +(\S{40})\n`).FindStringSubmatch(p.text.String())
	if m == nil {
		t.Fatalf("no key in the text:\n%s", p.text.String())
	}
	if status, _ := call(t, client(t), a.Endpoint().URL, key{m[1], m[2]}, "sts", callerIdentity); status != http.StatusOK {
		t.Errorf("the key that was shown does not work: %d", status)
	}
	if strings.Contains(p.log.String(), m[2]) {
		t.Error("the secret is in the log")
	}
	stop(t, a)
}

// What a first start makes, as the API tells it.
func TestFirstStartMakes(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	defer stop(t, a)
	account := a.store.Snapshot().Account("123456789012")
	user, group := account.User(adminUser), account.Group(adminGroup)
	if user == nil || group == nil || !slices.Equal(user.Groups, []string{group.ID}) || !slices.Equal(group.Attached, []string{adminPolicy}) {
		t.Errorf("user %+v, group %+v", user, group)
	}
	if n := len(account.Keys(account.Info().ID)); n != 0 {
		t.Errorf("the root user has %d keys", n)
	}
	if account.Managed(adminPolicy) == nil {
		t.Errorf("there is no policy %s", adminPolicy)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// Who cannot be told the key must not get an account that nobody can use.
func TestNoAccountWithoutItsKeyTold(t *testing.T) {
	for _, withFile := range []bool{false, true} {
		p := newPlace(t)
		file := p.AdminCredentials
		if !withFile {
			p.AdminCredentials = ""
		}
		if _, err := Start(t.Context(), p.Config, Output{Text: brokenPipe{}, Log: &p.log}); err == nil || !strings.Contains(err.Error(), "was not made") {
			t.Errorf("error %v", err)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the file of a key that is of no use: %v", err)
		}
		a := p.start(t) // as if for the first time
		if !strings.Contains(p.text.String(), "first start") {
			t.Errorf("text: %s", p.text.String())
		}
		stop(t, a)
	}
}

func TestCredentialsFile(t *testing.T) {
	t.Run("another file is left alone", func(t *testing.T) {
		p := newPlace(t)
		const mine = "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
		write(t, p.AdminCredentials, mine)
		err := p.fails(t, p.AdminCredentials, "exists", "name another file")
		var config *ConfigError
		if !errors.As(err, &config) || config.Setting != "admin-credentials" {
			t.Errorf("%#v", err)
		}
		if got := read(t, p.AdminCredentials); got != mine {
			t.Errorf("the file is now %q", got)
		}
		p.AdminCredentials += "2"
		stop(t, p.start(t)) // nothing was made the first time
	})
	t.Run("a crash before the account was made", func(t *testing.T) {
		p := newPlace(t)
		pending := p.pendingFile(t)
		a := p.start(t)
		if got := read(t, p.AdminCredentials); strings.Contains(got, pending) || p.adminKey(t).id == "AKIAAAAAAAAAAAAAAAAA" {
			t.Errorf("the file still has the key that was never in force:\n%s", got)
		}
		stop(t, a)
	})
	t.Run("a crash after it", func(t *testing.T) {
		p := newPlace(t)
		stop(t, p.start(t))
		k := p.adminKey(t)
		pending := p.pendingFile(t)
		write(t, p.AdminCredentials, pending+"[warder]\naws_access_key_id = "+k.id+"\naws_secret_access_key = "+k.secret+"\n")
		stop(t, p.start(t))
		if got := read(t, p.AdminCredentials); strings.Contains(got, pending) || p.adminKey(t) != k {
			t.Errorf("the file is\n%s", got)
		}
	})
	t.Run("one of other data that did not finish", func(t *testing.T) {
		p := newPlace(t)
		p.pendingFile(t)
		other := newPlace(t)
		other.AdminCredentials = p.AdminCredentials
		before := read(t, p.AdminCredentials)
		other.fails(t, "exists")
		if got := read(t, p.AdminCredentials); got != before {
			t.Errorf("it was changed to\n%s", got)
		}
	})
	t.Run("mode", func(t *testing.T) {
		p := newPlace(t)
		stop(t, p.start(t))
		if info, err := os.Stat(p.AdminCredentials); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	})
}

// pendingFile writes the credentials file of a first start that a crash ended, and gives its first line.
func (p *place) pendingFile(t *testing.T) string {
	t.Helper()
	if err := makeDataDir(p.Data); err != nil {
		t.Fatal(err)
	}
	_, wrapped, err := openKeyring(&p.Config)
	if err != nil {
		t.Fatal(err)
	}
	pending := newCredentialsFile(p.AdminCredentials, wrapped, byFirstStart, adminUser).pending
	write(t, p.AdminCredentials, pending+"[warder]\naws_access_key_id = AKIAAAAAAAAAAAAAAAAA\naws_secret_access_key = x\n")
	return pending
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func remove(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
}

// Data whose keys, state or trail are missing are never taken for a new beginning.
func TestLostPartsAreNotMadeAnew(t *testing.T) {
	tests := []struct {
		name string
		lose func(t *testing.T, p *place)
		want []string
	}{
		{"master key", func(t *testing.T, p *place) { remove(t, p.MasterKeyFile) }, []string{"master key", "missing", "--master-key"}},
		{"master key of other data", func(t *testing.T, p *place) {
			remove(t, p.MasterKeyFile)
			if _, err := seal.CreateMasterFile(p.MasterKeyFile); err != nil {
				t.Fatal(err)
			}
		}, []string{"wrong master key"}},
		{"data keys", func(t *testing.T, p *place) { remove(t, filepath.Join(p.Data, keyringName)) }, []string{keyringName, "backup"}},
		{"damaged data keys", func(t *testing.T, p *place) { write(t, filepath.Join(p.Data, keyringName), "x") }, []string{keyringName}},
		{"state", func(t *testing.T, p *place) {
			remove(t, filepath.Join(p.Data, stateName), filepath.Join(p.Data, stateName+"-wal"), filepath.Join(p.Data, stateName+"-shm"))
		}, []string{"holds no account", "trail", "Restore"}},
		{"another account", func(_ *testing.T, p *place) { p.AccountID = "210987654321" }, []string{"account-id", "123456789012"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			stop(t, p.start(t))
			test.lose(t, p)
			p.fails(t, test.want...)
			p.fails(t, test.want...) // and it did not make anything the first time
		})
	}
}

func TestMasterKeyOfTheEnvironment(t *testing.T) {
	p := newPlace(t)
	master := seal.NewMaster()
	p.Master = &master
	stop(t, p.start(t))
	if _, err := os.Stat(p.MasterKeyFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a master key file was made beside: %v", err)
	}
	stop(t, p.start(t))
	p.Master = nil
	p.fails(t, "master key")
}

func TestDataInUse(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	p.fails(t, "in use")
	stop(t, a)
}

// Secrets are nowhere in clear but in the one file that was asked for.
func TestNoSecretInClear(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	c := client(t)
	k := p.adminKey(t)
	call(t, c, a.Endpoint().URL, k, "iam", createBob)
	_, body := call(t, c, a.Endpoint().URL, k, "iam", createBobsKey)
	m := regexp.MustCompile(`<SecretAccessKey>(.{40})</SecretAccessKey>`).FindStringSubmatch(body)
	if m == nil {
		t.Fatal(body)
	}
	call(t, c, a.Endpoint().URL, key{k.id, "planted-wrong-secret-000000000000000000x"}, "sts", callerIdentity)
	get(t, c, a.Endpoint().URL+"/?X=planted-wrong-secret-000000000000000000x")
	master := strings.Split(read(t, p.MasterKeyFile), "\n")[1]
	secrets := []string{k.secret, m[1], master, "planted-wrong-secret-000000000000000000x"}
	look := func(when string) {
		t.Helper()
		found := map[string]string{"log": p.log.String(), "text": p.text.String()}
		err := filepath.WalkDir(p.Data, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				found[path] = read(t, path)
			}
			return err
		})
		if err != nil || len(found) < 5 {
			t.Fatalf("%d places, %v", len(found), err)
		}
		for name, text := range found {
			for _, s := range secrets {
				if strings.Contains(text, s) {
					t.Errorf("%s: a secret stands in clear in %s", when, name)
				}
			}
		}
	}
	look("running")
	stop(t, a)
	look("stopped")
	info, err := os.Stat(p.Data)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("data directory: %v, %v", info.Mode(), err)
	}
}

// An event that was moved to the trail before a crash is not recorded twice by the next start.
func TestEventsAreDeliveredOnce(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	k := p.adminKey(t)
	a.endJobs() // from here on events stay in the outbox
	call(t, client(t), a.Endpoint().URL, k, "iam", createBob)
	events, _, err := a.outbox.batch(t.Context())
	if err != nil || len(events) == 0 {
		t.Fatalf("%d events wait, %v", len(events), err)
	}
	if err := a.recorder.appendOnce(t.Context(), events...); err != nil { // and a crash before they are acknowledged
		t.Fatal(err)
	}
	stop(t, a)
	stop(t, p.start(t))
	if got := p.events(t); !slices.Equal(got, []string{"CreateAccount", "CreateUser"}) {
		t.Errorf("events %v", got)
	}
}

func TestLastUse(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	k := p.adminKey(t)
	call(t, client(t), a.Endpoint().URL, k, "sts", callerIdentity)
	if use, ok := a.store.LastUsed(k.id); !ok || use.Service != "sts" || use.Region != Region || time.Since(use.At) > time.Hour {
		t.Errorf("last use %+v, %v", use, ok)
	}
	stop(t, a)
}

func TestPages(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	c := client(t)
	url := a.Endpoint().URL
	if status, body := get(t, c, url+"/healthz"); status != http.StatusOK || body != "{\"status\":\"ok\"}\n" {
		t.Errorf("/healthz: %d %s", status, body)
	}
	until(t, "/readyz says so", func() bool {
		status, body := get(t, c, url+"/readyz")
		return status == http.StatusOK && strings.Contains(body, `"status":"ready"`)
	})
	for _, path := range []string{"/x", "//", "/healthz/", "/%68ealthz", "/.", "/%2f"} {
		status, body := get(t, c, url+path)
		if status != http.StatusNotFound || !strings.HasPrefix(body, `{"message":"`) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	stop(t, a)
}

func TestReadiness(t *testing.T) {
	p := newPlace(t)
	a := p.start(t)
	defer stop(t, a)
	stopping := make(chan struct{})
	h := &health{engine: a.engine, recorder: a.recorder, keyring: a.keyring, trails: a.trails, stopping: stopping}
	if got := h.look(t.Context()); got.Status != "ready" {
		t.Errorf("%+v", got)
	}
	a.recorder.newest.Store(time.Now().Add(time.Hour).Unix())
	h.at = time.Time{}
	if got := h.look(t.Context()); got.Status != "unready" || !strings.Contains(got.Checks["clock"], "behind") {
		t.Errorf("the clock is an hour behind: %+v", got)
	}
	if err := a.engine.Close(); err != nil {
		t.Fatal(err)
	}
	close(stopping)
	got := h.look(t.Context())
	for _, part := range []string{"server", "store", "clock"} {
		if got.Checks[part] == "ok" {
			t.Errorf("%s is ok: %+v", part, got)
		}
	}
	text, err := json.Marshal(got)
	if err != nil || strings.Contains(string(text), p.Data) {
		t.Errorf("it shows the inside: %s, %v", text, err)
	}
}

func TestConfigErrors(t *testing.T) {
	tests := []struct {
		setting string
		change  func(c *Config)
	}{
		{"data", func(c *Config) { c.Data = "" }},
		{"listen", func(c *Config) { c.Listen = "4600" }},
		{"listen", func(c *Config) { c.Listen = "127.0.0.1:99999" }},
		{"account-id", func(c *Config) { c.AccountID = "12345678901" }},
		{"account-id", func(c *Config) { c.AccountID = "12345678901x" }},
		{"master-key", func(c *Config) { c.MasterKeyFile = "" }},
		{"tls-cert", func(c *Config) { c.TLSCert = "cert.pem" }},
		{"tls-cert", func(c *Config) { c.TLSKey = "key.pem" }},
		{"tls-cert", func(c *Config) { c.TLSCert, c.TLSKey = "no-such-cert.pem", "no-such-key.pem" }},
		{"tls-host", func(c *Config) { c.TLSHosts = []string{"a b"} }},
		{"tls-host", func(c *Config) { c.TLSHosts = []string{"https://a"} }},
		{"catalog", func(c *Config) { c.Catalog = "no-such-directory" }},
		{"log-format", func(c *Config) { c.LogFormat = "xml" }},
		{"drain-timeout", func(c *Config) { c.DrainTimeout = -1 }},
		{"max-connections", func(c *Config) { c.MaxConnections = 1 }},
		{"quota", func(c *Config) { c.Quotas = map[string]int{"Users": 1} }},
		{"quota", func(c *Config) { c.Quotas = map[string]int{"UsersPerAccount": -1} }},
		{"admin-credentials", func(c *Config) { c.AdminCredentials = filepath.Join(c.Data, "admin") }},
		{"admin-credentials", func(c *Config) { c.AdminCredentials = filepath.Join(c.Data+"2", "admin") }},
	}
	for _, test := range tests {
		p := newPlace(t)
		test.change(&p.Config)
		var config *ConfigError
		if err := p.fails(t); !errors.As(err, &config) || config.Setting != test.setting {
			t.Errorf("%s: error %v", test.setting, err)
		}
	}
}

func TestDirectoryOfOthers(t *testing.T) {
	p := newPlace(t)
	if err := os.MkdirAll(p.Data, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(p.Data, "thesis.txt"), "mine")
	p.fails(t, "data", "name a new directory")
	if info, err := os.Stat(p.Data); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("its mode is now %v, %v", info.Mode(), err)
	}
	remove(t, filepath.Join(p.Data, "thesis.txt"))
	stop(t, p.start(t))
	if info, err := os.Stat(p.Data); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the empty one has mode %v now, %v", info.Mode(), err)
	}
}

func TestRandomAccountID(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		id, err := newAccountID()
		if err != nil || !regexp.MustCompile(`^[1-9][0-9]{11}$`).MatchString(id) || seen[id] {
			t.Fatalf("%q, %v", id, err)
		}
		seen[id] = true
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"": "''", "a/b-c_1.pem": "a/b-c_1.pem", "a b": "'a b'", "it's": `'it'\''s'`, "$(x)": "'$(x)'", "a\nb": "'a\nb'", "~": "'~'", "é": "'é'",
	} {
		if got := Quote(in); got != want {
			t.Errorf("Quote(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestOperations(t *testing.T) {
	list := Operations()
	served := 0
	for _, o := range list {
		if o.Served {
			served++
		}
	}
	if len(list) < 187 || served < 50 {
		t.Errorf("%d operations, %d served", len(list), served)
	}
}
