package acceptance

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"
)

// cmdCode is the script command "code NAME... FILE STEPS": it sets the variables to one-time codes in a row of a device with
// the seed in FILE, the first of them some steps of thirty seconds from now. All of one command count from one reading of the
// clock.
//
// A step may end between a code and its use. A device whose second code is one step old when it is enabled counts as in step
// still, so that -1 is where two codes to enable it begin. The code 1 comes after these, and is taken for more than a minute.
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: code NAME... FILE STEPS")
	}
	names, file := args[:len(args)-2], args[len(args)-2]
	steps, err := strconv.Atoi(args[len(args)-1])
	ts.Check(err)
	seed, now := ts.ReadFile(file), time.Now()
	for i, name := range names {
		code, err := codeOf(seed, now, steps+i)
		ts.Check(err)
		ts.Setenv(name, code)
	}
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
