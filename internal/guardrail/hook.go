package guardrail

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"
)

const (
	// hookTime is how long a hook may take. A server that stops waits for one that runs.
	hookTime = 30 * time.Second
	// hookVersion is that of the form of its input.
	hookVersion = "1"
)

// hookEnvironment are the only variables that a hook is given: the server's own may hold secrets.
var hookEnvironment = []string{"PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"}

// notice is what the hook for notices reads.
type notice struct {
	Version string       `json:"version"`
	Event   string       `json:"event"` // "notice"
	Account string       `json:"account"`
	Keys    []noticedKey `json:"keys"`
}

// noticedKey is a key that is to be made inactive.
type noticedKey struct {
	UserName    string    `json:"userName"`
	UserARN     string    `json:"userArn"`
	AccessKeyID string    `json:"accessKeyId"`
	Created     time.Time `json:"created"`
	// Due is when it is made inactive, at the earliest.
	Due time.Time `json:"due"`
}

// handover is what the hook for rotations reads. It is the one place where a secret leaves the server by itself.
type handover struct {
	Version        string `json:"version"`
	Event          string `json:"event"` // "rotate"
	Account        string `json:"account"`
	UserName       string `json:"userName"`
	UserARN        string `json:"userArn"`
	OldAccessKeyID string `json:"oldAccessKeyId"`
	NewAccessKeyID string `json:"newAccessKeyId"`
	Secret         string `json:"secretAccessKey"`
}

// runHook gives a program its input, as JSON on standard input and nowhere else, and waits until it ends with status 0. What it
// prints is thrown away: it might be the secret. A stop of the server does not end it halfway.
func runHook(ctx context.Context, program string, limit time.Duration, input any) error {
	text, err := json.Marshal(input)
	if err != nil {
		return err
	}
	defer clear(text)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Stdin = bytes.NewReader(text)
	cmd.Env = []string{} // not nil, which stands for all of the server's
	for _, name := range hookEnvironment {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.WaitDelay = time.Second
	endTogether(cmd) // what a hook has begun must not install a key that is deleted again
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("hook %s did not end within %v", program, limit)
		}
		return fmt.Errorf("hook %s: %w", program, err)
	}
	return nil
}
