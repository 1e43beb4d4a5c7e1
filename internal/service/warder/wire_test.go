package warder_test

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// TestWire runs testdata/wire.json: of every operation that is served one request that succeeds and one that does not.
func TestWire(t *testing.T) {
	f := newFixture(t)
	newAlarms(t, f.Account)
	users := map[string]*servertest.Credentials{"notes": f.notes, "admin": f.Admin(t, "admin")}
	users["muzzled"] = f.User(t, "muzzled", document(`{"Effect":"Allow","Action":"warder:*","Resource":"*"}`,
		`{"Effect":"Deny","Action":"warder:MuteAlarm","Resource":"arn:aws:warder:us-east-1:*:alarm/*"}`))
	f.World.Wire(t, "warder", func(name string) *servertest.Credentials { return users[name] }, func(text string) string {
		return strings.ReplaceAll(text, "{soon}", time.Now().UTC().Add(time.Hour).Format(time.RFC3339))
	})
}
