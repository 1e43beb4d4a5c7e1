package main

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
)

// waitAlarms waits until the account has so many alarms: alarms DIR KEYFILE N. They follow the trail, and are there a moment
// after what raised them.
func waitAlarms(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: alarms DIR KEYFILE N")
	}
	e, err := app.ReadEndpoint(ts.MkAbs(args[0]))
	ts.Check(err)
	key, err := adminKey(ts.MkAbs(args[1]))
	ts.Check(err)
	client, err := apiclient.New(e.URL, e.CA, app.Region)
	ts.Check(err)
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		var out struct{ Alarms []apiAlarm }
		ts.Check(client.REST(ctx, apiclient.Credentials{ID: key.id, Secret: key.secret}, apiclient.RESTCall{
			Service: "warder", Method: "GET", Path: "/alarms/v1/alarms", Query: url.Values{"maxResults": {"100"}},
		}, &out))
		if len(out.Alarms) >= want {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// letOutput sets a variable to the last output: let NAME.
func letOutput(ts *testscript.TestScript, neg bool, args []string) {
	value := strings.TrimSpace(ts.ReadFile("stdout"))
	if neg || len(args) != 1 || value == "" {
		ts.Fatalf("usage: let NAME, after an output")
	}
	ts.Setenv(args[0], value)
}
