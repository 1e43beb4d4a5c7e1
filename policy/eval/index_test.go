package eval

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/warder-iam/warder/policy"
)

// requests is how many requests TestIndexAgrees puts to both evaluators: go test -run TestIndexAgrees -requests 1000000
var requests = flag.Int("requests", 20_000, "requests to put to both evaluators")

// generator makes policies and requests in which the paths of the index cross: names that begin alike, wildcards before the fifth
// colon, colons behind it, variables, elements in every form, layers of every kind.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 17))} }

func pick[T any](s generator, list ...T) T { return list[s.IntN(len(list))] }

func (s generator) chance(percent int) bool { return s.IntN(100) < percent }

func (s generator) some(most int, make func() string) []string {
	list := []string{}
	for range 1 + s.IntN(most) {
		list = append(list, make())
	}
	return list
}

func (s generator) action() string {
	return pick(s, "s3", "S3", "sqs", "sq", "logs", "iam", "sts", "kms") + ":" +
		pick(s, "Get", "GetObject", "getobjectacl", "GetItem", "List", "L", "Put", "CreateUser", "AssumeRole", "GetCallerIdentity", "Decrypt")
}

func (s generator) actionPattern() string {
	if s.chance(10) {
		return pick(s, "*", "*:*", "s3", "s*:Get", "", ":", "s3:", "s3:*", "a:b:c", "s3 :x", "sé:*")
	}
	text := []byte(s.action())
	for range s.IntN(3) {
		if i := 1 + s.IntN(len(text)-1); text[i] != ':' {
			text[i] = pick(s, byte('*'), '?', '*', 'e')
		}
	}
	if s.chance(40) {
		return string(text[:2+s.IntN(len(text)-1)]) + "*"
	}
	return string(text)
}

func (s generator) resource() string {
	if s.chance(5) {
		return pick(s, "*", "x", "arn:aws:s3", "arn:aws:s3:::", "::::::", "arn:aws:s3:::*", "é:é:é:é:é:é", ":::::a:b:c:d:e:f:g:h:i:j:k", "\xff")
	}
	head := pick(s, "arn:aws:s3:::", "arn:aws:sqs:eu:111122223333:", "arn:aws:sqs:us:111122223333:", "arn:aws:logs:eu:444455556666:", "arn:aws:iam::111122223333:")
	tail := ""
	for range 1 + s.IntN(4) {
		tail += pick(s, "app", "app1", "ap", "a", "/", "/", "-", ":", "alice", "b", "é", "log-group:", "*", "?", "")
	}
	return head + tail
}

func (s generator) resourcePattern() string {
	text := s.resource()
	if s.chance(10) {
		return pick(s, "*", "*", "?", "arn:*", "arn:aws:s3:::*", "*:app*", "arn:*:*:*:*:app/*", "arn:aws:sqs:*:app", "${aws:username}", "arn:aws:s3:::${", "")
	}
	bytes := []byte(text)
	for range s.IntN(3) {
		if i := s.IntN(len(bytes)); bytes[i] < 0x80 {
			bytes[i] = pick(s, byte('*'), '?', '*')
		}
	}
	text = string(bytes)
	if s.chance(30) {
		text += pick(s, "*", "/*", "${aws:username}", "${aws:PrincipalTag/team, 'none'}*", "${*}", "*x", ":*")
	}
	return text
}

func (s generator) condition() map[string]map[string][]string {
	operators := []string{
		"StringEquals", "StringNotEquals", "StringLike", "StringEqualsIgnoreCase", "NumericLessThan", "DateGreaterThan", "Bool", "BinaryEquals",
		"IpAddress", "NotIpAddress", "ArnLike", "ArnNotEquals", "Null", "Unheard",
	}
	condition := map[string]map[string][]string{}
	for range 1 + s.IntN(2) {
		operator := pick(s, "", "", "", "ForAllValues:", "ForAnyValue:") + pick(s, operators...) + pick(s, "", "", "IfExists")
		condition[operator] = map[string][]string{pick(s, drawnKeys...): s.some(2, func() string { return pick(s, drawnValues...) })}
	}
	return condition
}

