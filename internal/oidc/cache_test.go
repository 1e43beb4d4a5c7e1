package oidc

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// TestCacheTimes: keys are good for an hour; a provider is asked again for an unknown key once a minute, and after a
// failure every ten seconds.
func TestCacheTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls int
		var fail error
		fetch := func() ([]jose.JSONWebKey, error) {
			calls++
			return []jose.JSONWebKey{{KeyID: fmt.Sprint(calls)}}, fail
		}
		e := new(entry)
		step := func(wait time.Duration, fresh bool, wantCalls int, wantErr bool) {
			t.Helper()
			time.Sleep(wait)
			keys, err := e.get(fresh, fetch)
			if calls != wantCalls || (err != nil) != wantErr || err == nil && len(keys) != 1 {
				t.Fatalf("%d calls, %v; want %d, error %v", calls, err, wantCalls, wantErr)
			}
		}
		step(0, false, 1, false)
		step(59*time.Second, true, 1, false)
		step(time.Second, true, 2, false)
		step(59*time.Minute, false, 2, false)
		fail = errors.New("down")
		step(time.Second, true, 3, false) // those that are known are still good
		step(time.Minute, false, 4, true) // and not after their hour
		step(9*time.Second, false, 4, true)
		fail = nil
		step(time.Second, false, 5, false)
	})
}

func TestCacheIsBounded(t *testing.T) {
	var c cache
	start := time.Unix(1, 0)
	for i := range maxProviders + 10 {
		c.entry(fmt.Sprint(i), start.Add(time.Duration(i)))
	}
	if len(c.entries) != maxProviders || c.entries["0"] != nil || c.entries[fmt.Sprint(maxProviders)] == nil {
		t.Errorf("%d entries", len(c.entries))
	}
}
