package oidc

import (
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// keepFor is how long keys are good: a key that a provider takes back proves nothing any more after that.
	keepFor = time.Hour
	// askEvery is the shortest time between two calls for the keys of one provider, whatever tokens say.
	askEvery = time.Minute
	// retryEvery is the same after a call that failed.
	retryEvery = 10 * time.Second
	// maxProviders bounds the cache; the least recently asked goes first.
	maxProviders = 4096
)

// cache holds the keys of providers.
type cache struct {
	mu      sync.Mutex
	entries map[string]*entry
}

// entry is one provider's keys. Its lock is held while they are fetched, so that one call serves all who wait.
type entry struct {
	mu     sync.Mutex
	keys   []jose.JSONWebKey
	at     time.Time // when keys were fetched
	asked  time.Time // when the provider was asked last
	failed error     // what came of it

	used time.Time // under cache.mu
}

func (c *cache) entry(name string, now time.Time) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.entries[name]
	if e == nil {
		if c.entries == nil {
			c.entries = map[string]*entry{}
		}
		if len(c.entries) >= maxProviders {
			c.forget()
		}
		e = new(entry)
		c.entries[name] = e
	}
	e.used = now
	return e
}

// forget takes out the entry that was not used for the longest time.
func (c *cache) forget() {
	oldest := ""
	for name, e := range c.entries {
		if oldest == "" || e.used.Before(c.entries[oldest].used) {
			oldest = name
		}
	}
	delete(c.entries, oldest)
}

// get gives the keys. fresh asks for newer ones than are known; the provider is asked if it was not just now.
func (e *entry) get(fresh bool, fetch func() ([]jose.JSONWebKey, error)) ([]jose.JSONWebKey, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	good := e.keys != nil && now.Sub(e.at) < keepFor
	pause := askEvery
	if e.failed != nil {
		pause = retryEvery
	}
	if !e.asked.IsZero() && now.Sub(e.asked) < pause || good && !fresh {
		if good {
			return e.keys, nil
		}
		return nil, e.failed
	}
	keys, err := fetch()
	e.asked, e.failed = time.Now(), err
	if err == nil {
		e.keys, e.at = keys, e.asked
		return keys, nil
	}
	if good {
		return e.keys, nil // those that are known are good for their hour
	}
	e.keys = nil
	return nil, err
}
