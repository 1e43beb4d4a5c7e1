package sts_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
)

// denial is the message in the header of a denied AssumeRole.
func denial(t *testing.T, c *servertest.Credentials, role string) string {
	t.Helper()
	r := c.Request(t, "sts", "Action=AssumeRole&Version=2011-06-15&RoleSessionName=s1&RoleArn="+role, nil, time.Now())
	resp, err := c.Client.Do(r)
	servertest.Check(t, err)
	_, _ = io.Copy(io.Discard, resp.Body)
	servertest.Check(t, resp.Body.Close())
	if resp.StatusCode != http.StatusForbidden {
		t.Fatalf("status %d", resp.StatusCode)
	}
	return resp.Header.Get("X-Warder-Authorization-Message")
}

func TestDecodeAuthorizationMessage(t *testing.T) {
	w := newWorld(t)
	f := newFixture(t, w, number(1), policyOf("Deny sts:AssumeRole *"))
	r := f.role(t, "it", trust(trustsAlice))
	tagged := r.Clone()
	tagged.Tags = append(tagged.Tags, directory.Tag{Key: "team", Value: "red"})
	f.Put(t, tagged)
	message := denial(t, f.alice, f.ARN(r))
	if message == "" {
		t.Fatal("the denial has no message")
	}
	admin := f.Admin(t, "reader")
	a := admin.Call(t, "DecodeAuthorizationMessage", "EncodedMessage", message)
	expect(t, a, "", "")
	var status authz.Status
	servertest.Check(t, json.Unmarshal([]byte(a.Text("DecodedMessage")), &status))
	if status.Allowed || !status.ExplicitDeny || len(status.MatchedStatements.Items) != 1 || status.Context.Resource != f.ARN(r) ||
		status.Context.Principal.ID != f.user.ID || !strings.Contains(a.Text("DecodedMessage"), `"aws:ResourceTag/team"`) {
		t.Errorf("%s", a.Text("DecodedMessage"))
	}
	expect(t, f.alice.Call(t, "DecodeAuthorizationMessage", "EncodedMessage", message), "AccessDenied", "sts:DecodeAuthorizationMessage")
	for _, bad := range []string{message[:len(message)-4], message + "AAAA", message[4:], "x", message + "\n"} {
		expect(t, admin.Call(t, "DecodeAuthorizationMessage", "EncodedMessage", bad), "InvalidAuthorizationMessageException", "")
	}

	// Of a role in another account, the message tells nothing that is the other account's.
	other := newFixture(t, w, number(2))
	foreign := denial(t, other.alice, f.ARN(r))
	a = other.Admin(t, "reader").Call(t, "DecodeAuthorizationMessage", "EncodedMessage", foreign)
	expect(t, a, "", "")
	if strings.Contains(a.Text("DecodedMessage"), "team") {
		t.Errorf("%s", a.Text("DecodedMessage"))
	}
	expect(t, admin.Call(t, "DecodeAuthorizationMessage", "EncodedMessage", foreign), "InvalidAuthorizationMessageException", "")
}

// TestMessageExpires: a message opens for a day.
func TestMessageExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring, _, err := seal.NewKeyring(seal.NewMaster())
		servertest.Check(t, err)
		keys := session.NewKeys(ring)
		message, ok, err := keys.EncodeMessage("111122223333", time.Now(), []byte("why"))
		if err != nil || !ok {
			t.Fatal(err, ok)
		}
		time.Sleep(24 * time.Hour)
		if text, ok := keys.DecodeMessage("111122223333", message, time.Now()); !ok || string(text) != "why" {
			t.Errorf("%q %v", text, ok)
		}
		time.Sleep(time.Second)
		if _, ok := keys.DecodeMessage("111122223333", message, time.Now()); ok {
			t.Error("an old message opens")
		}
	})
}
