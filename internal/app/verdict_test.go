package app_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy/eval"
)

// A door is a way to have a decision made: the server's own enforcement, a simulation, an API. All lead to one engine, and
// so must all give one verdict.
type door struct {
	name string
	// ask puts the case to the door. An error that is a cannot says that the case has no place there, and why; any other is
	// a failure.
	ask func(t *testing.T, q *question) (eval.Verdict, error)
	// floor is how many cases of the corpus the door must take: a door that refuses them all proves nothing.
	floor int
}

// doors are all of them. The engine itself is no door: it gives the verdict that they must give.
func doors(t *testing.T) []door {
	simulator, evaluator := newSimulator(t), newEvaluator(t)
	return []door{
		{"authz.Decide", askDecide, 820},
		{"SimulateCustomPolicy", simulator.custom, 700},
		{"SimulatePrincipalPolicy", simulator.principal, 720},
		{"/access/v1/explanation", evaluator.ask, 730},
	}
}

// cannot is why a case cannot be put to a door.
type cannot string

func (c cannot) Error() string { return string(c) }

// question is a case of the corpus, and what a door needs to know of it.
type question struct {
	*eval.Case
	request *eval.Request
	layers  eval.Layers
	// mentioned are the keys that the policies mention: no other can make a difference.
	mentioned []string
}

// TestOneVerdict puts every case of the corpus to every door that can take it.
func TestOneVerdict(t *testing.T) {
	all := doors(t)
	taken := make([]int, len(all))
	refused := make([]map[string]int, len(all))
	cases := corpus(t)
	for _, q := range cases {
		want := eval.Compile(q.layers).Explain(q.request)
		if !q.Expect.Met(want.Verdict) {
			t.Errorf("%s\nwith the catalogue's keys %s, not %s", q.Name, want, q.Expect)
		}
		for i, d := range all {
			got, err := d.ask(t, q)
			var why cannot
			switch {
			case errors.As(err, &why):
				if refused[i] == nil {
					refused[i] = map[string]int{}
				}
				refused[i][string(why)]++
			case err != nil:
				t.Errorf("%s\n%s: %v", q.Name, d.name, err)
			case got != want.Verdict:
				t.Errorf("%s\n%s says %s, the engine %s", q.Name, d.name, got, want)
				taken[i]++
			default:
				taken[i]++
			}
		}
	}
	for i, d := range all {
		t.Logf("%s took %d of %d cases%s", d.name, taken[i], len(cases), reasons(refused[i]))
		if taken[i] < d.floor {
			t.Errorf("%s took %d cases; it took %d once", d.name, taken[i], d.floor)
		}
	}
}

// reasons lists why cases were refused, the most frequent first.
func reasons(counts map[string]int) string {
	var text strings.Builder
	for _, why := range slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	}) {
		fmt.Fprintf(&text, "\n\t%4d %s", counts[why], why)
	}
	return text.String()
}

// corpus reads all cases, prepared as the server prepares policies.
func corpus(t *testing.T) []*question {
	t.Helper()
	files, err := filepath.Glob("../../policy/eval/testdata/corpus/*.json")
	if err != nil {
		t.Fatal(err)
	}
	keys := eval.WithKeyTypes(catalog.Load())
	var all []*question
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := eval.ReadCases(text)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for i := range cases {
			q := &question{Case: &cases[i]}
			if q.request, q.layers, err = cases[i].Question(keys); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			q.mentioned = eval.ContextKeys(policiesOf(&q.layers)...)
			all = append(all, q)
		}
	}
	if len(all) < 900 {
		t.Fatalf("the corpus has only %d cases", len(all))
	}
	return all
}

func policiesOf(l *eval.Layers) []*eval.Policy {
	var all []*eval.Policy
	for _, sources := range slices.Concat([][]eval.Source{l.Identity, l.Session}, l.SCP, l.RCP) {
		for _, s := range sources {
			all = append(all, s.Policy)
		}
	}
	for _, s := range []*eval.Source{l.Boundary, l.Resource} {
		if s != nil {
			all = append(all, s.Policy)
		}
	}
	return all
}

// mentions reports whether some policy mentions the key.
func (q *question) mentions(key string) bool {
	return slices.ContainsFunc(q.mentioned, func(m string) bool { return strings.EqualFold(m, key) })
}

// knows refuses the case if the door has a key that policies mention and that the case does not have, or has otherwise.
// given is all that the door has of itself.
func (q *question) knows(given *eval.Context) error {
	for key, have := range given.All() {
		want, ok := q.request.Context.Lookup(key)
		if !q.mentions(key) || ok && slices.Equal(want.Texts(), have.Texts()) && want.List() == have.List() {
			continue
		}
		if !ok {
			return cannot("a request there always has the key " + key)
		}
		return cannot("a request there has another " + key)
	}
	return nil
}

// identity are the texts of the identity policies.
func (q *question) identity() []string {
	var texts []string
	for _, p := range q.Policies.Identity {
		texts = append(texts, string(p.Document))
	}
	return texts
}
