package cloudtrail_test

import (
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// TestWireData runs testdata/wire.json: of every operation that is served requests that succeed and such as do not.
func TestWireData(t *testing.T) {
	f := newFixture(t)
	f.makeTrail(t, "main")
	f.makeTrail(t, "doomed", directory.Tag{Key: "team", Value: "red"})
	f.record(t, "CreateUser", "ListUsers")
	_, err := f.Store.DigestSigner(t.Context(), time.Now())
	servertest.Check(t, err)
	users := map[string]*servertest.Credentials{"alice": f.admin, "bob": f.bob}
	f.Wire(t, "cloudtrail", func(name string) *servertest.Credentials { return users[name] }, func(text string) string { return text })
}
