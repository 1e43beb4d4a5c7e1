package repair_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

const goodUndo = `{"version": "1", "id": "x", "account": "111122223333", "made": "2026-12-01T12:00:00Z", "steps": [
  {"text": "t", "state": "begun", "call": {"action": "DeleteGroup", "params": {"GroupName": "g"}},
   "undo": [{"action": "CreateGroup", "params": {"GroupName": "g", "Path": "/"}}]}]}`

func TestParseUndo(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"good", "", "", ""},
		{"version", `"version": "1"`, `"version": "2"`, `it is of version "2"; this program reads version 1`},
		{"id", `"id": "x"`, `"id": ""`, "it has no id"},
		{"account", "111122223333", "1111", `"1111" is no account`},
		{"state", "begun", "perhaps", `step 1: there is no state "perhaps"`},
		{"call", "DeleteGroup", "DeleteUser", `step 1: no plan calls "DeleteUser"`},
		{"way back", "CreateGroup", "CreateAccessKey", `step 1: no plan calls "CreateAccessKey"`},
		{"unknown field", `"text"`, `"words"`, `json: unknown field "words"`},
		{"more", "]}]}", "]}]} {}", "something follows the object"},
		{"cut off", "]}]}", "]}", "unexpected EOF"},
		{"too many", `"steps": [`, `"steps": [` + strings.Repeat(`{"state": "done", "call": {"action": "DeleteGroup"}},`, repair.MaxUndoSteps), "it has more than 10000 steps"},
		{"too large", `"text": "t"`, `"text": "` + strings.Repeat("t", repair.MaxUndo) + `"`, "it is larger than 64 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := repair.ParseUndo([]byte(strings.Replace(goodUndo, c.old, c.new, 1)))
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != c.want || (u == nil) != (err != nil) {
				t.Errorf("got %v, %q, want %q", u, got, c.want)
			}
		})
	}
}

// FuzzParseUndo holds that what is read is written as what is read again.
func FuzzParseUndo(f *testing.F) {
	f.Add([]byte(goodUndo))
	f.Fuzz(func(t *testing.T, text []byte) {
		u, err := repair.ParseUndo(text)
		if err != nil {
			return
		}
		first, err := u.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := repair.ParseUndo(first)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := again.Encode(); err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s\nis not\n%s: %v", second, first, err)
		}
	})
}

const oneUser = `{"GroupDetailList": [], "RoleDetailList": [], "Policies": [], "UserDetailList": [{"Path": "/", "UserName": "ann", "UserId": "AIDAANN00000000000000",
  "Arn": "arn:aws:iam::111122223333:user/ann", "CreateDate": "2025-01-01T00:00:00Z", "GroupList": [], "AttachedManagedPolicies": [],
  "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:111122223333:jobs-*"}]}}]}]}`

// TestProofComparesPatterns changes the one policy of a user, and holds that what is lost and gained is told exactly, up to
// patterns and conditions.
func TestProofComparesPatterns(t *testing.T) {
	const action, jobs, all = "sqs:SendMessage", "arn:aws:sqs:*:111122223333:jobs-*", "*"
	for _, c := range []struct{ name, statement, want string }{
		{"the same otherwise", `"Action": "sqs:SendMessage", "Resource": ["arn:aws:sqs:*:111122223333:jobs-*"]`, ""},
		{"wider", `"Action": "sqs:SendMessage", "Resource": "*"`, "gained " + all + " (yes)"},
		{"narrower", `"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:111122223333:jobs-a*"`, "lost " + jobs + " (yes)"},
		{"with a condition", `"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:111122223333:jobs-*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}`, "lost " + jobs + " (yes)"},
		{"nothing", `"Action": "sqs:Nothing", "Resource": "*"`, "lost " + jobs + " (yes)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := awsimport.Read(fstest.MapFS{"d.json": {Data: []byte(oneUser)}}, awsimport.Options{Library: library()})
			if err != nil {
				t.Fatal(err)
			}
			u := b.Snapshot.Account("111122223333").User("ann").Clone()
			u.Inline[0].Document = directory.Document{Text: `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", ` + c.statement + `}]}`}
			plan := &repair.Plan{Before: b.Snapshot, After: b.Snapshot.With(2, "111122223333", []directory.Entity{u}, nil)}
			proof := plan.Prove(&repair.Input{Bundle: b, Settings: audit.DefaultSettings(), Now: now})
			var got []string
			for verb, list := range map[string][]repair.Access{"lost": proof.Lost, "gained": proof.Gained} {
				for _, a := range list {
					if a.Action != action {
						t.Errorf("%s %s", verb, a.Action)
					}
					got = append(got, verb+" "+strings.Join(a.Resources, " ")+" ("+a.Answer+")")
				}
			}
			if len(proof.Principals) != 1 || strings.Join(got, "; ") != c.want {
				t.Errorf("evaluated %q, got %q, want %q", proof.Principals, got, c.want)
			}
		})
	}
}
