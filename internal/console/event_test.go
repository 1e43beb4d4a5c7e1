package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/passkey/passkeytest"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// TestEvents compares the records of signing in, whole, with testdata/events.golden. Their shape is that of the AWS CloudTrail User
// Guide, "AWS Management Console sign-in events", as far as it was at hand: its examples were not gone through one by one.
func TestEvents(t *testing.T) {
	s := keyed(t, true)
	keys := map[string]*passkeytest.Key{"carol": s.key("carol"), "frank": s.key("frank")}
	s.changes = map[string]func(){
		"carol's key answers": func() { s.answer(factorPath, s.ask(factorOptionsPath, keys["carol"])) },
		"frank's key answers": func() { s.answer(passkeyPath, s.ask(passkeyOptionsPath, keys["frank"])) },
	}
	var got strings.Builder
	for n, c := range []struct{ name, lines string }{
		{"a user without MFA", `
			post /signin account=acme user=alice password=` + canary},
		{"a user without MFA on a telephone, on the way to a page", `
			as phone 'Mozilla/5.0 (iPhone) Mobile/15E148'
			get /signin
			post /signin account=acme user=alice next=/console/users password=` + canary},
		{"a wrong password", `
			post /signin account=acme user=alice password=wrong`},
		{"a user that is not there", `
			post /signin account=acme user=` + canary + ` password=x`},
		{"an account that is not there", `
			post /signin account=elsewhere user=alice password=x`},
		{"a user with an authenticator app", `
			post /signin account=acme user=bob password=` + canary + `
			get /signin/mfa
			keep DEVICE name="device" value="([^"]+)"
			post /signin/mfa device=$DEVICE code=000000
			post /signin/mfa device=$DEVICE code=@phone`},
		{"a user with several devices, by passkey", `
			post /signin account=acme user=carol password=` + canary + `
			get /signin/mfa
			do carol's key answers`},
		{"a passkey alone", `
			get /signin/passkey
			do frank's key answers`},
		{"the root user", `
			get /signin/root
			post /signin/root email=root@example.com password=wrong
			post /signin/root email=root@example.com password=` + canary + `
			get /signin/password
			post /signin/password old=wrong new=` + canary2 + ` again=` + canary2 + `
			post /signin/password old=` + canary + ` new=` + canary2 + ` again=` + canary2 + `
			json GET /console/session
			json POST /console/credentials
			get /signout
			post /signout`},
		{"an address that is nobody's", `
			get /signin/root
			post /signin/root email=nobody@example.com password=x`},
	} {
		s.lines(fmt.Sprintf("as browser%d\nget /signin\n", n) + strings.TrimSpace(c.lines))
		fmt.Fprintf(&got, "# %s\n", c.name)
		s.collect()
		for _, e := range s.pending {
			text, err := json.MarshalIndent(e, "", "  ")
			servertest.Check(t, err)
			fmt.Fprintf(&got, "%s\n", stable(text))
		}
		got.WriteByte('\n')
		s.pending = nil
	}
	const golden = "testdata/events.golden"
	if *update {
		servertest.Check(t, os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	servertest.Check(t, err)
	if got.String() != string(want) {
		t.Errorf("events are\n%s\nand not those of %s (go test ./internal/console -run Events -update writes them)", got.String(), golden)
	}
}

// stable is an event without what differs each time, whose kind stays.
func stable(event []byte) []byte {
	for pattern, kind := range map[string]string{
		`[0-9a-f]{8}-[0-9a-f-]{27}`:            "UUID",
		`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`:      "TIME",
		`\b(AIDA|AIDM|ASIA|WEBS)[A-Z0-9]{12,}`: "$1…",
		`"cipherSuite": "TLS_\w+"`:             `"cipherSuite": "TLS_…"`,
	} {
		event = regexp.MustCompile(pattern).ReplaceAll(event, []byte(kind))
	}
	return bytes.TrimSpace(event)
}
