package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"os"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/session"
)

// mintKeys sets variables to keys that were never anybody's, so that none stands in this repository: access key ids of account
// 999999999999 in $A and $B, a temporary one in $T, secrets in $a and $b.
func mintKeys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: mintkeys")
	}
	for name, prefix := range map[string]string{"A": session.PrefixAccessKey, "B": session.PrefixAccessKey, "T": session.PrefixTemporaryKey} {
		id, err := session.NewKeyID(prefix, "999999999999")
		ts.Check(err)
		ts.Setenv(name, id)
	}
	for _, name := range []string{"a", "b"} {
		var b [30]byte
		_, _ = rand.Read(b[:]) // never fails
		ts.Setenv(name, base64.StdEncoding.EncodeToString(b[:]))
	}
}

// userKey makes a user with a key in the account of a running server: userkey DIR ADMINFILE USER sets $ID and $SECRET.
func userKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: userkey DIR ADMINFILE USER")
	}
	e, err := app.ReadEndpoint(ts.MkAbs(args[0]))
	ts.Check(err)
	admin, err := adminKey(ts.MkAbs(args[1]))
	ts.Check(err)
	client, err := apiclient.New(e.URL, e.CA, app.Region)
	ts.Check(err)
	by := apiclient.Credentials{ID: admin.id, Secret: admin.secret}
	user := url.Values{"UserName": {args[2]}}
	var made struct {
		ID     string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
		Secret string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	}
	ts.Check(client.Do(context.Background(), by, apiclient.Call{Service: "iam", Action: "CreateUser", Params: user}, nil))
	ts.Check(client.Do(context.Background(), by, apiclient.Call{Service: "iam", Action: "CreateAccessKey", Params: user}, &made))
	ts.Setenv("ID", made.ID)
	ts.Setenv("SECRET", made.Secret)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]+".key"), []byte("["+app.Profile+"]\naws_access_key_id = "+made.ID+"\naws_secret_access_key = "+made.Secret+"\n"), 0o600))
}
