package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/warder-iam/warder/internal/delivery"
	"github.com/warder-iam/warder/internal/kv"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/trailstore"
)

const (
	// healthFor is how long one look at the parts is good: whoever asks often costs nothing.
	healthFor = time.Second
	// healthTimeout is how long the store may take to answer.
	healthTimeout = 2 * time.Second
	// clockSlack is how far the clock may be behind the newest event.
	clockSlack = 5 * time.Minute
)

// health answers /healthz and /readyz.
type health struct {
	engine   kv.Store
	recorder *recorder
	keyring  *seal.Keyring
	trails   *delivery.Job
	stopping <-chan struct{}

	mu     sync.Mutex
	at     time.Time
	status readiness
}

// readiness is the body of /readyz. A check is "ok" or says what is wrong, without the inside of the error.
type readiness struct {
	Status string            `json:"status"` // ready, unready
	Checks map[string]string `json:"checks"`
	// Warnings say what an operator should see to, and no caller notices: trails that are not being delivered. A load
	// balancer that took the server away for them would turn a storage that is down into a sign-in that is.
	Warnings []string `json:"warnings,omitempty"`
}

// live says that the process answers.
func (h *health) live(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready says whether the server does all that it is for.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	status := h.look(r.Context())
	code := http.StatusOK
	if status.Status != "ready" {
		code = http.StatusServiceUnavailable
	}
	writeJSON(w, code, status)
}

// look checks the parts, or repeats what it found a moment ago.
func (h *health) look(ctx context.Context) readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.at.IsZero() && time.Since(h.at) < healthFor && !h.isStopping() {
		return h.status
	}
	checks := map[string]string{
		"server": h.checkServer(), "store": h.checkStore(ctx), "trail": h.checkTrail(), "clock": h.checkClock(), "key": h.checkKey(),
	}
	status := "ready"
	for _, result := range checks {
		if result != "ok" {
			status = "unready"
		}
	}
	h.at, h.status = time.Now(), readiness{status, checks, h.trails.Problems()}
	return h.status
}

func (h *health) isStopping() bool {
	select {
	case <-h.stopping:
		return true
	default:
		return false
	}
}

func (h *health) checkServer() string {
	if h.isStopping() {
		return "the server is stopping"
	}
	return "ok"
}

// checkStore runs a transaction that writes nothing: it passes through everything that a change passes through, but the
// disk.
func (h *health) checkStore(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), healthTimeout)
	defer cancel()
	_, err := h.engine.Update(ctx, "health", func(kv.Txn) error { return nil })
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, kv.ErrReadOnly):
		return "read-only after a failed write; restart when the disk is well"
	case errors.Is(err, kv.ErrFull):
		return "no space left"
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer"
	}
	return "takes no changes"
}

func (h *health) checkTrail() string {
	switch err := h.recorder.trail.Err(); {
	case err == nil:
		return "ok"
	case errors.Is(err, trailstore.ErrFull):
		return "no space left"
	}
	return "takes no events; restart when the disk is well"
}

func (h *health) checkClock() string {
	if time.Until(h.recorder.newestEvent()) > clockSlack {
		return "the clock is behind the newest event of the trail"
	}
	return "ok"
}

func (h *health) checkKey() string {
	place := []byte("health")
	box, err := h.keyring.Seal([]byte("probe"), place)
	if err == nil {
		_, err = h.keyring.Open(box, place)
	}
	if err != nil {
		return "the data keys do not open what they seal"
	}
	return "ok"
}

// onlyReading refuses methods that do more than read.
func onlyReading(w http.ResponseWriter, r *http.Request, next http.HandlerFunc) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	next(w, r)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client is gone
}
