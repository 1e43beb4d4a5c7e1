package acceptance

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"
)

// firstCode is when a script asked for its first code.
type firstCode struct{}

// cmdCode is the script command "code NAME FILE STEPS": it sets the variable NAME to the one-time code that a device with
// the seed in FILE shows some steps of thirty seconds from when the script asked for its first code: two codes that are to
// follow each other do so even where a step ends between the commands.
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: code NAME FILE STEPS")
	}
	steps, err := strconv.Atoi(args[2])
	ts.Check(err)
	from, ok := ts.Value(firstCode{}).(*time.Time)
	if !ok {
		ts.Fatalf("the script was set up without a time for its codes")
	}
	if from.IsZero() {
		*from = time.Now()
	}
	code, err := codeOf(ts.ReadFile(args[1]), *from, steps)
	ts.Check(err)
	ts.Setenv(args[0], code)
}

// codeOf is the code that a device shows some steps of thirty seconds from a time.
func codeOf(seed string, from time.Time, steps int) (string, error) {
	code, err := totp.GenerateCode(seed, from.Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		return "", fmt.Errorf("code: %w", err)
	}
	return code, nil
}

// lastCodes are the two codes in a row that a device shows last.
func lastCodes(t *testing.T, seed string) (first, second string) {
	t.Helper()
	now := time.Now()
	first, err := codeOf(seed, now, -1)
	check(t, err)
	second, err = codeOf(seed, now, 0)
	check(t, err)
	return first, second
}
