package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// process is a server in a process of its own, so that neither its memory nor its collector's work is mixed with the
// clients' or with another server's. It is this test binary, started in a role: see role_test.go.
type process struct {
	address string        // HOST:PORT
	startup time.Duration // from when the process begins to be a server until it serves
	cmd     *exec.Cmd
	to      io.WriteCloser
	from    *bufio.Reader
}

// greeting is a server's first word, when it serves.
type greeting struct {
	Address string
	Startup time.Duration
}

// usage is what a server's process has used since it began to be a server.
type usage struct {
	CPU     time.Duration // 0 where the system does not tell
	Written uint64        // bytes sent to the disk; likewise
	Heap    uint64        // bytes of live objects, after a collection; asked for by "memory" only
}

// startProcess starts a role with its settings and waits until it serves.
func startProcess(tb testing.TB, role string, settings any) *process {
	tb.Helper()
	text, err := json.Marshal(settings)
	check(tb, err)
	self, err := os.Executable()
	check(tb, err)
	p := &process{cmd: exec.Command(self)}
	p.cmd.Env = append(os.Environ(), roleVariable+"="+role, settingsVariable+"="+string(text))
	p.cmd.Stderr = os.Stderr
	p.to, err = p.cmd.StdinPipe()
	check(tb, err)
	out, err := p.cmd.StdoutPipe()
	check(tb, err)
	p.from = bufio.NewReader(out)
	check(tb, p.cmd.Start())
	var g greeting
	if err := p.answer(&g); err != nil {
		tb.Fatalf("the server %s did not start: %v, %v", role, err, p.cmd.Wait())
	}
	p.address, p.startup = g.Address, g.Startup
	return p
}

// stop ends the process as SIGTERM would. It may be called once.
func (p *process) stop(tb testing.TB) {
	tb.Helper()
	check(tb, p.to.Close())
	check(tb, p.cmd.Wait())
}

// ask sends a word and reads the answer: "usage" or "memory".
func (p *process) ask(tb testing.TB, word string) (u usage) {
	tb.Helper()
	_, err := io.WriteString(p.to, word+"\n")
	check(tb, err)
	check(tb, p.answer(&u))
	return u
}

func (p *process) answer(to any) error {
	line, err := p.from.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("reading from the server's process: %w", err)
	}
	return json.Unmarshal(line, to)
}
