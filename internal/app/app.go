package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/changes"
	"github.com/warder-iam/warder/internal/delivery"
	"github.com/warder-iam/warder/internal/guardrail"
	"github.com/warder-iam/warder/internal/insight"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/internal/liveaudit"
	"github.com/warder-iam/warder/internal/oidc"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/service/cloudtrail"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/internal/turns"
	"github.com/warder-iam/warder/internal/wholefile"
)

// signingKeys is how many derived signing keys are kept: one for each key in use, day, region and service.
const signingKeys = 8192

// gcPercent lets the heap grow further between collections than Go's 100. The snapshots of a large account live long, and a
// collection marks all of them: at 100 it took a tenth of the time of a change in an account of 100,000 users. The price
// is memory, four times what is in use instead of once. GOGC goes before it.
const gcPercent = 400

// closeTimeout bounds the last deliveries after the requests are drained.
const closeTimeout = 10 * time.Second

// Output is where a server writes what people and log collectors read.
type Output struct {
	// Text is for people: what the first start made, and where the server answers. It shows a secret once.
	Text io.Writer
	// Log takes slog's records; never a secret.
	Log io.Writer
}

// App is a running server.
type App struct {
	config   Config
	log      *slog.Logger
	endpoint Endpoint

	keyring   *seal.Keyring
	wrapped   []byte
	engine    kv.Store
	store     *store.Store
	recorder  *recorder
	data      *trailstore.Buffer // nil where data events are off
	keys      *session.Keys
	setup     *setup.Setup
	links     sync.Mutex  // guards the file of a new set-up link
	link      *setup.Link // that of the first start, until it was shown
	passkeys  *passkey.Passkeys
	transport transport
	conns     *connections
	verifier  *oidc.Verifier
	http      *http.Server
	alarms    *alarms
	outbox    *outbox
	trails    *delivery.Job

	guardrails *guardrail.Runner // nil where none is on
	audits     *liveaudit.Live

	stopping   chan struct{} // closed when Stop begins
	background sync.WaitGroup
	endJobs    context.CancelFunc
	failed     chan error // the HTTP server ended by itself
}

// Start runs a server until Stop. Once it returns, the server answers. An error leaves nothing running; a *ConfigError
// is about the configuration.
func Start(ctx context.Context, config Config, out Output) (_ *App, err error) {
	if config, err = config.complete(); err != nil {
		return nil, err
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	a := &App{
		config: config, log: newLogger(out.Log, config.LogFormat),
		passkeys: passkey.New(),
		stopping: make(chan struct{}), failed: make(chan error, 1), endJobs: func() {},
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.release())
		}
	}()
	if a.verifier, err = config.OIDC.verifier(a.log); err != nil {
		return nil, err
	}
	if a.alarms, err = newAlarms(&config.Alarms, a.log); err != nil {
		return nil, err
	}
	if err := a.openData(ctx); err != nil {
		return nil, err
	}
	if err := a.listen(ctx); err != nil {
		return nil, err
	}
	file, err := a.readSetupFile()
	if err != nil {
		return nil, err
	}
	if err := a.found(ctx, out.Text); err != nil {
		return nil, err
	}
	if err := errors.Join(a.setUpByFile(ctx, file), a.takeLink(ctx)); err != nil {
		return nil, err
	}
	if err := a.openAlarms(ctx); err != nil {
		return nil, err
	}
	a.serve()
	jobs := a.runJobs()
	if err := a.tellEndpoint(jobs); err != nil {
		return nil, errors.Join(err, a.Stop())
	}
	if err := notify(stateReady); err != nil {
		a.log.Warn("systemd was not told", "error", err.Error())
	}
	a.log.Info("serving", "url", a.endpoint.URL, "data", a.config.Data)
	if err := a.status(out.Text); err != nil {
		a.log.Warn("nobody reads the text of the start", "error", err.Error())
	}
	return a, nil
}

// Endpoint is where the server is reached.
func (a *App) Endpoint() Endpoint { return a.endpoint }

// Failed gives an error where the server ends by itself. Call Stop all the same.
func (a *App) Failed() <-chan error { return a.failed }

// openData opens the data directory, from the keys up to the trail.
func (a *App) openData(ctx context.Context) error {
	if err := a.openState(ctx); err != nil {
		return err
	}
	return a.openLog(ctx)
}

