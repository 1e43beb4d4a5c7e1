package accessanalyzer_test

import (
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// TestWireData runs testdata/wire.json: of every operation that is served one request that succeeds and one that does not.
func TestWireData(t *testing.T) {
	f := newFixture(t)
	users := map[string]*servertest.Credentials{"alice": f.alice, "bob": f.bob}
	f.Wire(t, "access-analyzer", func(name string) *servertest.Credentials { return users[name] }, func(text string) string { return text })
}
