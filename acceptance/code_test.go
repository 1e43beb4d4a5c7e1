package acceptance

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"
)

// cmdCode is the script command "code NAME FILE STEPS": it sets the variable NAME to the one-time code that a device with
// the seed in FILE shows some steps of thirty seconds from now.
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: code NAME FILE STEPS")
	}
	steps, err := strconv.Atoi(args[2])
	ts.Check(err)
	code, err := codeOf(ts.ReadFile(args[1]), steps)
	ts.Check(err)
	ts.Setenv(args[0], code)
}

func codeOf(seed string, steps int) (string, error) {
	code, err := totp.GenerateCode(seed, time.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		return "", fmt.Errorf("code: %w", err)
	}
	return code, nil
}
