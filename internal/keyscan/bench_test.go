package keyscan

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const benchSize = 16 << 20

// contents are kinds of file, by what they cost: in each no key stands.
func contents() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, benchSize)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	words := strings.Fields("func return the key of if err nil context package string int for range type struct { } ( ) := := == != // A a is was AND OR 0x1F maxSize httpClient Server-Side user_name /usr/local/bin")
	var text bytes.Buffer
	for text.Len() < benchSize {
		text.WriteString(words[r.IntN(len(words))])
		text.WriteByte(" \n\t,"[r.IntN(4)])
	}
	lines := base64.StdEncoding.EncodeToString(random[:benchSize*3/4])
	return map[string][]byte{
		"text": text.Bytes()[:benchSize], "random": random, "base64": []byte(lines)[:benchSize], "zeros": make([]byte, benchSize),
		"utf16": []byte(wide(text.String()[:benchSize/2], false)),
	}
}

// BenchmarkSearch is one stream on one processor. of-copy is its rate in parts of that at which memory is copied, measured in
// the same run.
func BenchmarkSearch(b *testing.B) {
	for name, data := range contents() {
		b.Run(name, func(b *testing.B) {
			search, to := newSearcher(window), make([]byte, len(data))
			var searched, copied time.Duration
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				start := time.Now()
				if hits, _, err := search.search(bytes.NewReader(data)); len(hits) > 0 || err != nil {
					b.Fatal(hits, err)
				}
				searched += time.Since(start)
				b.StopTimer()
				start = time.Now()
				copy(to, data)
				copied += time.Since(start)
				b.StartTimer()
			}
			b.ReportMetric(float64(copied)/float64(searched), "of-copy")
		})
	}
}

// command measures a command line that finds nothing.
func command(b *testing.B, dir, line string) time.Duration {
	start := time.Now()
	cmd := exec.CommandContext(b.Context(), "bash", "-c", line)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if len(out) > 0 || cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 1 {
		b.Fatalf("%s: %v %.200s", line, err, out)
	}
	return time.Since(start)
}

const pattern = `'\b(AKIA|ASIA)[A-Z2-7]{16}\b'`

// BenchmarkFiles is a folder of 2,000 files beside grep, which looks for ids only. times-grep is grep's time in parts of ours:
// how many times as fast.
func BenchmarkFiles(b *testing.B) {
	dir := b.TempDir()
	data := contents()
	for i := range 2000 {
		name := []string{"text", "text", "text", "random"}[i%4]
		from := i * 4096
		write(b, filepath.Join(dir, fmt.Sprint(i)), string(data[name][from:from+32<<10]))
	}
	var ours, grep time.Duration
	b.SetBytes(2000 * 32 << 10)
	for b.Loop() {
		start := time.Now()
		if r, err := Scan(b.Context(), Options{Paths: []string{dir}}); err != nil || len(r.Found) > 0 || r.Files != 2000 {
			b.Fatal(r, err)
		}
		ours += time.Since(start)
		b.StopTimer()
		grep += command(b, dir, "grep -rE "+pattern+" .")
		b.StartTimer()
	}
	b.ReportMetric(float64(grep)/float64(ours), "times-grep")
}

// BenchmarkHistory is a repository of 1,000 commits beside git log -p with grep, which misses what merges bring.
func BenchmarkHistory(b *testing.B) {
	dir := b.TempDir()
	makeHistory(b, dir, 1000)
	var ours, log time.Duration
	for b.Loop() {
		start := time.Now()
		r := scanHistory(b, dir)
		ours += time.Since(start)
		b.SetBytes(r.Bytes)
		b.StopTimer()
		log += command(b, dir, "git log --all -p | grep -aE "+pattern)
		b.StartTimer()
	}
	b.ReportMetric(float64(log)/float64(ours), "times-log")
}

func scanHistory(b *testing.B, dir string) *Result {
	r, err := Scan(b.Context(), Options{Paths: []string{dir}, History: true, Environ: os.Environ()})
	if err != nil || len(r.Found) > 0 || len(r.Troubles) > 0 || r.Objects < 1000 {
		b.Fatal(r, err)
	}
	return r
}

// makeHistory makes a repository in which each commit changes a few lines of two of a hundred files.
func makeHistory(b *testing.B, dir string, commits int) {
	var in bytes.Buffer
	data := contents()["text"]
	blob := func(text []byte) { fmt.Fprintf(&in, "data %d\n%s\n", len(text), text) }
	files := make([][]byte, 100)
	for i := range files {
		files[i] = bytes.Clone(data[i*50_000 : i*50_000+20_000])
	}
	for c := range commits {
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter A <a@example.com> %d +0000\n", 1_700_000_000+c)
		blob(fmt.Appendf(nil, "change %d", c))
		for i := range 2 {
			n := (c*7 + i*31) % len(files)
			copy(files[n][c*17%19_000:], fmt.Sprintf("\nchanged in %d\n", c))
			fmt.Fprintf(&in, "M 100644 inline dir%d/file%d\n", n%7, n)
			blob(files[n])
		}
	}
	for _, args := range [][]string{{"init", "--quiet"}, {"fast-import", "--quiet"}, {"gc", "--quiet"}} {
		cmd := exec.CommandContext(context.Background(), "git", args...)
		cmd.Dir, cmd.Stdin = dir, &in
		if args[0] != "fast-import" {
			cmd.Stdin = nil
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v %s", err, out)
		}
	}
}
