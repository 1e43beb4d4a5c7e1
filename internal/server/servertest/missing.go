package servertest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Missing ends a test whose client is not on this machine: loudly, and as a failure where the environment variable
// WARDER_REQUIRE names it. how tells how to get the client.
func Missing(t testing.TB, client, how string) {
	t.Helper()
	if slices.Contains(strings.Fields(os.Getenv("WARDER_REQUIRE")), client) {
		t.Fatalf("%s is required (WARDER_REQUIRE) and missing. %s", client, how)
	}
	t.Skipf("NOT TESTED, %s is missing. %s", client, how)
}
