package server

import (
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

// Once uses something up that is good for one call, such as an assertion, and reports whether it was still to be had. key
// names it among everything that this account uses up. It is remembered durably, and on every node, for 15 minutes: what
// is good for longer must be refused by its age. Where the state moved since the call was judged, who vouches for the
// caller and the rule are judged again.
func Once(c *Call, account string, key [32]byte) (bool, error) {
	change := &store.Change{
		Account: account, Judged: c.snapshot.Revision(), Retry: key[:],
		Rejudge: func(snap *directory.Snapshot) error {
			c.snapshot = snap
			if err := c.vouch(c.input); err != nil {
				return err
			}
			return c.authorize(snap)
		},
	}
	_, err := c.server.Store.Update(c.ctx, change, func(*store.Tx) ([]byte, error) { return nil, nil })
	return !change.Replayed, err
}

// samlUser reports whether the caller is known by a SAML assertion.
func samlUser(k *authz.Caller) bool {
	return k.Kind == eval.WebIdentity && strings.Contains(k.Provider, ":saml-provider/")
}
