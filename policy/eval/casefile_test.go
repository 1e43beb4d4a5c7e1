package eval

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCorpus runs every policy test file under testdata/corpus. Each file is one rule; its cases begin with the rule.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.json")
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	names := make(map[string]bool)
	for _, file := range files {
		cases := readCorpus(t, file)
		total += len(cases)
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			rule := sharedRule(cases)
			if rule == "" {
				t.Error("the names of the cases do not begin with one rule and a colon")
			}
			for i := range cases {
				runCase(t, &cases[i], names)
			}
		})
	}
	// A gate fails when it ran nothing.
	if len(files) < 60 || total < 300 {
		t.Errorf("the corpus has %d files and %d cases: some are lost", len(files), total)
	}
	t.Logf("%d files, %d cases", len(files), total)
}

// sharedRule is the sentence with which all names begin.
func sharedRule(cases []Case) string {
	shared := cases[0].Name
	for i := range cases {
		for !strings.HasPrefix(cases[i].Name, shared) {
			shared = shared[:len(shared)-1]
		}
	}
	return shared[:max(0, strings.LastIndex(shared, ": "))]
}

func readCorpus(t *testing.T, file string) []Case {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cases, err := ReadCases(data)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return cases
}

func runCase(t *testing.T, c *Case, names map[string]bool) {
	t.Helper()
	if names[c.Name] {
		t.Errorf("two cases are called %q", c.Name)
	}
	names[c.Name] = true
	got, err := c.Run()
	if err != nil {
		t.Error(err)
		return
	}
	if !got.Passed {
		t.Errorf("%s\nexpected %s, got %s", c.Name, c.Expect, got.Explanation)
	}
}

func TestReadCasesRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":              ``,
		"a text":               `"case"`,
		"no name":              `{"request":{"principal":"*","action":"a:b","resource":"*"},"expect":"Allow"}`,
		"no expect":            `{"name":"x","request":{"principal":"*","action":"a:b","resource":"*"}}`,
		"another expect":       `{"name":"x","expect":"allow"}`,
		"an unknown member":    `{"name":"x","expect":"Allow","reason":"y"}`,
		"a duplicate member":   `{"name":"x","name":"y","expect":"Allow"}`,
		"two kinds of caller":  `{"name":"x","expect":"Allow","request":{"principal":{"service":"a","federated":"b"}}}`,
		"no kind of caller":    `{"name":"x","expect":"Allow","request":{"principal":{}}}`,
		"a context of objects": `{"name":"x","expect":"Allow","request":{"context":{"k":{}}}}`,
		"a null in a list":     `{"name":"x","expect":"Allow","request":{"context":{"k":["a",null]}}}`,
		"a context of null":    `{"name":"x","expect":"Allow","request":{"context":{"k":null}}}`,
	} {
		if cases, err := ReadCases([]byte(text)); err == nil {
			t.Errorf("%s: read as %+v", name, cases)
		}
	}
}

func TestCaseCannotRun(t *testing.T) {
	for name, text := range map[string]string{
		"a group":            `{"name":"x","expect":"Allow","request":{"principal":"arn:aws:iam::111122223333:group/g","action":"a:b","resource":"*"}}`,
		"no principal":       `{"name":"x","expect":"Allow","request":{"action":"a:b","resource":"*"}}`,
		"an empty user":      `{"name":"x","expect":"Allow","request":{"principal":"arn:aws:iam::111122223333:user/","action":"a:b","resource":"*"}}`,
		"a session of none":  `{"name":"x","expect":"Allow","request":{"principal":"arn:aws:sts::111122223333:assumed-role/r","action":"a:b","resource":"*"}}`,
		"a broken document":  `{"name":"x","expect":"Allow","request":{"principal":"*","action":"a:b","resource":"*"},"policies":{"resource":{}}}`,
		"one key, two cases": `{"name":"x","expect":"Allow","request":{"principal":"*","action":"a:b","resource":"*","context":{"a:K":"1","A:k":"2"}}}`,
	} {
		cases, err := ReadCases([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := cases[0].Run(); err == nil {
			t.Errorf("%s: ran with %v", name, got.Explanation.Verdict)
		}
	}
}

func TestAbsentNullAndEmptyAreTheSame(t *testing.T) {
	const head = `{"name":"x","expect":"ImplicitDeny","request":{"principal":"arn:aws:iam::111122223333:user/a","action":"a:b","resource":"*"}`
	for _, policies := range []string{
		``, `,"policies":{}`, `,"policies":null`,
		`,"policies":{"identity":null,"boundary":null,"session":null,"resource":null,"scp":null,"rcp":null}`,
		`,"policies":{"identity":[],"session":[],"scp":[],"rcp":[]}`,
	} {
		cases, err := ReadCases([]byte(head + policies + "}"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cases[0].Run(); err != nil || !got.Passed || got.Explanation.Layer != LayerIdentity {
			t.Errorf("%s: %v, %v", policies, got.Explanation, err)
		}
	}
}

func TestExpectation(t *testing.T) {
	for _, c := range []struct {
		x    Expectation
		v    Verdict
		want bool
	}{
		{"Allow", Allow, true}, {"Allow", ImplicitDeny, false}, {"Deny", ImplicitDeny, true}, {"Deny", ExplicitDeny, true}, {"Deny", Allow, false},
		{"ExplicitDeny", ImplicitDeny, false}, {"ImplicitDeny", ImplicitDeny, true}, {"ExplicitDeny", ExplicitDeny, true},
	} {
		if got := c.x.Met(c.v); got != c.want {
			t.Errorf("%s is met by %v: %v", c.x, c.v, got)
		}
	}
}

// TestCasesPrintBack: a case that is written out again reads as the same case.
func TestCasesPrintBack(t *testing.T) {
	cases := readCorpus(t, "testdata/corpus/for-all-values.json")
	cases = append(cases, readCorpus(t, "testdata/corpus/outcome-service.json")...)
	cases = append(cases, readCorpus(t, "testdata/corpus/outcome-web-identity.json")...)
	for i := range cases {
		text, err := json.Marshal(&cases[i])
		if err != nil {
			t.Fatal(err)
		}
		back, err := ReadCases(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want, errWant := cases[i].Run()
		got, errGot := back[0].Run()
		if errWant != nil || errGot != nil || got.Explanation.Verdict != want.Explanation.Verdict || got.Explanation.Layer != want.Explanation.Layer {
			t.Errorf("%s\nreads back as\n%s", cases[i].Name, text)
		}
	}
}

func FuzzReadCases(f *testing.F) {
	f.Add(`{"name":"x","expect":"Deny","request":{"principal":"*","action":"a:b","resource":"*","context":{"k":["v"],"n":1,"b":true}}}`)
	f.Add(`[{"name":"x","expect":"Allow","request":{"principal":{"service":"s"},"action":"a:b","resource":"*"},"policies":{"scp":[[]],"resource":null}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := ReadCases([]byte(text))
		if err != nil {
			return
		}
		for i := range cases {
			if _, err := cases[i].Run(); err != nil && !strings.HasPrefix(err.Error(), "case ") {
				t.Errorf("an error that does not name its case: %v", err)
			}
		}
	})
}

// wholeCorpus reads every case.
func wholeCorpus(t *testing.T) []Case {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	var all []Case
	for _, file := range files {
		all = append(all, readCorpus(t, file)...)
	}
	return all
}
