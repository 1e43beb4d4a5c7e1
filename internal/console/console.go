package console

import (
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/setup"
)

// Options of a Console.
type Options struct {
	// API is the pipeline behind the pages: its store, keys, trail, clock and judge of passwords are theirs too.
	API *server.Server
	// Application is the built web application, its index.html at the top; nil for
	// the one that was built into this binary.
	Application fs.FS
	// Site is by which names browsers may come; nil for any.
	Site *Site
	// Setup sets up the consoles of the accounts; nil where none can be.
	Setup *setup.Setup
	// Passkeys are the challenges that are open, those of the API's operations too; nil for some of its own.
	Passkeys *passkey.Passkeys
	// PasskeyAlone lets a passkey that verifies its user stand for both factors.
	PasskeyAlone bool
	// Idle is how long a session lasts that nobody uses, for pages that say so; the store ends it.
	Idle time.Duration
	// Now is the time; nil for time.Now.
	Now func() time.Time
}

// Console answers the browser's paths.
type Console struct {
	Options
	routes      map[string]route
	pages       pages
	static      map[string]staticFile
	crossOrigin *http.CrossOriginProtection
	application http.Handler
}

// New makes a Console.
func New(o Options) (*Console, error) {
	c := &Console{Options: o, crossOrigin: http.NewCrossOriginProtection()}
	if c.Passkeys == nil {
		c.Passkeys = passkey.New()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	var err error
	if c.static, err = readStatic(); err != nil {
		return nil, err
	}
	if c.pages, err = parsePages(); err != nil {
		return nil, err
	}
	unbuilt, err := c.unbuilt()
	if err != nil {
		return nil, err
	}
	if o.Application == nil {
		o.Application = embedded()
	}
	c.application = newApplication(o.Application, unbuilt)
	c.routes = map[string]route{}
	c.routeSignIn()
	c.routeSession()
	if c.Setup != nil {
		c.routeSetup()
	}
	return c, nil
}

// The places that are not in a table of routes.
const (
	applicationPath = "/console/"
	// operationsPath begins the paths of operations of the service warder, which belong to the API.
	operationsPath = "/console/v1/"
	staticPath     = "/signin/static/"
)

// Takes reports whether a request is for the console and not for the API. It looks at the path as it was sent: no two
// spellings of one place.
func (c *Console) Takes(r *http.Request) bool {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	switch {
	case path == "/":
		return fromBrowser(r)
	case strings.HasPrefix(path, operationsPath):
		return false
	case strings.HasPrefix(path, applicationPath), strings.HasPrefix(path, signInPath+"/"):
		return true // its pages, and that there is none
	}
	_, ok := c.routes[path]
	return ok
}

// fromBrowser: whoever reads pages says so in Accept; clients of the API do not, and they POST.
func fromBrowser(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && r.Header.Get("Authorization") == "" &&
		strings.Contains(r.Header.Get("Accept"), "text/html")
}

// ServeHTTP answers a request that Takes takes.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	v := &visit{Console: c, w: w, r: r, path: path, seen: c.Site.look(r), id: uuid.NewString()}
	v.protect()
	v.serve()
}