// openState opens the data directory, from the keys up to the published state.
func (a *App) openState(ctx context.Context) (err error) {
	c := &a.config
	services, err := NewOwnServices(c.Catalog, c.Data).Catalog()
	if err != nil {
		return wrong("catalog", "%w", err)
	}
	if err := makeDataDir(c.Data); err != nil {
		return wrong("data", "%w", err)
	}
	if a.keyring, a.wrapped, err = openKeyring(c); err != nil {
		return err
	}
	if c.Master == nil && sameVolume(c.MasterKeyFile, c.Data) {
		a.log.Warn("the master key lies on the same volume as the data, so whoever gets a copy of the volume gets every secret; "+
			"move the key to another volume and name it with --master-key FILE", "key", c.MasterKeyFile, "data", c.Data)
	}
	engine, err := sqlitekv.Open(c.Data, sqlitekv.Options{})
	if err != nil {
		return err
	}
	a.engine = engine
	a.store, err = store.Open(ctx, a.engine, a.keyring, store.Options{Library: directory.NewLibrary(services), Quotas: c.quotas(), WebSessions: c.Console.limits()})
	return err
}

// openLog opens the trail, which must be that of the state.
func (a *App) openLog(ctx context.Context) (err error) {
	c := &a.config
	if a.recorder, err = openTrail(ctx, TrailDir(c.Data), a.keyring, a.store, a.log); err != nil {
		return err
	}
	a.tellRecovery(a.recorder.trail.Recovered())
	if a.store.Empty() && !a.recorder.newestEvent().IsZero() {
		return fmt.Errorf("the state in %s holds no account, but the trail has events: the state was lost or replaced. "+
			"Restore %s from a backup, or begin anew in another directory; nothing was changed", c.Data, stateName)
	}
	if a.trails, err = newDeliveries(ctx, c, a.store, a.recorder.trail, a.log); err != nil {
		return err
	}
	a.keys = session.NewKeys(a.keyring)
	return checkAccount(a.store, c.AccountID)
}

// listen binds the address and prepares the server; nothing is answered yet.
func (a *App) listen(ctx context.Context) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", a.config.Listen)
	if err != nil {
		return wrong("listen", "%w", err)
	}
	a.conns = newConnections(l, a.config.MaxConnections, a.trusts, a.log)
	if a.transport, err = newTransport(&a.config, l.Addr(), a.keyring, a.log); err != nil {
		return err
	}
	a.endpoint = Endpoint{URL: a.config.url(l.Addr(), a.transport), CA: a.transport.ca}
	a.endpoint.Console = a.config.consoleURL(a.endpoint.URL)
	var data server.DataRecorder
	if a.config.DataEvents != dataEventsOff {
		a.data = trailstore.NewBuffer(a.recorder)
		data = a.data
	}
	signIn := signin.New(a.keys, signin.Options{AllowWeak: a.config.WeakPasswords == weakPasswordsAllow, Used: a.touchPassword})
	a.setup = setup.New(setup.Options{
		Store: a.store, Keys: a.keys, SignIn: signIn, Recorder: a.recorder, Region: Region, Renewed: a.takeLink,
	})
	authenticator := &authn.Authenticator{Keys: a.keys, Cache: sigv4.NewKeyCache(signingKeys)}
	expensive := turns.New(turns.Options{})
	a.audits = a.newLiveAudit(expensive)
	waiters := changes.New(changes.Options{State: a.store, Audits: a.audits, Stopping: a.stopping})
	a.recorder.told = waiters.Note
	api := newServer(server.Options{
		Store:          a.store,
		Authn:          authenticator,
		Bearer:         authenticator.Bearer,
		Recorder:       a.recorder,
		Data:           data,
		AllData:        a.config.DataEvents == dataEventsAll,
		Log:            a.log,
		TrustedProxies: a.config.TrustedProxies,
		Region:         Region,
		Touch:          a.touch,
		SignIn:         signIn,
	}, parts{
		store: a.store, keys: a.keys, alarms: a.alarms, audits: a.audits, plan: a.guardrailPlan, maps: newMaps(a.store, a.recorder.index, expensive, a.config.Console.passkeyAlone()), turns: expensive, changes: waiters,
		tokens:  sts.Options{Verifier: a.verifier, Issuer: a.issuerBase()},
		saml:    sts.SAML{Audiences: a.config.SAMLAudiences, Recipients: a.config.SAMLRecipients},
		trails:  cloudtrail.Options{Region: Region, Events: a.recorder.index, Keys: a.store, Storage: a.trailStorage(), Status: trailStatus{a.trails}},
		console: warder.Console{Store: a.store, Passkeys: a.passkeys, Party: a.party},
	})
	if err := a.newGuardrails(api); err != nil {
		return err
	}
	h := &health{engine: a.engine, recorder: a.recorder, keyring: a.keyring, trails: a.trails, stopping: a.stopping}
	pages, err := a.pages(api)
	if err != nil {
		return err
	}
	a.http = newHTTPServer(handler(api, pages, h, newAuthZEN(a.endpoint.URL), &issuers{a.store, a.issuerBase()}), a.conns, a.log)
	if certs := a.transport.certificates; certs != nil {
		a.http.TLSConfig = certs.config()
	}
	return nil
}

