package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/warder-iam/warder/internal/console"
	"github.com/warder-iam/warder/internal/setup"
)

// setupPath is where the console is set up.
const setupPath = "/setup"

// site is by which names browsers may come.
func (a *App) site() *console.Site {
	s := &console.Site{Names: a.names(), Trusts: a.trusts}
	if a.config.Console.URL != "" {
		s.URL, _ = url.Parse(a.config.Console.URL) // was checked
	}
	return s
}

// names are those by which this server may be called: the ones of its certificate too, where that was given.
func (a *App) names() []string {
	names := a.config.hosts()
	if certs := a.transport.certificates; certs != nil && a.transport.ca == "" {
		names = append(names, certs.current.Load().Leaf.DNSNames...)
	}
	return names
}

// consoleURL is where browsers reach a server that answers at endpoint, without a path: by a name, since passkeys have none for an
// address.
func (c *Config) consoleURL(endpoint string) string {
	if c.Console.URL != "" {
		return c.Console.URL
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return endpoint
	}
	name := "localhost"
	if host, err := os.Hostname(); !ip.IsLoopback() && err == nil && isHost(host) {
		name = host
	}
	u.Host = net.JoinHostPort(name, u.Port())
	return u.String()
}

// readSetupFile reads the file that answers the set-up's questions; nil for none, and where the console is set up already.
func (a *App) readSetupFile() (*setup.File, error) {
	path := a.config.Console.SetupFile
	if path == "" {
		return nil, nil
	}
	if !a.store.Empty() {
		account, err := a.theAccount()
		if err != nil {
			return nil, err
		}
		if !account.Setup().Wanted() {
			a.log.Info("the console was set up, so the set-up file is not read", "file", path)
			return nil, nil
		}
	}
	text, err := readBounded(path, setup.MaxFile)
	if err != nil {
		return nil, wrong("setup-file", "%w", err)
	}
	f, err := setup.ParseFile(text, func(named string) ([]byte, error) {
		if !filepath.IsAbs(named) {
			named = filepath.Join(filepath.Dir(path), named)
		}
		return readBounded(named, setup.MaxFile)
	})
	if err != nil {
		return nil, wrong("setup-file", "%s: %w", path, err)
	}
	return f, nil
}

// setUpByFile does what the set-up file says.
func (a *App) setUpByFile(ctx context.Context, f *setup.File) error {
	if f == nil {
		return nil
	}
	account, err := a.theAccount()
	if err != nil {
		return err
	}
	var refused *setup.FieldError
	if err := a.setup.Apply(ctx, account.ID(), f); errors.As(err, &refused) {
		return wrong("setup-file", "%s: the %s: %w", a.config.Console.SetupFile, refused.Field, err)
	} else if err != nil {
		return fmt.Errorf("set up the console: %w", err)
	}
	return nil
}

// setupLinkName is the file in the data directory by which the command line gives a server a new link.
const setupLinkName = "setup-link"

// linkFile is a link that a server is to take over. It is sealed by the data keys, which whoever made it has to hold, and says nothing
// of the secret but its hash.
type linkFile struct {
	Account string    `json:"account"`
	Hash    []byte    `json:"hash"`
	Made    time.Time `json:"made"`
	// Reset takes the root user's password and devices away, to be chosen anew.
	Reset bool `json:"reset,omitempty"`
}

var linkFileData = []byte("warder set-up link")

func (l *linkFile) seal(ring sealer) ([]byte, error) {
	text, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	return ring.Seal(text, linkFileData)
}

type sealer interface {
	Seal(plain, additional []byte) ([]byte, error)
}

// takeLink takes over a link that the command line made, if there is one. It is called before anybody's link is looked at.
func (a *App) takeLink(ctx context.Context) error {
	a.links.Lock()
	defer a.links.Unlock()
	path := filepath.Join(a.config.Data, setupLinkName)
	box, err := readBounded(path, setup.MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read a new set-up link: %w", err)
	}
	if err := a.takeLinkFrom(ctx, box); errors.Is(err, setup.ErrLink) {
		a.log.Warn("a set-up link was not taken over", "file", path, "error", err.Error())
	} else if err != nil {
		return fmt.Errorf("take over a new set-up link: %w", err)
	}
	return removeIfThere(path)
}

func (a *App) takeLinkFrom(ctx context.Context, box []byte) error {
	text, err := a.keyring.Open(box, linkFileData)
	if err != nil {
		return fmt.Errorf("%w: it was not made with the keys of these data", setup.ErrLink)
	}
	l := new(linkFile)
	if err := json.Unmarshal(text, l); err != nil {
		return fmt.Errorf("%w: %w", setup.ErrLink, err)
	}
	return a.setup.Renew(ctx, l.Account, l.Hash, l.Made, time.Now(), l.Reset)
}
