package awsimport

import (
	"strings"
	"testing"
	"testing/fstest"
)

const twoUsers = `{"UserDetailList": [
 {"Arn": "arn:aws:iam::111122223333:user/a", "UserName": "a", "UserId": "AIDAA000000000000001"},
 {"Arn": "arn:aws:iam::111122223333:user/b", "UserName": "b", "UserId": "AIDAB000000000000001"}]}`

func readWith(text string, set func(r *reader)) *Bundle {
	r := newReader(fstest.MapFS{"a.json": {Data: []byte(text)}}, Options{})
	set(r)
	f := &File{Path: "a.json"}
	r.files = append(r.files, f)
	r.file(f)
	return r.finish()
}

func hasProblem(b *Bundle, part string) bool {
	for _, p := range b.Problems {
		if strings.Contains(p.Message, part) {
			return true
		}
	}
	return false
}

// TestPartOfMany: however many are there, some of more are part of them.
func TestPartOfMany(t *testing.T) {
	for n, want := range map[int]Extent{0: Absent, 1: Partial, 255: Partial, 256: Partial, 300: Complete, 301: Complete} {
		a := newAccount(newReader(nil, Options{}), "111122223333")
		a.ev.Summary = map[string]int{"Users": 300}
		if got := a.extent("Users", n, false, false); got != want {
			t.Errorf("%d of 300 users are %s, not %s", n, got, want)
		}
	}
}

// TestMaxEntities: what is beyond the limit is left out and said to be.
func TestMaxEntities(t *testing.T) {
	b := readWith(twoUsers, func(r *reader) { r.entities = MaxEntities - 1 })
	account := b.Snapshot.Account("111122223333")
	if account.User("a") == nil || account.User("b") != nil {
		t.Error("not the first user, and it alone, is there")
	}
	if !hasProblem(b, "left out") || b.Accounts["111122223333"].AuthorizationDetails.Users != Partial {
		t.Errorf("problems %+v, coverage %+v", b.Problems, b.Accounts["111122223333"].AuthorizationDetails)
	}
}

// TestMaxFile: a file of the limit is read, one that is longer is not, and is reported.
func TestMaxFile(t *testing.T) {
	for extra, fits := range map[int]bool{0: true, -1: false} {
		limit := int64(len(twoUsers) + extra)
		b := readWith(twoUsers, func(r *reader) { r.maxFile = limit })
		if read := b.Snapshot.Account("111122223333") != nil; read != fits || hasProblem(b, "more than") == fits {
			t.Errorf("limit %d: read %v, problems %+v", limit, read, b.Problems)
		}
	}
}

// TestMaxFileOfEvents: the records before the limit are given, and that there are more is said.
func TestMaxFileOfEvents(t *testing.T) {
	record := `{"eventVersion":"1.11","eventName":"A","eventID":"1","eventSource":"s3.amazonaws.com"}` + "\n"
	for extra, fits := range map[int]bool{0: true, -1: false} {
		b := readWith(record+record, func(r *reader) { r.maxFile = int64(2*len(record) + extra) })
		events, problems := 0, 0
		for e, p := range b.Events {
			if e != nil {
				events++
			}
			if p != nil && strings.Contains(p.Message, "more than") {
				problems++
			}
		}
		if events != 2 || (problems == 0) != fits {
			t.Errorf("%d bytes too many: %d events, %d problems", -extra, events, problems)
		}
	}
}

// TestStoppingEvents: who has seen enough events gets no more.
func TestStoppingEvents(t *testing.T) {
	record := `{"eventVersion":"1.11","eventName":"A","eventID":"1","eventSource":"s3.amazonaws.com"}`
	for _, text := range []string{record + record, `{"Records":[` + record + `,` + record + `]}`, `[` + record + `,` + record + `]`} {
		n := 0
		for range readWith(text, func(*reader) {}).Events {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: %d events", text, n)
		}
	}
}
