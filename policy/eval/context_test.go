package eval

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestContext(t *testing.T) {
	var c Context
	if _, ok := c.Lookup("aws:username"); ok || c.Len() != 0 {
		t.Error("the zero Context is not empty")
	}
	c.Set("aws:RequestTag/Team", "blue")
	c.SetList("aws:TagKeys", "Team", "Stage")
	c.Set("aws:CurrentTime", "2026-03-01T12:00:00Z")
	c.Set("AWS:requesttag/TEAM", "red") // the same key

	if v, ok := c.Lookup("aws:requestTag/team"); !ok || v.List() || v.Len() != 1 || v.At(0) != "red" {
		t.Errorf("aws:RequestTag/Team is %v, %v", v, ok)
	}
	if v, ok := c.Lookup("AWS:TAGKEYS"); !ok || !v.List() || !slices.Equal(v.Texts(), []string{"Team", "Stage"}) {
		t.Errorf("aws:TagKeys is %v, %v", v, ok)
	}
	var keys []string
	for key := range c.All() {
		keys = append(keys, key)
	}
	if want := []string{"aws:CurrentTime", "AWS:requesttag/TEAM", "aws:TagKeys"}; !slices.Equal(keys, want) {
		t.Errorf("keys in order are %q, want %q", keys, want)
	}

	clone := c.Clone()
	clone.Set("aws:CurrentTime", "later")
	clone.Delete("aws:TagKeys")
	if v, _ := c.Lookup("aws:CurrentTime"); v.At(0) != "2026-03-01T12:00:00Z" || c.Len() != 3 {
		t.Error("a change of the clone shows in the original")
	}
	c.SetList("aws:TagKeys")
	if _, ok := c.Lookup("aws:TagKeys"); ok {
		t.Error("a list of no values is present")
	}
}

func TestFoldKeyIsEqualFold(t *testing.T) {
	for _, pair := range [][2]string{{"K", "\u212a"}, {"s", "\u017f"}, {"STRASSE-Ä", "strasse-ä"}, {"ǅ", "ǆ"}} {
		if FoldKey(pair[0]) != FoldKey(pair[1]) {
			t.Errorf("%q and %q are one key", pair[0], pair[1])
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringN(0, 4, -1).Draw(t, "a"), rapid.StringN(0, 4, -1).Draw(t, "b")
		for _, other := range []string{b, strings.ToUpper(a), strings.ToLower(a)} {
			if got, want := FoldKey(a) == FoldKey(other), strings.EqualFold(a, other); got != want {
				t.Fatalf("%q and %q: folded %q and %q, EqualFold %v", a, other, FoldKey(a), FoldKey(other), want)
			}
		}
	})
}

func TestFoldKeyKeepsApart(t *testing.T) {
	for _, pair := range [][2]string{{"\u0130", "i"}, {"\u0131", "i"}, {"ss", "\u00df"}} {
		if FoldKey(pair[0]) == FoldKey(pair[1]) {
			t.Errorf("%q and %q are two keys", pair[0], pair[1])
		}
	}
}

// TestContextIsAMap sets and deletes keys, more and fewer than have marks, and compares with a map after each step.
func TestContextIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c Context
		want := map[string]string{}
		names := make([]string, 2*fewKeys)
		for i := range names {
			names[i] = fmt.Sprintf("key/%d", i*i*i)
		}
		for step := range rapid.IntRange(0, 3*fewKeys).Draw(t, "steps") {
			key := rapid.SampledFrom(names).Draw(t, "key")
			if value := fmt.Sprint(step); rapid.IntRange(0, 2).Draw(t, "delete") == 0 {
				c.Delete(key)
				delete(want, key)
			} else {
				c.Set(strings.ToUpper(key), value)
				want[key] = value
			}
			for _, n := range names {
				v, ok := c.Lookup(n)
				if text, there := want[n]; ok != there || ok && v.At(0) != text {
					t.Fatalf("%q: %v, %v; want %q, %v", n, v, ok, text, there)
				}
			}
		}
	})
}

func TestLookupDoesNotAllocate(t *testing.T) {
	var c Context
	for key := range globalKeys {
		c.Set("aws:"+key, "x")
	}
	allocations := testing.AllocsPerRun(100, func() {
		if v, ok := c.Lookup("aws:sourceip"); !ok || v.At(0) != "x" {
			t.Fatal("lost a key")
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

// TestSpelledKeys: the table of documented spellings folds as FoldKey does, and has every global key that is not lower-case.
func TestSpelledKeys(t *testing.T) {
	for key, folded := range spelled {
		if want := strings.ToLower(key); folded != want {
			t.Errorf("%s folds to %s in the table, not %s", key, folded, want)
		}
		if _, ok := globalKeys[strings.TrimPrefix(folded, "aws:")]; !ok {
			t.Errorf("%s is no global key", key)
		}
	}
	if want := len(globalKeys) - len([]string{"userid", "username", "referer"}); len(spelled) != want {
		t.Errorf("the table has %d keys, want %d", len(spelled), want)
	}
}
