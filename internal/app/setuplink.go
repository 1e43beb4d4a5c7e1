package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"path/filepath"
	"slices"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/kv/sqlitekv"
	"github.com/warder-iam/warder/internal/setup"
	"github.com/warder-iam/warder/internal/store"
)

// SetupLink is a link that sets the console up.
type SetupLink struct {
	// URL holds the link's secret.
	URL string
	// Serves: a server seems to run on the data.
	Serves bool
}

// MakeSetupLink makes a new link for the set-up of the console, in place of any before it. Whoever may do that holds the data and the
// master key: on the host itself that is the root user's proof of who it is. It works whether the server runs or not: the
// server takes the link over when it is next asked, or started. reset is for a console that is set up: the root user's password and
// devices are taken away then, and chosen anew.
func MakeSetupLink(ctx context.Context, config Config, reset bool) (*SetupLink, error) {
	r, err := OpenTrailReader(config)
	if err != nil {
		return nil, err
	}
	if config, err = config.complete(); err != nil {
		return nil, err
	}
	account, err := r.toSetUp(ctx, config.AccountID, reset)
	if err != nil {
		return nil, err
	}
	out, err := config.setupURL()
	if err != nil {
		return nil, err
	}
	link := setup.NewLink()
	box, err := (&linkFile{Account: account, Hash: link.Hash, Made: time.Now(), Reset: reset}).seal(r.keyring)
	if err != nil {
		return nil, err
	}
	// Readable for a server that runs as another user; it says nothing, and lies in a directory that is closed to others.
	if err := ReplaceFile(filepath.Join(config.Data, setupLinkName), 0o644, box); err != nil {
		return nil, fmt.Errorf("hand the link to the server: %w", err)
	}
	out.URL += setupQuery(link)
	return out, nil
}

func setupQuery(link setup.Link) string { return setupPath + "?token=" + link.Show() }

// setupURL is where the console is, without a path.
func (c *Config) setupURL() (*SetupLink, error) {
	e, err := ReadEndpoint(c.Data)
	switch {
	case err == nil && c.Console.URL == "" && e.Console != "":
		return &SetupLink{URL: e.Console, Serves: true}, nil
	case err == nil:
		return &SetupLink{URL: c.consoleURL(e.URL), Serves: true}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if c.Console.URL == "" && (err != nil || port == "0") {
		return nil, wrong("console-url", "it is not known where the server will be reached; start it first, or give --console-url")
	}
	scheme := "https"
	if ip := net.ParseIP(host); c.TLSCert == "" && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		scheme = "http"
	}
	switch {
	case len(c.TLSHosts) > 0:
		host = c.TLSHosts[0]
	case isUnspecified(host):
		host = c.ownName(transport{})
	}
	return &SetupLink{URL: c.consoleURL(scheme + "://" + net.JoinHostPort(host, port))}, nil
}

// toSetUp is the account whose console is to be set up: the one of that id, or the only one.
func (r *TrailReader) toSetUp(ctx context.Context, id string, reset bool) (string, error) {
	var all map[string]*directory.Setup
	err := sqlitekv.Read(ctx, r.data, func(reader kv.Reader) (err error) {
		all, err = store.ReadSetups(reader, r.keyring)
		return err
	})
	if err != nil {
		return "", err
	}
	accounts := slices.Sorted(maps.Keys(all))
	switch {
	case len(all) == 0:
		return "", wrong("data", "%s holds no account yet; the first start of warder serve makes one and prints a link", r.data)
	case id == "" && len(all) > 1:
		return "", wrong("account-id", "the data hold %d accounts; name one", len(all))
	case id == "":
		id = accounts[0]
	}
	s, there := all[id]
	done := s != nil && !s.Done.IsZero()
	switch {
	case !there:
		return "", wrong("account-id", "the data hold account %s, not %s", accounts[0], id)
	case done && !reset:
		return "", errors.New("the console is set up: sign in there. Where the root user's password or MFA device is lost, --reset-root takes both away and " +
			"lets them be chosen anew; lost administrators are restored by warder root recover")
	case !done && reset:
		return "", errors.New("the console is not set up yet, so there is nothing to reset; leave --reset-root out")
	}
	return id, nil
}
