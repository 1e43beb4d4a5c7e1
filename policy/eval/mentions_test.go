package eval

import (
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/policy"
)

func TestContextKeys(t *testing.T) {
	const head = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*",`
	for name, c := range map[string]struct{ text, want string }{
		"conditions":                   {head + `"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"},"StringLike":{"s3:prefix":["a","b"],"aws:TagKeys":"x"}}}]}`, "aws:SecureTransport s3:prefix aws:TagKeys"},
		"in another case, once":        {head + `"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"},"Null":{"AWS:securetransport":"true"}}}]}`, "aws:SecureTransport"},
		"variables of resources":       {head + `"Resource":["arn:aws:s3:::b/${aws:username}/*","arn:aws:s3:::${aws:PrincipalTag/team, 'none'}"]}]}`, "aws:username aws:PrincipalTag/team"},
		"variables of not-resources":   {head + `"NotResource":"arn:aws:s3:::b/${aws:userid}"}]}`, "aws:userid"},
		"no variable before the fifth": {head + `"Resource":"arn:aws:s3:${aws:RequestedRegion}::b"}]}`, ""},
		"variables of conditions":      {head + `"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"},"ArnLike":{"aws:SourceArn":"arn:*:*:*:${aws:PrincipalAccount}:*"}}}]}`, "aws:ResourceTag/team aws:PrincipalTag/team aws:SourceArn aws:PrincipalAccount"},
		"no variables in numbers":      {head + `"Resource":"*","Condition":{"NumericEquals":{"s3:max-keys":"${aws:x}"}}}]}`, "s3:max-keys"},
		"special characters are none":  {head + `"Resource":"arn:aws:s3:::${*}${?}${$}"}]}`, ""},
		"nothing behind a broken one":  {head + `"Resource":"arn:aws:s3:::${aws:a}${${aws:b}"}]}`, "aws:a"},
		"no variables in 2008":         {strings.Replace(head, "2012-10-17", "2008-10-17", 1) + `"Resource":"arn:aws:s3:::${aws:username}"}]}`, ""},
	} {
		doc, err := policy.Parse(c.text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := strings.Join(ContextKeys(Prepare(doc), nil, Prepare(nil)), " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestMentionsAreAll: what a decision looks up in the corpus is mentioned. Each case's keys are taken away one by one: a
// key that is not mentioned changes nothing.
func TestMentionsAreAll(t *testing.T) {
	tried := 0
	for _, c := range wholeCorpus(t) {
		r, layers, err := c.Question()
		if err != nil {
			t.Fatal(err)
		}
		mentioned := ContextKeys(layers.policies()...)
		set := Compile(layers)
		want := set.Decide(r)
		keys := r.Context.Clone()
		for key := range keys.All() {
			// The rule about credentials of GetSessionToken looks at this one unasked.
			if strings.EqualFold(key, "aws:MultiFactorAuthPresent") || slices.ContainsFunc(mentioned, func(m string) bool { return FoldKey(m) == FoldKey(key) }) {
				continue
			}
			tried++
			without := *r
			without.Context = r.Context.Clone()
			without.Context.Delete(key)
			if got := set.Decide(&without); got != want {
				t.Errorf("%s: without %s, which no policy mentions, %v instead of %v", c.Name, key, got, want)
			}
		}
	}
	if tried < 500 {
		t.Errorf("only %d keys were tried", tried)
	}
}

// policies are those of all layers.
func (l *Layers) policies() []*Policy {
	var all []*Policy
	for _, level := range slices.Concat([][]Source{l.Identity, l.Session}, l.SCP, l.RCP) {
		for _, s := range level {
			all = append(all, s.Policy)
		}
	}
	for _, s := range []*Source{l.Boundary, l.Resource} {
		if s != nil {
			all = append(all, s.Policy)
		}
	}
	return all
}

func TestReadable(t *testing.T) {
	for text, want := range map[string]string{
		"12":                   "number date",
		"-1.5e3":               "number",
		"2026-11-22T12:00:00Z": "date",
		"True":                 "bool binary",
		"10.0.0.1":             "address",
		"10.0.0.0/8":           "",
		"2001:db8::1":          "address",
		"AAA=":                 "binary",
		"nothing of them":      "",
	} {
		var got []string
		for _, r := range []struct {
			name string
			is   func(string) bool
		}{{"number", IsNumber}, {"date", IsDate}, {"bool", IsBool}, {"address", IsAddress}, {"binary", IsBinary}} {
			if r.is(text) {
				got = append(got, r.name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q reads as %q, want %q", text, got, want)
		}
	}
}

// FuzzContextKeys: whatever a document holds, each key is there once, and no decision depends on another: the very
// document is decided with every mentioned key absent, and again with a key that is not mentioned.
func FuzzContextKeys(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${a:b, 'c'}/${*}","Condition":{"StringLike":{"x:y":"${z:z}"}}}}`, "ex:key")
	f.Add(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::${${${","Condition":{"Null":{"K:k":"true","\u212a:K":"true"}}}}`, "k:k")
	f.Fuzz(func(t *testing.T, text, key string) {
		doc, err := policy.Parse(text)
		if err != nil {
			return
		}
		p := Prepare(doc)
		seen := map[string]bool{}
		for _, k := range ContextKeys(p) {
			if folded := FoldKey(k); seen[folded] {
				t.Errorf("%q is there twice", k)
			} else {
				seen[folded] = true
			}
		}
		if seen[FoldKey(key)] {
			return
		}
		set := Compile(Layers{Identity: []Source{{Name: "p", Policy: p}}})
		r := Request{Principal: Principal{Kind: User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/a"}, Action: "s3:GetObject", Resource: "arn:aws:s3:::c/x"}
		want := set.Decide(&r)
		r.Context.Set(key, "x")
		if got := set.Decide(&r); got != want {
			t.Errorf("%q, which nothing mentions, makes %v of %v", key, got, want)
		}
	})
}
