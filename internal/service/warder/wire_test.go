package warder_test

import (
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// TestWire runs testdata/wire.json: of every operation that is served one request that succeeds and one that does not.
func TestWire(t *testing.T) {
	f := newFixture(t)
	users := map[string]*servertest.Credentials{"notes": f.notes, "admin": f.Admin(t, "admin")}
	f.World.Wire(t, "warder", func(name string) *servertest.Credentials { return users[name] }, func(text string) string { return text })
}
