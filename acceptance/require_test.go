package acceptance

import (
	"testing"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// missing is servertest's, by the name that tests here have for it.
func missing(t testing.TB, client, how string) {
	t.Helper()
	servertest.Missing(t, client, how)
}