func (s generator) statement(layer Layer) map[string]any {
	st := map[string]any{"Effect": pick(s, "Allow", "Allow", "Allow", "Deny")}
	element := func(name string, v any) { st[pick(s, "", "", "", "", "Not")+name] = v }
	element("Action", s.some(3, s.actionPattern))
	if s.chance(93) {
		element("Resource", s.some(3, s.resourcePattern))
	}
	if layer == LayerResource || layer == LayerRCP || s.chance(2) {
		element("Principal", json.RawMessage(pick(s, principalElements...)))
	}
	if s.chance(40) {
		st["Condition"] = s.condition()
	}
	return st
}

func (s generator) policy(t testing.TB, layer Layer, most int) Source {
	var statements []map[string]any
	for range 1 + s.IntN(most) {
		statements = append(statements, s.statement(layer))
	}
	text, err := json.Marshal(map[string]any{"Version": pick(s, policy.Version2012, policy.Version2012, policy.Version2008), "Statement": statements})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := policy.Parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return Source{Name: layer.String(), Policy: Prepare(doc)}
}

func (s generator) policies(t testing.TB, layer Layer, most int) []Source {
	var list []Source
	for range s.IntN(most + 1) {
		list = append(list, s.policy(t, layer, 12))
	}
	return list
}

func (s generator) layers(t testing.TB) Layers {
	l := Layers{
		Identity: s.policies(t, LayerIdentity, pick(s, 8, 8, 8, 40)), Session: s.policies(t, LayerSession, 1), ResourceKind: pick(s, Ordinary, Ordinary, Authoritative),
		Management: s.chance(5), ResourceManagement: s.chance(5),
	}
	if s.chance(30) {
		l.Boundary = new(s.policy(t, LayerBoundary, 12))
	}
	if s.chance(40) {
		l.Resource = new(s.policy(t, LayerResource, 12))
	}
	for range s.IntN(3) {
		l.SCP = append(l.SCP, s.policies(t, LayerSCP, 2))
	}
	for range s.IntN(2) {
		l.RCP = append(l.RCP, s.policies(t, LayerRCP, 2))
	}
	return l
}

func (s generator) request() *Request {
	r := &Request{
		Principal: pick(s, drawnPrincipals...), Action: s.action(), Resource: s.resource(),
		ResourceAccount: pick(s, "", "", testAccount, otherAccount),
	}
	if s.chance(2) {
		r.Action = pick(s, "", "s3", "s3:Get*", "é:x", "s3: x")
	}
	for _, key := range drawnKeys {
		switch s.IntN(4) {
		case 0:
			r.Context.Set(key, pick(s, drawnValues...))
		case 1:
			r.Context.SetList(key, s.some(2, func() string { return pick(s, drawnValues...) })...)
		}
	}
	return r
}

// evaluators are all ways to decide over the same layers.
type evaluators struct {
	layers *Layers
	index  *index
	sets   map[string]*Set
}

func newEvaluators(l *Layers) evaluators {
	base := *l
	base.Session, base.Resource = nil, nil
	with := Compile(base).With(l.Session, l.Resource, l.ResourceKind)
	x := new(index)
	x.build(l)
	return evaluators{l, x, map[string]*Set{"NewSet": NewSet(*l), "Compile": Compile(*l), "With": &with}}
}

