package trailstore

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// childEnv makes the test binary a writer that runs until it is killed.
const childEnv = "WARDER_TRAILSTORE_CHILD"

// childKeysEnv hands it the data keys of the parent.
const childKeysEnv = "WARDER_TRAILSTORE_KEYS"

// childMain appends as fast as it can and says each event that was acknowledged.
func childMain(dir string) {
	s, err := Open(dir, keyed(Options{SegmentBytes: 20_000}))
	if err != nil {
		fmt.Println("error", err)
		return
	}
	var mu sync.Mutex
	var group sync.WaitGroup
	for c := range 8 {
		group.Go(func() {
			for i := 0; ; i++ {
				e := event(i)
				e.EventID = fmt.Sprintf("%d-%d-%d", os.Getpid(), c, i)
				if err := s.Append(context.Background(), e); err != nil {
					fmt.Println("error", err)
					return
				}
				mu.Lock()
				fmt.Println("done", e.EventID)
				mu.Unlock()
			}
		})
	}
	group.Wait()
}

// Whenever the process is killed, every event that it was told is recorded is on the trail, once, and the trail opens.
func TestKill(t *testing.T) {
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	dir := t.TempDir()
	acknowledged := map[string]bool{}
	for range rounds {
		before := len(acknowledged)
		killRound(t, dir, acknowledged)
		if len(acknowledged) == before {
			t.Error("a round acknowledged nothing")
		}
		closeStore(t, open(t, dir, Options{}))
	}
	count := map[string]int{}
	for _, id := range ids(t, dir, All()) {
		count[id]++
	}
	for id := range acknowledged {
		if count[id] != 1 {
			t.Fatalf("acknowledged event %s is there %d times", id, count[id])
		}
	}
	t.Logf("%d acknowledged, %d on the trail", len(acknowledged), len(count))
}

func killRound(t *testing.T, dir string, acknowledged map[string]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir, childKeysEnv+"="+testKeys().text)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var timer *time.Timer
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		var word, id string
		if _, err := fmt.Sscan(scanner.Text(), &word, &id); err != nil || word != "done" {
			t.Errorf("child: %s", scanner.Text())
			break
		}
		acknowledged[id] = true
		if timer == nil { // it runs: let it go on for a moment
			timer = time.AfterFunc(rand.N(60*time.Millisecond), func() { _ = cmd.Process.Kill() })
		}
	}
	if timer == nil || timer.Stop() {
		_ = cmd.Process.Kill()
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
}
