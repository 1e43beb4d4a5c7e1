package acceptance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// writers is how many clients write at the same time in TestCrash.
const writers = 8

// kills is how often TestCrash kills the server: a hundred times, or WARDER_CRASH_KILLS times.
func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("WARDER_CRASH_KILLS")
	switch n, err := strconv.Atoi(text); {
	case text == "" && testing.Short():
		return 10
	case text == "":
		return 100
	case err != nil || n < 1:
		t.Fatalf("WARDER_CRASH_KILLS is %q", text)
		return 0
	default:
		return n
	}
}

// TestCrash kills the server under concurrent writers again and again. After each restart every acknowledged change is
// there, every other one is there wholly or not at all, and at the end the trail has one event for each change that was
// made and none for any other, and one for every call that was answered, reads too.
//
// A trail delivers meanwhile, once a second and with digests: what is delivered verifies too, and holds every event once.
func TestCrash(t *testing.T) {
	storage := t.TempDir()
	bucket := filepath.Join(storage, "bucket")
	check(t, os.Mkdir(bucket, 0o700))
	w := start(t, "--trail-storage", storage, "--deliver-every", "1s", "--digest-every", "1s")
	ctx := background(t)
	by := &witness{}
	_, err := w.iam(w.Key, by.through(http.DefaultTransport)).CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new(crashGroup)})
	check(t, err)
	makeTrail(t, w, func(o *cloudtrail.Options) {
		o.RetryMaxAttempts, o.HTTPClient = 1, &http.Client{Transport: seen{by, http.DefaultTransport}}
	})
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	fleet := make([]*writer, writers)
	for i := range fleet {
		fleet[i] = &writer{name: fmt.Sprintf("w%d", i), chance: rand.New(rand.NewPCG(seed, uint64(i+1)))}
	}
	n := kills(t)
	for round := range n {
		writeAndKill(ctx, t, w, by, fleet, time.Duration(10+chance.IntN(300))*time.Millisecond, 5*(round+1))
		if round%10 == 9 { // and once while it recovers
			w.verifyDelivered(t, bucket)
			w.killEarly(t, time.Duration(chance.IntN(100))*time.Millisecond)
		}
		w.launch(t)
		verify(ctx, t, w.iam(w.Key, by.through(http.DefaultTransport)), fleet)
		w.verifyTrail(t)
		if t.Failed() {
			t.Fatalf("after kill %d of %d", round+1, n)
		}
	}
	w.stop(t)
	w.verifyTrail(t)
	w.verifyDelivered(t, bucket)
	made, steps := tally(fleet)
	t.Logf("%d kills, %d changes of %d users", n, steps, len(made))
	records := w.trail(t)
	compareTrail(t, records, fleet)
	by.compare(t, records, w.Key.ID)
	deliveredOnce(t, bucket, records)
}

// writeAndKill lets the writers work for a while, and for as many steps in all rounds until now, and kills the server under them.
func writeAndKill(ctx context.Context, t *testing.T, w *warder, by *witness, fleet []*writer, life time.Duration, least int) {
	t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for _, writer := range fleet {
		wg.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			if err := writer.work(ctx, w.iam(w.Key, by.through(transport))); err != nil {
				t.Errorf("%s: %v", writer.name, err)
			}
		})
	}
	time.Sleep(life)
	eventually(t, fmt.Sprintf("the writers made %d changes", least), func() bool {
		made := 0
		for _, writer := range fleet {
			made += int(writer.acked.Load())
		}
		return made >= least
	}, w.out)
	w.kill(t)
	wg.Wait()
}

// killEarly starts the server and kills it before it is ready, or soon after.
func (w *warder) killEarly(t *testing.T, after time.Duration) {
	t.Helper()
	w.begin(t)
	time.Sleep(after)
	w.kill(t)
}

// verify compares what the server holds with what its clients know, and settles what they did not know.
func verify(ctx context.Context, t *testing.T, client *iam.Client, fleet []*writer) {
	t.Helper()
	there, err := observe(ctx, client, fleet)
	check(t, err)
	for _, writer := range fleet {
		for _, l := range writer.lives {
			l.settle(t, there[l.name])
			delete(there, l.name)
		}
		writer.bury()
	}
	for name := range there {
		t.Errorf("user %s is there and nobody made it", name)
	}
}

func tally(fleet []*writer) (users []*life, steps int) {
	for _, writer := range fleet {
		users = append(append(users, writer.dead...), writer.lives...)
	}
	for _, l := range users {
		steps += l.done
	}
	return users, steps
}
