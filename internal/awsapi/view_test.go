package awsapi

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

func checkView(t *testing.T, s *Shape, v any) {
	t.Helper()
	view, err := View(s, v)
	if err != nil || view != nil && !json.Valid(view) {
		t.Fatalf("view %s, %v", view, err)
	}
}

func TestView(t *testing.T) {
	full := &PutAnimalInput{
		Name: "Bo", Legs: 4, Born: time.Date(2020, 1, 2, 0, 4, 5, 0, time.UTC), Den: Den{Number: 7}, Nick: new(""), Tame: new(false), Weight: new(1.5),
		Cells: new(int64(1) << 60), Seen: new(time.Date(2020, 1, 2, 15, 4, 5, 0, time.UTC)), Picture: []byte{1}, Words: []string{"a", "\"\n\xff"},
		Tags: []Tag{{Key: "k", Value: new("v")}}, Counts: map[string]int32{"b": 2, "a": 1}, Password: new("hunter22"), Child: &Animal{},
	}
	for _, tt := range []struct {
		name  string
		shape *Shape
		v     any
		want  string // "" for nil
	}{
		{"input", zoo.Input, full, `{"name":"Bo","legs":4,"born":"Jan 2, 2020, 12:04:05 AM","den":{"number":7},"nick":"","tame":false,"weight":1.5,` +
			`"cells":1152921504606846976,"seen":"Jan 2, 2020, 3:04:05 PM","words":["a","\"\n\ufffd"],"tags":[{"key":"k","value":"v"}],"counts":{"a":1,"b":2},"child":{}}`},
		{"output", zoo.Output, &PutAnimalOutput{Secret: new("s"), Picture: []byte{1}, OK: true}, `{"oK":true}`},
		{"no number", zoo.Output, &PutAnimalOutput{Weight: new(math.NaN())}, `{"weight":"NaN","oK":false}`},
		{"nothing to show", zoo.Input.Members[len(zoo.Input.Members)-1].Shape, &Animal{}, ""},
		{"a private key by mistake", zoo.Output, &PutAnimalOutput{Required: []string{"a\n-----BEGIN EC PRIVATE KEY-----\ncanary"}}, `{"required":["[private key left out]"],"oK":false}`},
		{"nil", zoo.Output, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := View(tt.shape, tt.v)
			if err != nil {
				t.Fatal(err)
			}
			if (got == nil) != (tt.want == "") {
				t.Fatalf("got %s, want %s", got, tt.want)
			}
			if tt.want != "" && canonicalJSON(t, got) != canonicalJSON(t, []byte(tt.want)) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if record, err := json.Marshal(struct{ P json.RawMessage }{got}); err != nil || got == nil && string(record) != `{"P":null}` {
				t.Errorf("in a record: %s, %v", record, err)
			}
		})
	}
}

// canonicalJSON compacts, which keeps the order of members, and evens out how strings are escaped.
func canonicalJSON(t *testing.T, text []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestViewKeepsTheModelsOrder(t *testing.T) {
	got, err := View(zoo.Input, &PutAnimalInput{Name: "b", Nick: new("a"), Mood: new("x")})
	if want := `{"name":"b","legs":0,"den":{"number":0},"nick":"a","mood":"x"}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}

func TestViewHidesWhatHoldsSecrets(t *testing.T) {
	secret := &Shape{Kind: String, Sensitive: true}
	for _, s := range []*Shape{secret, {Kind: List, Member: secret}, {Kind: Map, Key: secret, Value: &Shape{Kind: String}},
		{Kind: Map, Key: &Shape{Kind: String}, Value: &Shape{Kind: List, Member: secret}}, {Kind: Blob}, {Kind: Structure, Sensitive: true}, {Kind: 99}} {
		if shown(s) {
			t.Errorf("%+v is shown", s)
		}
	}
	if got, err := View(zoo.Input, new(PutAnimalOutput)); err == nil {
		t.Errorf("a wrong type gives %s", got)
	}
}
