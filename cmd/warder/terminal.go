package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"
)

// terminal is the person's own, whatever the standard streams are: those belong to the AWS client that asks.
type terminal struct{ in, out *os.File }

var errNoTerminal = errors.New("there is no terminal to ask at")

func openTerminal() (*terminal, error) {
	in, out := "/dev/tty", "/dev/tty"
	if runtime.GOOS == "windows" {
		in, out = "CONIN$", "CONOUT$"
	}
	r, err := os.OpenFile(in, os.O_RDWR, 0)
	if err != nil {
		return nil, errNoTerminal
	}
	w, err := os.OpenFile(out, os.O_RDWR, 0)
	if err != nil {
		return nil, errors.Join(errNoTerminal, r.Close())
	}
	return &terminal{r, w}, nil
}

func (t *terminal) close() {
	_ = t.in.Close() // nothing is left to write
	_ = t.out.Close()
}

// secret asks for what does not show.
func (t *terminal) secret(prompt string) ([]byte, error) {
	_, _ = io.WriteString(t.out, prompt)
	text, err := term.ReadPassword(int(t.in.Fd()))
	_, _ = io.WriteString(t.out, "\n")
	return text, err
}

func (t *terminal) line(prompt string) (string, error) {
	_, _ = io.WriteString(t.out, prompt)
	line, err := bufio.NewReader(io.LimitReader(t.in, 4<<10)).ReadString('\n')
	return strings.TrimSpace(line), err
}

const (
	passphraseFile = "WARDER_PASSPHRASE_FILE"
	// minPassphrase keeps out what is guessed at once, however dear each guess is.
	minPassphrase = 8
)

// passphrase is that of the sealed keys: from the file that the environment names, else from the terminal. A fresh one is
// asked for twice.
func (p *program) passphrase(fresh bool) ([]byte, error) {
	if name := p.getenv(passphraseFile); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", passphraseFile, err)
		}
		return checkPassphrase(bytes.TrimRight(text, "\r\n"))
	}
	t, err := openTerminal()
	if err != nil {
		return nil, fmt.Errorf("the key is sealed under a passphrase, and %w; put it into a file and name that in %s", err, passphraseFile)
	}
	defer t.close()
	if !fresh {
		return t.secret("Passphrase of Warder's keys: ")
	}
	first, err := t.secret("A passphrase to keep the access key under: ")
	if err != nil {
		return nil, err
	}
	if _, err := checkPassphrase(first); err != nil {
		return nil, err
	}
	second, err := t.secret("Again: ")
	if err == nil && !bytes.Equal(first, second) {
		err = errors.New("the two passphrases differ; nothing was changed")
	}
	return first, err
}

func checkPassphrase(text []byte) ([]byte, error) {
	if len(text) < minPassphrase {
		return nil, fmt.Errorf("a passphrase has at least %d characters", minPassphrase)
	}
	return text, nil
}

// code asks at the terminal for what an MFA device shows.
func (p *program) code(serial string) (string, error) {
	t, err := openTerminal()
	if err != nil {
		return "", fmt.Errorf("the code of %s is needed, and %w; run any aws command of this profile at a terminal first: its session serves the others while it lasts", clean(serial), err)
	}
	defer t.close()
	code, err := t.line("MFA code of " + clean(serial) + ": ")
	if err != nil {
		return "", err
	}
	if code == "" {
		return "", errors.New("no code was given")
	}
	return code, nil
}
