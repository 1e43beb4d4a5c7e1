package search_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/trail"
	"github.com/warder-iam/warder/trail/search"
)

// TestFilter asks testdata/filter.json: records, and queries with those that they find.
func TestFilter(t *testing.T) {
	text, err := os.ReadFile("testdata/filter.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Records map[string]json.RawMessage
		Queries []struct {
			Query search.Query
			Finds []string
			Error string
		}
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Queries) < 30 {
		t.Fatalf("%d queries", len(table.Queries))
	}
	for _, test := range table.Queries {
		name := fmt.Sprintf("%+v", test.Query)
		f, err := search.Compile(test.Query)
		if err != nil || test.Error != "" {
			if err == nil || test.Error == "" || !strings.Contains(err.Error(), test.Error) {
				t.Errorf("%s: %v, want %q", name, err, test.Error)
			}
			continue
		}
		want := map[string]bool{}
		for _, id := range test.Finds {
			want[id] = true
			if table.Records[id] == nil {
				t.Fatalf("%s: there is no record %s", name, id)
			}
		}
		for id, raw := range table.Records {
			e, err := trail.Parse(raw)
			if err != nil {
				t.Fatalf("%s: %v", id, err)
			}
			if got := f.Match(e); got != want[id] {
				t.Errorf("%s: record %s: %v", name, id, got)
			}
			if want[id] && !f.MayMatch(raw) {
				t.Errorf("%s: record %s is passed over", name, id)
			}
		}
	}
}

// What the raw test is for: it does pass over what another name, time or code shows to be of no interest.
func TestMayMatchRefuses(t *testing.T) {
	const raw = `{"eventTime":"2026-01-02T03:04:05Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":"1",` +
		`"sourceIPAddress":"192.0.2.1","userIdentity":{"arn":"arn:aws:iam::111122223333:user/alice","accessKeyId":"AKIA1"}}`
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, q := range []search.Query{
		{Actions: []string{"DeleteUser"}}, {Actions: []string{"s3:*"}}, {EventIDs: []string{"2"}}, {AccessKeys: []string{"AKIA2"}},
		{Addresses: []string{"192.0.2.0/32"}}, {Errors: []string{"any"}}, {Errors: []string{"AccessDenied"}}, {Since: at.Add(time.Second)},
		{Until: at.Add(-time.Second)}, {Principals: []string{"bob"}}, {Resources: []string{"arn:*:role/*"}}, {Accounts: []string{"444455556666"}},
	} {
		f, err := search.Compile(q)
		if err != nil {
			t.Fatal(err)
		}
		if f.MayMatch([]byte(raw)) {
			t.Errorf("%+v: not passed over", q)
		}
		if !f.MayMatch([]byte(`{"a":"\u0041",` + raw[1:])) {
			t.Errorf("%+v: passed over in spite of an escape", q)
		}
	}
}

// FuzzFilter: a query is refused or can be asked, and what the raw test passes over does not match.
func FuzzFilter(f *testing.F) {
	f.Add(`{"eventName":"CreateUser","eventID":"1","userIdentity":{"arn":"arn:aws:iam::1:user/a","type":"Root"},"eventTime":"2026-01-02T03:04:05Z"}`, "iam:Create*", "user/a", "any", "192.0.2.1", int64(1767323045))
	f.Add(`{"event\u004eame":"x","eventID":"\u0031","errorCode":"AccessDenied","sourceIPAddress":"::ffff:192.0.2.1"}`, "x", "root", "Access*", "192.0.2.0/24", int64(0))
	f.Add(`{"eventID" : "1" , "requestParameters":{"eventName":"a","x":"a\/b"},"eventName"
 :	"b","resources":[{"ARN":"arn:aws:s3:::a\/b"}]}`, "b", "a/b", "none", "a.b", int64(5))
	f.Fuzz(func(t *testing.T, raw, action, name, code, address string, since int64) {
		e, err := trail.Parse([]byte(raw))
		if err != nil {
			return
		}
		list := func(s string) []string {
			if s == "" {
				return nil
			}
			return []string{s}
		}
		at := time.Unix(since, 0)
		for _, q := range []search.Query{
			{Actions: list(action)}, {Principals: list(name)}, {Resources: list(name)}, {Errors: list(code)}, {Addresses: list(address)},
			{EventIDs: list(name)}, {AccessKeys: list(name)}, {Accounts: list(name)}, {Since: at}, {Until: at},
			{Actions: list(action), Principals: list(name), Errors: list(code)},
		} {
			filter, err := search.Compile(q)
			if err != nil {
				continue
			}
			if filter.Match(e) && !filter.MayMatch([]byte(raw)) {
				t.Errorf("%+v matches and is passed over", q)
			}
		}
	})
}
