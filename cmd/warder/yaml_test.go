package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSONOfYAML(t *testing.T) {
	for _, c := range []struct{ yaml, json string }{
		{"a: 1", `{"a":1}`},
		{"# comment\na: x # comment\nb:\n  - 1\n  - {c: d}\n", "\n" + `{"a":"x",` + "\n" + `"b":` + "\n" + `  [ 1,` + "\n" + `   {"c":"d"}]}`},
		{"Version: 2012-10-17", `{"Version":"2012-10-17"}`},
		{`[yes, no, on, ~, null, true, False, "true", -1.5e3]`, `["yes","no","on",null,null,true,false,"true",-1.5e3]`},
		{"a: &x [1]\nb: *x", `{"a":[1],` + "\n" + `"b":[1]}`},
		{"a: |\n  one\n  two\nb: 1", `{"a":"one\ntwo\n",` + "\n\n\n" + `"b":1}`},
		{`{"a": {"b": ["c"]}}`, `{"a":  {"b":  ["c"]}}`},
		{"012: x", `{"012":"x"}`},
	} {
		got, err := jsonOfYAML(c.yaml, 1000)
		// The columns are near those of the YAML and no matter here; lines and values are.
		squeeze := strings.NewReplacer(" ", "")
		if err != nil || squeeze.Replace(string(got)) != squeeze.Replace(c.json) {
			t.Errorf("%q\n got: %q, %v\nwant: %q", c.yaml, got, err, c.json)
		}
	}
}

func TestJSONOfYAMLRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "empty",
		"# nothing":            "empty",
		"a: 1\na: 2":           `line 2, column 1: the key "a" stands here twice`,
		"a: 1\n---\nb: 1":      "a second YAML document",
		"a: 0777":              "takes 0777 for a number in a form of its own; put it in quotes",
		"a: 0x1F":              "put it in quotes",
		"a: .inf":              "put it in quotes",
		"a: 1_000":             "put it in quotes",
		"a: !!binary YQ==":     "the tag !!binary is not understood",
		"a: !own x":            "the tag !own is not understood",
		"a: !own [x]":          "the tag !own is not understood",
		"a: !own {x: y}":       "the tag !own is not understood",
		"a: &x {b: 1}\n<<: *x": "<< is not understood",
		"? [a]\n: b":           "a key must be text",
		"a: *b":                "unknown anchor",
		"a: b: c":              "yaml: ",
		"a: &x [1, *x]":        "nested deeper",
		"a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100):                                              "nested deeper",
		"a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]": "more than 1000 bytes",
	} {
		if got, err := jsonOfYAML(text, 1000); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %q, %v, want %q", text, got, err, want)
		}
	}
}

// FuzzJSONOfYAML: what is written is JSON, and has no line that the YAML has not.
func FuzzJSONOfYAML(f *testing.F) {
	f.Add("a: [1, 'x', {b: ~}]\n")
	f.Add("- &x {y: z}\n- *x\n")
	f.Add("a: >\n  folded\n")
	f.Add("\ufeffa: 1")
	f.Add("?")
	f.Fuzz(func(t *testing.T, text string) {
		const limit = 10_000
		got, err := jsonOfYAML(text, limit)
		if err != nil {
			return
		}
		var decoded any
		if err := json.Unmarshal(got, &decoded); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		breaks := strings.Count(text, "\n") + strings.Count(text, "\r") + strings.Count(text, "\u0085") + strings.Count(text, "\u2028") + strings.Count(text, "\u2029")
		if lines := strings.Count(string(got), "\n"); lines > breaks+1 { // what is left out may stand behind the end
			t.Errorf("%d line breaks come of %d:\n%s", lines, breaks, got)
		}
	})
}