// issuerBase is what the URLs of token issuers begin with.
func (a *App) issuerBase() string {
	if a.config.IssuerURL != "" {
		return strings.TrimSuffix(a.config.IssuerURL, "/")
	}
	return a.endpoint.URL
}

func (a *App) trusts(addr netip.Addr) bool {
	for _, p := range a.config.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// found makes the account where there is none. In this order: the key is written or shown, then the account is made.
// Wherever a crash comes between, either there is no account and the next start makes one, or its key is known.
func (a *App) found(ctx context.Context, text io.Writer) error {
	var file *credentialsFile
	if a.config.AdminCredentials != "" {
		file = newCredentialsFile(a.config.AdminCredentials, a.wrapped, byFirstStart, adminUser)
	}
	if a.store.Empty() {
		f, err := newFounding(a.keys, a.config.AccountID)
		if err != nil {
			return err
		}
		if err := a.makeAccount(ctx, text, f, file); err != nil {
			return err
		}
	}
	if file == nil {
		return nil
	}
	if err := file.confirm(); err != nil { // the key works all the same
		a.log.Warn("the first line of the administrator's credentials is out of date", "error", err.Error())
	}
	return nil
}

func (a *App) makeAccount(ctx context.Context, text io.Writer, f *founding, file *credentialsFile) error {
	if file != nil {
		if err := file.write(f.key); err != nil {
			return err
		}
	}
	err := a.welcome(text, f)
	if err == nil {
		err = f.commit(context.WithoutCancel(ctx), a.store)
	}
	switch {
	case err == nil:
		a.link = &f.link
		return nil
	case mayStand(err):
		return fmt.Errorf("it is not known whether the account was made; the next start shows it, and if so the key above is good: %w", err)
	case file != nil:
		err = errors.Join(err, file.withdraw())
	}
	return fmt.Errorf("the account was not made, and the key above is of no use: %w", err)
}

// touch notes the use of a long-term key, or of a role by one of its sessions.
func (a *App) touch(c *server.Call) {
	id := ""
	switch {
	case c.Caller == nil:
	case c.Caller.Session == nil:
		id = c.Caller.AccessKeyID
	case c.Caller.Session.Type == authz.AssumedRole:
		id = c.Caller.PrincipalID
	}
	if id == "" {
		return
	}
	a.store.Touch(c.Caller.Account, id, store.Use{
		At: c.Time().Truncate(time.Second), Service: c.Operation.Service.Name, Region: c.Env.Region,
	})
}

// touchPassword notes that somebody signed in with a password.
func (a *App) touchPassword(account, userID string, at time.Time) {
	a.store.Touch(account, userID, store.Use{At: at.UTC().Truncate(time.Second), Service: "signin", Region: Region})
}

func (a *App) serve() {
	a.background.Go(func() {
		var err error
		if a.http.TLSConfig != nil {
			err = a.http.ServeTLS(a.conns, "", "")
		} else {
			err = a.http.Serve(a.conns)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("serve: %w", err)
		}
	})
}

// renewEvery is how often the certificate is looked at.
const renewEvery = 12 * time.Hour

// runJobs starts what runs beside the requests, until the context that it returns ends.
func (a *App) runJobs() (ctx context.Context) {
	ctx, a.endJobs = context.WithCancel(context.Background())
	a.outbox = &outbox{store: a.store, recorder: a.recorder, log: a.log}
	a.background.Go(func() { a.outbox.run(ctx) })
	a.background.Go(func() { a.trails.Run(ctx) })
	a.background.Go(func() { a.recorder.head.run(ctx) })
	if a.guardrails != nil {
		a.background.Go(func() { a.guard(ctx) })
	}
	a.runAlarms(ctx)
	insights := insight.NewWatch(insight.Options{
		Accounts: a.store.Snapshot, Trail: TrailDir(a.config.Data), Head: a.recorder.trail.Head, AppendOnce: a.recorder.appendOnce, Region: Region, Log: a.log,
	})
	a.background.Go(func() { insights.Run(ctx) })
	old := &retention{Retention: a.config.Retention, recorder: a.recorder, state: a.store, delivered: a.trails.Delivered, log: a.log}
	a.background.Go(func() { old.run(ctx) })
	if a.transport.ca == "" {
		return ctx
	}
	a.background.Go(func() {
		for sleep(ctx, renewEvery); ctx.Err() == nil; sleep(ctx, renewEvery) {
			_ = a.Reload() // it logs its errors
		}
	})
	return ctx
}

// endpointRetry is how soon the endpoint is written again where the disk had no room for it.
const endpointRetry = time.Second

// tellEndpoint writes where the server answers. On a full disk it serves all the same, and writes it when there is room.
func (a *App) tellEndpoint(jobs context.Context) error {
	err := a.endpoint.write(a.config.Data)
	if !wholefile.Full(err) {
		return err
	}
	a.log.Warn("no space left: commands find this server by its URL only, and no change is taken", "url", a.endpoint.URL)
	a.background.Go(func() {
		for sleep(jobs, endpointRetry); jobs.Err() == nil; sleep(jobs, endpointRetry) {
			if a.endpoint.write(a.config.Data) == nil {
				return
			}
		}
	})
	return nil
}

// Reload reads the certificate anew, as SIGHUP does. An error is logged and leaves the present one in use.
func (a *App) Reload() error {
	certs := a.transport.certificates
	if certs == nil {
		return nil
	}
	if err := certs.reload(); err != nil {
		a.log.Error("the certificate stays as it was", "error", err.Error())
		return err
	}
	a.log.Info("certificate loaded", "expires", certs.current.Load().Leaf.NotAfter)
	return nil
}

// Stop drains: it takes no more connections, waits for the running requests within the configured time, delivers what
// is still on its way to the trail, and closes. What was acknowledged is on disk in any case. Call it once.
func (a *App) Stop() error {
	close(a.stopping)
	if err := notify(stateStopping); err != nil {
		a.log.Warn("systemd was not told", "error", err.Error())
	}
	a.log.Info("stopping; requests that run are finished", "within", a.config.DrainTimeout.String())
	ctx, cancel := context.WithTimeout(context.Background(), a.config.DrainTimeout)
	err := a.http.Shutdown(ctx)
	cancel()
	if err != nil {
		err = fmt.Errorf("some requests did not finish in time: %w", errors.Join(err, a.http.Close()))
	}
	a.endJobs()
	a.background.Wait()
	ctx, cancel = context.WithTimeout(context.Background(), closeTimeout)
	if ferr := a.outbox.flush(ctx); ferr != nil { // not lost: the next start delivers it
		a.log.Warn("events are left for the next start to move to the trail", "error", ferr.Error())
	}
	cancel()
	a.drainTrails()
	err = errors.Join(err, removeIfThere(filepath.Join(a.config.Data, endpointName)), a.release())
	a.log.Info("stopped")
	return err
}

// release closes what was opened, the last first.
func (a *App) release() error {
	var errs []error
	if a.conns != nil {
		if err := a.conns.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if a.audits != nil {
		a.audits.Close()
	}
	if a.data != nil {
		a.data.Close()
		if n := a.data.Dropped(); n > 0 {
			a.log.Warn("data events were not recorded", "number", n)
		}
	}
	if a.recorder != nil {
		errs = append(errs, a.recorder.close())
	}
	if a.store != nil {
		errs = append(errs, ignoreClosed(a.store.Close()))
	}
	if a.engine != nil {
		errs = append(errs, ignoreClosed(a.engine.Close()))
	}
	return errors.Join(errs...)
}

func ignoreClosed(err error) error {
	if errors.Is(err, kv.ErrClosed) || errors.Is(err, trailstore.ErrClosed) {
		return nil
	}
	return err
}
