package delivery

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// errCrash ends a process: nothing that it does later counts.
var errCrash = errors.New("crash")

// Wherever the process ends, before or after each write to the state and each object, the next one delivers every event
// once and every digest fits.
func TestCrashEverywhere(t *testing.T) {
	steps := 0
	for crashed := true; crashed; steps++ {
		t.Run(fmt.Sprint(steps), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { crashed = crashAt(t, steps) })
		})
	}
	if steps < 30 {
		t.Errorf("the process could end at %d places only", steps)
	}
}

// crashAt lets the process end at its nth chance, then runs another one, with an event that came meanwhile. It reports
// whether there was such a chance.
func crashAt(t *testing.T, n int) (crashed bool) {
	w := newWorld(t)
	w.options.fileRecords, w.options.fileBytes = 2, 1<<20
	chance := func(bool) error {
		if crashed {
			return errCrash
		}
		if n--; n >= 0 {
			return nil
		}
		crashed = true
		return errCrash
	}
	w.state.fault = chance
	crashing := w.options
	crashing.Storage = crashStore{w.storage, chance}
	whole := w.options
	w.set(account, "t1", logging("t1", "main"))
	hour := func() {
		for range 5 {
			w.log.add(t, account, time.Now())
			w.log.add(t, elsewhere, time.Now())
		}
		time.Sleep(61 * time.Minute)
	}
	w.options = crashing
	j := w.job()
	for range 2 {
		hour()
		_ = j.Drain(t.Context()) // it fails once it has crashed
	}
	w.state.fault, w.options = nil, whole
	j = w.job()
	hour()
	for range 2 {
		if err := j.Drain(t.Context()); err != nil {
			t.Errorf("after the crash: %v", err)
		}
		time.Sleep(time.Hour)
	}
	var want []string
	for _, r := range w.log.records {
		if r.Event.RecipientAccountID == account {
			want = append(want, r.Event.EventID)
		}
	}
	w.want("", want)
	w.verify(account, "main")
	chain := w.digests("")
	if len(chain) < 2 {
		t.Errorf("%d digests", len(chain))
	}
	named := 0
	for _, d := range chain {
		named += len(d.LogFiles)
	}
	files := 0
	for _, name := range w.names("") {
		if strings.Contains(name, "/CloudTrail/") {
			files++
		}
	}
	if named != files {
		t.Errorf("digests name %d of %d log files", named, files)
	}
	return crashed
}
