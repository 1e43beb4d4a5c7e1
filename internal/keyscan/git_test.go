package keyscan

import (
	"strings"
	"testing"
	"time"
)

// What git log and git diff write is read back, whatever authors and paths hold.
func FuzzLogReader(f *testing.F) {
	f.Add("Ann <ann@example.com>", "dir/file", int64(1_700_000_000))
	f.Add("\x01 <>", "\x01:100644 100644 a b M\n", int64(0))
	f.Add(":", " ", int64(-1))
	f.Fuzz(func(t *testing.T, author, path string, seconds int64) {
		at := time.Unix(seconds%100_000_000_000, 0).UTC()
		date, err := time.Parse(time.RFC3339, at.Format(time.RFC3339))
		if author == "" || path == "" || strings.Contains(author+path, "\x00") || err != nil {
			t.Skip()
		}
		id := strings.Repeat("b", 40)
		later := date.Add(time.Second)
		commit := []string{"\n\x01" + id[:39] + "c", author, date.Format(time.RFC3339), later.Format(time.RFC3339)}
		change := []string{"\n:100644 100644 " + strings.Repeat("a", 40) + " " + id + " M", path, ":100644 000000 " + id + " " + strings.Repeat("0", 40) + " D", path}
		n := 0
		r := &logReader{head: func(head) {}, blob: func(h head, blob, where string) {
			n++
			if blob != id || where != path || h.author != author || h.commit != id[:39]+"c" || !h.date.Equal(date) || !h.modified.Equal(later) {
				t.Errorf("%+v %q %q", h, blob, where)
			}
		}}
		for _, part := range append(append(append([]string{}, commit...), change...), append(commit, change...)...) {
			if err := r.read(part); err != nil {
				t.Fatal(err)
			}
		}
		if n != 2 {
			t.Errorf("%d changes", n)
		}
		for _, part := range []string{author, path} { // what git does not write is an error, or is nothing
			_ = (&logReader{head: func(head) {}}).read(part)
			_ = new(diffEntry).parse(part)
			if o, ok := parseObject(part); ok && (o.id == "" || o.kind == "" || o.size < 0) {
				t.Errorf("%q: %+v", part, o)
			}
		}
	})
}

func TestParseObject(t *testing.T) {
	tests := []struct {
		line string
		want object
		ok   bool
	}{
		{"abc blob 12\n", object{"abc", "blob", 12}, true},
		{"abc missing\n", object{}, false},
		{"abc blob -1\n", object{"abc", "blob", -1}, false},
		{"abc blob x\n", object{"abc", "blob", 0}, false},
		{"", object{}, false},
	}
	for _, c := range tests {
		if got, ok := parseObject(c.line); ok != c.ok || ok && got != c.want {
			t.Errorf("%q: %+v, %v", c.line, got, ok)
		}
	}
}

func TestSafeEnviron(t *testing.T) {
	env := safeEnviron([]string{"A=b", "GIT_DIR=x", "GIT_INDEX_FILE=y", "GIT_SSH_COMMAND=z", "GIT_ALLOW_PROTOCOL=ext"}, indexVariables...)
	got := strings.Join(env, " ")
	if !strings.HasPrefix(got, "A=b GIT_DIR=x GIT_INDEX_FILE=y GIT_OPTIONAL_LOCKS=0 ") || strings.Contains(got, "SSH") || strings.Contains(got, "ext") {
		t.Error(got)
	}
	if got := strings.Join(safeEnviron([]string{"GIT_DIR=x"}), " "); strings.Contains(got, "GIT_DIR") {
		t.Error(got)
	}
}
