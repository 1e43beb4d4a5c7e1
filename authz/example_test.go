package authz_test

import (
	"fmt"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

// A program that embeds Warder's decisions builds the state that they are made on, and asks.
func Example() {
	const account = "111122223333"
	document, err := directory.NewDocument(policy.Identity, `{
	  "Version": "2012-10-17",
	  "Statement": {
	    "Effect": "Allow", "Action": "notes:Read", "Resource": "arn:aws:notes:::shelf/${aws:PrincipalTag/team}/*",
	    "Condition": { "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }
	  }
	}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	alice := &directory.User{
		ID: "AIDAALICEAAAAAAAAAAAA", Name: "alice", Path: "/", Tags: []directory.Tag{{Key: "team", Value: "blue"}},
		Inline: []directory.InlinePolicy{{Name: "read", Document: document}},
	}
	empty := directory.New(directory.NewLibrary(catalog.Load()))
	snapshot := empty.With(1, account, []directory.Entity{&directory.AccountInfo{ID: account}, alice}, nil)

	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	caller, ok := authz.Principal(snapshot, "arn:aws:iam::111122223333:user/alice", now)
	if !ok {
		fmt.Println("no such principal")
		return
	}
	environment := &authz.Environment{Time: now, SourceIP: "10.1.2.3", Secure: true}
	for _, shelf := range []string{"blue", "red"} {
		ask := &authz.Ask{Action: "notes:Read", Resource: "arn:aws:notes:::shelf/" + shelf + "/1"}
		if d := authz.Decide(snapshot, caller, environment, ask); d.Allowed() {
			fmt.Println(shelf, "allowed")
		} else {
			fmt.Println(shelf, "denied:", d.Message())
		}
	}
	environment.SourceIP = "192.0.2.1"
	why, _ := authz.Explain(snapshot, caller, environment, &authz.Ask{Action: "notes:Read", Resource: "arn:aws:notes:::shelf/blue/1"})
	missed := why.NearMisses[0].Conditions[0]
	fmt.Println(why.Verdict, "but for", missed.Key, missed.Request)
	// Output:
	// blue allowed
	// red denied: User: arn:aws:iam::111122223333:user/alice is not authorized to perform: notes:Read on resource: arn:aws:notes:::shelf/red/1 because no identity-based policy allows the notes:Read action
	// ImplicitDeny but for aws:SourceIp [192.0.2.1]
}
