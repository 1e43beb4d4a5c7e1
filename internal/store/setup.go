package store

import (
	"errors"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/seal"
)

// ReadSetups reads from an engine's state, without a Store and from that of a running server too, how far the set-up of each account's
// console is: nil for one that was never begun.
func ReadSetups(r kv.Reader, keyring *seal.Keyring) (map[string]*directory.Setup, error) {
	c := codec{keyring}
	all := map[string]*directory.Setup{}
	for from := entityPrefix; ; {
		account, err := firstAccount(r, from)
		if err != nil || account == "" {
			return all, err
		}
		key := entityKey(account, (*directory.Setup)(nil).Key())
		value, err := r.Get(key)
		switch {
		case errors.Is(err, kv.ErrNotFound):
			all[account] = nil
		case err != nil:
			return nil, err
		default:
			s := new(directory.Setup)
			if err := c.decode(key, value, s); err != nil {
				return nil, err
			}
			all[account] = s
		}
		from = end(entityPrefix + account + "/")
	}
}

// firstAccount is the account of the first entity from a key on, "" for none.
func firstAccount(r kv.Reader, from string) (string, error) {
	for pair, err := range r.Range(from, end(entityPrefix)) {
		if err != nil {
			return "", err
		}
		account, _ := splitAccount(pair.Key, entityPrefix)
		return account, nil
	}
	return "", nil
}
