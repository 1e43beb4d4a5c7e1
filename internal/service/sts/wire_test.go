package sts_test

import (
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// TestWire runs testdata/wire.json: of every operation that is served one request that succeeds and one that does not.
func TestWire(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1), policyOf("Allow sts:* *"))
	r := f.role(t, "app", trust(trustsAlice))
	fill := strings.NewReplacer("{account}", f.ID, "{role}", f.ARN(r), "{key}", f.alice.AccessKeyID)
	w.Wire(t, "sts", func(string) *servertest.Credentials { return f.alice }, fill.Replace)
}
