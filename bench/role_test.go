package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The environment of a process that is a server and no test.
const (
	roleVariable     = "WARDER_BENCH_ROLE"
	settingsVariable = "WARDER_BENCH_SETTINGS"
	// profileVariable names a folder for the CPU profile of every server.
	profileVariable = "WARDER_BENCH_PROFILE"
)

// roles are the servers. A role gives its address and how to stop it.
var roles = map[string]func(settings []byte) (address string, stop func() error, err error){
	"bare":   startBare,
	"warder": startWarder,
}

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		status := m.Run()
		switch {
		case status != 0:
		case len(all.failed) > 0:
			fmt.Fprintf(os.Stderr, "FAIL: of %d benchmarks a run failed: %s\n", len(all.failed), strings.Join(all.failed, ", "))
			status = 1
		default:
			all.print(os.Stdout)
		}
		os.Exit(status)
	}
	if err := serveRole(role, []byte(os.Getenv(settingsVariable))); err != nil {
		fmt.Fprintf(os.Stderr, "server %s: %v\n", role, err)
		os.Exit(1)
	}
}

// serveRole is the life of a server's process: it says its address, answers words, and ends with its input.
func serveRole(role string, settings []byte) (err error) {
	start, ok := roles[role]
	if !ok {
		return errors.New("there is no such role")
	}
	stopProfile, err := startProfile(role)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopProfile()) }()
	// What this binary did and holds already is not the server's: it carries the peers too, and their tables.
	before := usage{Heap: liveHeap()}
	before.CPU = processCPU()
	begun := time.Now()
	address, stop, err := start(settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(greeting{address, time.Since(begun)}); err != nil {
		return err
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		u := usage{CPU: processCPU() - before.CPU, Written: bytesWritten()}
		if in.Text() == "memory" {
			u.Heap = max(liveHeap(), before.Heap) - before.Heap
		}
		if err := out.Encode(u); err != nil {
			return err
		}
	}
	return nil
}

// bytesWritten is what Linux counts for this process, 0 elsewhere.
func bytesWritten() uint64 {
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "write_bytes: "); ok {
			n, _ := strconv.ParseUint(strings.TrimSpace(value), 10, 64) // 0 where it is no number
			return n
		}
	}
	return 0
}

func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers held, too
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func startProfile(role string) (stop func() error, err error) {
	dir := os.Getenv(profileVariable)
	if dir == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%s-%d.pprof", role, os.Getpid())))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

// bareSettings say how large the bare server's answers are, in bytes.
type bareSettings struct{ Size int }

// startBare serves what net/http alone costs: it reads the body and answers one of a given size, with Warder's headers.
func startBare(settings []byte) (address string, stop func() error, err error) {
	var s bareSettings
	if err := json.Unmarshal(settings, &s); err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	body := bytes.Repeat([]byte("x"), s.Size)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		h := w.Header()
		h.Set("X-Amzn-Requestid", "00000000-0000-0000-0000-000000000000")
		h.Set("Content-Type", "text/xml")
		h.Set("Content-Length", strconv.Itoa(len(body)))
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(body) // the client is gone: it fails itself
	})
	server := &http.Server{Handler: h}
	go func() { _ = server.Serve(l) }() // until Shutdown
	return l.Addr().String(), func() error { return server.Shutdown(context.Background()) }, nil
}
