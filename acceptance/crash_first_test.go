package acceptance

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestCrashFirstStart kills the very first start at many points. The next one ends it: with an account, and with a
// credentials file that works.
func TestCrashFirstStart(t *testing.T) {
	for after := time.Duration(0); after <= 60*time.Millisecond; after += 3 * time.Millisecond { // a start takes about 40
		t.Run(after.String(), func(t *testing.T) {
			w := prepare(t)
			w.begin(t)
			time.Sleep(after)
			w.kill(t)
			w.launch(t)
			_, err := w.sts(w.Key).GetCallerIdentity(background(t), &sts.GetCallerIdentityInput{})
			check(t, err)
			w.stop(t)
		})
	}
}

// TestCrashOtherMasterKey: data without their master key stay closed, and are as they were when it is back.
func TestCrashOtherMasterKey(t *testing.T) {
	w := start(t)
	w.stop(t)
	key := w.masterKey(t)
	check(t, os.Rename(key, key+".away"))
	w.begin(t)
	select {
	case err := <-w.exited:
		if err == nil {
			t.Errorf("a start without the master key ended well:\n%s", w.out)
		}
	case <-time.After(patience):
		t.Errorf("the server started without its master key:\n%s", w.out)
		w.kill(t)
	}
	w.cmd = nil
	if _, err := os.Stat(key); !errors.Is(err, os.ErrNotExist) {
		t.Error("a new master key was made beside sealed data")
	}
	check(t, os.Rename(key+".away", key))
	w.launch(t)
	_, err := w.sts(w.Key).GetCallerIdentity(background(t), &sts.GetCallerIdentityInput{})
	check(t, err)
}
