package warder_test

import (
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/passkey/passkeytest"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// TestWire runs testdata/wire.json: of every operation that is served one request that succeeds and one that does not.
func TestWire(t *testing.T) {
	f := newFixture(t)
	newAlarms(t, f.Account)
	users := map[string]*servertest.Credentials{"notes": f.notes, "admin": f.Admin(t, "admin"), "alice": f.alice, "eve": f.eve, "root": rootSession(t, f.Account)}
	users["muzzled"] = f.User(t, "muzzled", document(`{"Effect":"Allow","Action":"warder:*","Resource":"*"}`,
		`{"Effect":"Deny","Action":"warder:MuteAlarm","Resource":"arn:aws:warder:us-east-1:*:alarm/*"}`))
	alice := f.Console(t, "alice")
	o, _ := options(t, users["admin"], `{"userName":"alice"}`)
	credential := passkeytest.New(t).Create(t, o, origin)
	fill := strings.NewReplacer("{soon}", time.Now().UTC().Add(time.Hour).Format(time.RFC3339), "{session}", alice.SessionID, `"{credential}"`, string(credential))
	f.World.Wire(t, "warder", func(name string) *servertest.Credentials { return users[name] }, fill.Replace)
}