// agree puts a request to all: verdict, deciding layer and the statements that apply are the same.
func (e evaluators) agree(t testing.TB, r *Request) Decision {
	t.Helper()
	l, x := e.layers, e.index
	var space actionSpace
	var q question
	var ok bool
	q.action, ok = readAction(r.Action, &space)
	q.complete(r, l, ok)
	linear, indexed := tally{applied: q.applied}, tally{applied: q.applied}
	want := map[*statement]bool{}
	linear.count(&q, l, q.applied, func(_ place, st *statement, w weight, _ Match) {
		if w.applies(st.deny) {
			want[st] = true
		}
	})
	decision, _ := outcome(&q, &linear)
	found := make(bitset, x.rowWords)
	if !x.count(&q, &indexed, q.applied, found) {
		return decision // which is the linear evaluator's in earnest too
	}
	if got, _ := outcome(&q, &indexed); got != decision {
		t.Fatalf("%s on %q: the index says %v, want %v\n%s", r.Action, r.Resource, got, decision, dump(l))
	}
	have := map[*statement]bool{}
	for id := range x.statements {
		if found[id>>6]&(1<<(id&63)) != 0 {
			have[x.statements[id]] = true
		}
	}
	for st := range want {
		if !have[st] {
			t.Fatalf("%s on %q: the index misses statement %d of\n%s\n%s", r.Action, r.Resource, st.source.Index, textOf(l, st), dump(l))
		}
	}
	if len(have) != len(want) {
		t.Fatalf("%s on %q: the index finds %d statements, want %d\n%s", r.Action, r.Resource, len(have), len(want), dump(l))
	}
	indexed = tally{applied: q.applied}
	x.count(&q, &indexed, q.applied, nil)
	if got, _ := outcome(&q, &indexed); got != decision {
		t.Fatalf("%s on %q: in a hurry the index says %v, want %v\n%s", r.Action, r.Resource, got, decision, dump(l))
	}
	for name, set := range e.sets {
		if got := set.Decide(r); got != decision {
			t.Fatalf("%s on %q: %s says %v, want %v\n%s", r.Action, r.Resource, name, got, decision, dump(l))
		}
	}
	return decision
}

func eachSource(l *Layers, f func(s *Source)) {
	lists := slices.Concat([][]Source{l.Identity, l.Session}, l.SCP, l.RCP)
	for _, p := range []*Source{l.Boundary, l.Resource} {
		if p != nil {
			lists = append(lists, []Source{*p})
		}
	}
	for _, list := range lists {
		for i := range list {
			f(&list[i])
		}
	}
}

func dump(l *Layers) (text string) {
	eachSource(l, func(s *Source) { text += s.Name + ": " + s.Policy.document.Source + "\n" })
	return text
}

func textOf(l *Layers, st *statement) (text string) {
	eachSource(l, func(s *Source) {
		for i := range s.Policy.statements {
			if &s.Policy.statements[i] == st {
				text = s.Policy.document.Source[st.source.Span.Start.Offset:st.source.Span.End.Offset]
			}
		}
	})
	return text
}

// TestIndexAgrees is the differential test of the two evaluators.
func TestIndexAgrees(t *testing.T) {
	const each = 50 // requests to one set of policies
	seen := map[Verdict]int{}
	for seed := range uint64(*requests / each) {
		s := newGenerator(seed)
		l := s.layers(t)
		e := newEvaluators(&l)
		if e.index == nil {
			t.Fatal("there is no index")
		}
		for range each {
			seen[e.agree(t, s.request()).Verdict]++
		}
	}
	t.Logf("%d requests: %v", *requests, seen)
	for _, v := range []Verdict{Allow, ExplicitDeny, ImplicitDeny} {
		if seen[v] < *requests/50 {
			t.Errorf("only %d requests of %d were decided as %v", seen[v], *requests, v)
		}
	}
}

// FuzzIndex is TestIndexAgrees with the fuzzer's choice of policies, and of the resource.
func FuzzIndex(f *testing.F) {
	f.Add(uint64(1), "arn:aws:sqs:eu:111122223333:app:x", "s3:GetObject")
	f.Fuzz(func(t *testing.T, seed uint64, resource, action string) {
		s := newGenerator(seed)
		l := s.layers(t)
		e := newEvaluators(&l)
		for range 5 {
			r := s.request()
			e.agree(t, r)
			r.Resource, r.Action = resource, action
			e.agree(t, r)
		}
	})
}
