package sqlitekv

import (
	"testing"

	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/kv/kvtest"
)

func TestContract(t *testing.T) {
	const history = 100
	kvtest.Run(t, kvtest.Harness{
		New: func(t testing.TB) func() kv.Store {
			dir := t.TempDir()
			return func() kv.Store {
				return openTest(t, dir, Options{HistoryCommits: history})
			}
		},
		History: history + 1,
	})
}

func openTest(t testing.TB, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
