package acceptance

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// missing ends a test whose client is not on this machine: loudly, and as a failure where WARDER_REQUIRE names it.
func missing(t *testing.T, client, how string) {
	t.Helper()
	if slices.Contains(strings.Fields(os.Getenv("WARDER_REQUIRE")), client) {
		t.Fatalf("%s is required (WARDER_REQUIRE) and missing. %s", client, how)
	}
	t.Skipf("NOT TESTED, %s is missing. %s", client, how)
}
