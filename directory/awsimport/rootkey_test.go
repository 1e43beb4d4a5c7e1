package awsimport_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// TestRootSecurityKey: list-mfa-devices of the root user names it "root", which no user of the account is. Its key is in the
// evidence and in the snapshot as the root user's.
func TestRootSecurityKey(t *testing.T) {
	const serial = "arn:aws:iam::111122223333:u2f/root/key-ABC"
	b, err := awsimport.Read(fstest.MapFS{
		"111122223333/devices.json": {Data: []byte(`{"MFADevices": [{"UserName": "root", "SerialNumber": "` + serial + `", "EnableDate": "2024-01-02T03:04:05Z"}]}`)},
	}, awsimport.Options{Library: library})
	if err != nil {
		t.Fatal(err)
	}
	enabled := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	want := awsimport.MFADevice{Serial: serial, User: "arn:aws:iam::111122223333:root", SecurityKey: true, Enabled: enabled}
	if got := b.Accounts["111122223333"].MFADevices; len(got) != 1 || got[0] != want {
		t.Errorf("evidence: %+v, want %+v", got, want)
	}
	if d := b.Snapshot.Account("111122223333").MFADevice(serial); d == nil || d.Kind != directory.SecurityKey || d.User != "111122223333" || d.Name != "key-ABC" || !d.Enabled.Equal(enabled) {
		t.Errorf("snapshot: %+v", d)
	}
}
