package sqlitekv

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/kv"
)

// helperDir names the data directory to this test binary when a test starts it again as a process of its own.
const helperDir = "WARDER_TEST_KV_DIR"

func helper(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), helperDir+"="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

const killWriters = 8

// TestKill kills a process with concurrent writers, again and again, on one data directory. Every write that was
// acknowledged is there afterwards, and each transaction is there whole or not at all.
func TestKill(t *testing.T) {
	if dir := os.Getenv(helperDir); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	rounds := 40
	if testing.Short() {
		rounds = 5
	}
	dir := t.TempDir()
	acknowledged := make([]int, killWriters)
	total := 0
	for round := range rounds {
		cmd := helper(t, dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// The moment of the kill is drawn in acknowledgements, not in time: a slow machine tests the same.
		lines, killAt := 0, rand.IntN(600)
		for scan := bufio.NewScanner(out); scan.Scan(); {
			var writer, n int
			if _, err := fmt.Sscanf(scan.Text(), "ack %d %d", &writer, &n); err != nil {
				continue // the kill may cut the last line off
			}
			if n != acknowledged[writer]+1 {
				t.Fatalf("round %d: writer %d acknowledges %d after %d", round, writer, n, acknowledged[writer])
			}
			acknowledged[writer] = n
			if lines++; lines == killAt+1 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()
		if lines == 0 {
			t.Fatal("the helper acknowledged nothing: the test tests nothing")
		}
		total += lines
		checkAfterKill(t, dir, acknowledged)
	}
	t.Logf("%d kills, %d acknowledged transactions", rounds, total)
}

// writeUntilKilled lets each writer count up its own two keys, and leave one key for each number.
func writeUntilKilled(t *testing.T, dir string) {
	s := openTest(t, dir, Options{})
	for w := range killWriters {
		go func() {
			for {
				var n int
				_, err := s.Update(context.Background(), strconv.Itoa(w), func(tx kv.Txn) error {
					last, err := tx.Get(fmt.Sprintf("w%d/left", w))
					if err != nil && !errors.Is(err, kv.ErrNotFound) {
						return err
					}
					n, _ = strconv.Atoi(string(last))
					n++
					text := []byte(strconv.Itoa(n))
					return errors.Join(tx.Put(fmt.Sprintf("w%d/left", w), text), tx.Put(fmt.Sprintf("w%d/right", w), text),
						tx.Put(fmt.Sprintf("w%d/n/%08d", w, n), bytes.Repeat([]byte{byte(n)}, 700)))
				})
				if err != nil {
					fmt.Println("error:", err)
					os.Exit(1)
				}
				_, _ = fmt.Printf("ack %d %d\n", w, n)
			}
		}()
	}
	select {}
}

func checkAfterKill(t *testing.T, dir string, acknowledged []int) {
	t.Helper()
	s := openTest(t, dir, Options{})
	defer closeTest(t, s)
	values, _ := contents(t, s)
	for w, acked := range acknowledged {
		left, right := values[fmt.Sprintf("w%d/left", w)], values[fmt.Sprintf("w%d/right", w)]
		if left != right {
			t.Fatalf("half a transaction: %s and %s", left, right)
		}
		n, _ := strconv.Atoi(left)
		if n < acked || n > acked+1 {
			t.Fatalf("writer %d stands at %d, acknowledged was %d", w, n, acked)
		}
		for i := 1; i <= n; i++ {
			if v := values[fmt.Sprintf("w%d/n/%08d", w, i)]; v != strings.Repeat(string([]byte{byte(i)}), 700) {
				t.Fatalf("writer %d: the value of %d is lost or torn", w, i)
			}
		}
		if _, ok := values[fmt.Sprintf("w%d/n/%08d", w, n+1)]; ok {
			t.Fatalf("writer %d: half a transaction after %d", w, n)
		}
		acknowledged[w] = n
	}
}

// TestTornWAL cuts the WAL at many places, or fills what follows with garbage, as a machine does that loses power before
// a sync: what is there after opening is some whole prefix of the commits, with every one that was synced before the
// cut.
func TestTornWAL(t *testing.T) {
	dir := t.TempDir()
	s := openTest(t, dir, Options{})
	defer closeTest(t, s)
	const commits = 12
	ends := []int64{walSize(t, dir)}
	for i := range commits {
		if _, err := s.Update(context.Background(), "a", func(tx kv.Txn) error {
			return errors.Join(tx.Put("n", []byte(strconv.Itoa(i+1))), tx.Put(fmt.Sprint("k", i+1), make([]byte, i*997)))
		}); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, walSize(t, dir))
	}
	state, err := os.ReadFile(filepath.Join(dir, stateName))
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(filepath.Join(dir, stateName+"-wal"))
	if err != nil {
		t.Fatal(err)
	}
	garbage := make([]byte, len(wal))
	for i := range garbage {
		garbage[i] = byte(rand.Uint32())
	}
	prefixes := map[int]bool{}
	for cut := ends[0]; cut <= int64(len(wal)); cut += 1789 {
		for _, rest := range [][]byte{nil, garbage[cut:]} {
			torn := t.TempDir()
			if err := errors.Join(os.WriteFile(filepath.Join(torn, stateName), state, 0o600),
				os.WriteFile(filepath.Join(torn, stateName+"-wal"), append(bytes.Clone(wal[:cut]), rest...), 0o600)); err != nil {
				t.Fatal(err)
			}
			synced := 0
			for synced < commits && ends[synced+1] <= cut {
				synced++
			}
			s := openTest(t, torn, Options{})
			values, rev := contents(t, s)
			n, _ := strconv.Atoi(values["n"])
			if n < synced || int(rev) != n || n == 0 && len(values) != 0 || n > 0 && len(values) != n+1 {
				t.Errorf("cut at %d: %d values at revision %d, the counter at %d; %d commits were synced", cut, len(values), rev, n, synced)
			}
			prefixes[n] = true
			if err := set(s, "goes on", ""); err != nil {
				t.Error(err)
			}
			closeTest(t, s)
		}
	}
	if len(prefixes) < commits {
		t.Errorf("only %d different prefixes were seen", len(prefixes))
	}
}
