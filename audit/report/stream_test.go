package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/report/reporttest"
)

// TestStream: what is written piece by piece is what encoding/json writes at once.
func TestStream(t *testing.T) {
	type inner struct {
		A string `json:"a,omitempty"`
		B *int   `json:"b"`
	}
	type outer struct {
		inner
		Named   inner             `json:"named"`
		Skipped string            `json:"-"`
		Zero    time.Time         `json:"zero,omitzero"`
		Time    time.Time         `json:"time"`
		Raw     []byte            `json:"raw"`
		Nil     []inner           `json:"nil"`
		None    []inner           `json:"none"`
		Left    []inner           `json:"left,omitempty"`
		Lists   [][]inner         `json:"lists"`
		Map     map[string]inner  `json:"map"`
		Any     any               `json:"any"`
		Level   audit.Severity    `json:"level"`
		Levels  []*audit.Severity `json:"levels"`
		Plain   string
		hidden  string
	}
	n, high := 7, audit.High
	deep := outer{
		inner: inner{"<&>\u2028", &n}, None: []inner{}, Lists: [][]inner{{}, {{B: &n}, {}}}, Map: map[string]inner{"k": {A: "v"}},
		Any: []any{nil, 1.5, "x", inner{}}, Levels: []*audit.Severity{&high, nil}, Raw: []byte("raw"), hidden: "h", Skipped: "s",
	}
	for _, v := range []any{nil, 3, "text", []string{}, struct{}{}, deep, &deep, []outer{deep, deep}, reporttest.Sample(), reporttest.Large(), &audit.Report{}} {
		var got, want bytes.Buffer
		if err := encode(&got, v); err != nil {
			t.Fatal(err)
		}
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("%T: got\n%.2000s\nwant\n%.2000s", v, got.String(), want.String())
		}
	}
}

// counter counts what is written, and the longest piece of it.
type counter struct{ total, longest int }

func (c *counter) Write(p []byte) (int, error) {
	c.total, c.longest = c.total+len(p), max(c.longest, len(p))
	return len(p), nil
}

// TestStreamIsInPieces: no form gathers the text of many findings before it writes.
func TestStreamIsInPieces(t *testing.T) {
	r := reporttest.Sample()
	for len(r.Findings) < 1500 {
		r.Findings = append(r.Findings, r.Findings...)
	}
	for _, f := range Formats() {
		var c counter
		if err := f.Write(&c, r, Options{}); err != nil {
			t.Fatal(err)
		}
		if c.longest > 150<<10 {
			t.Errorf("%s writes %d of %d bytes at once", f.Name, c.longest, c.total)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestStreamTellsErrors(t *testing.T) {
	for _, f := range Formats() {
		if err := f.Write(broken{}, reporttest.Sample(), Options{}); err == nil {
			t.Errorf("%s is written although nothing can be", f.Name)
		}
	}
	if err := encode(&bytes.Buffer{}, []any{make(chan int)}); err == nil {
		t.Error("a channel is written")
	}
}
