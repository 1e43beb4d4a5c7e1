package bench

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// Each peer decides what its shape says, and agrees with Warder on what lies around it: so the translations are right.
func TestPeers(t *testing.T) {
	for _, shape := range peerShapes() {
		rival, around := lazily(warder(), shape), neighbours(t, shape)
		for _, p := range peers() {
			t.Run(p.name+"/"+shape.Name, func(t *testing.T) {
				e, err := p.prepare(shape)
				check(t, err)
				p.prepare = func(evaltest.Shape) (engine, error) { return e, nil }
				d := duel{lazily(p, shape)(t), rival(t)}
				wellFormed(t, d.measure(t, 3))
				for _, n := range around {
					ask, err := e(n.request)
					check(t, err)
					expectVerdict(t, p, ask, n.want, n.request)
				}
			})
		}
	}
}

// neighbour is a request beside those of a shape, and what Warder decides.
type neighbour struct {
	request *eval.Request
	want    eval.Verdict
}

// neighbours are requests that a few of the statements match, and for each part of those one that misses it. They come to
// all verdicts, or the test fails.
func neighbours(t *testing.T, shape evaltest.Shape) []neighbour {
	t.Helper()
	rules, err := rulesOf(shape)
	check(t, err)
	set, err := shape.Policies.Compile()
	check(t, err)
	var all []neighbour
	verdicts := map[eval.Verdict]int{}
	add := func(action, resource, team, address string) {
		r := *shape.Cases[0].Request
		r.Action, r.Resource, r.Context = action, resource, r.Context.Clone()
		r.Context.Set(teamKey, team)
		r.Context.Set(addressKey, address)
		n := neighbour{&r, set.Decide(&r).Verdict}
		all = append(all, n)
		verdicts[n.want]++
	}
	for i := 0; i < len(rules); i += len(rules)/43 | 1 { // 1, 3 or 23: every tenth statement is among them
		r := &rules[i]
		k := i % max(len(r.actions), len(r.resources))
		action, resource := fill(r.actions[k%len(r.actions)]), arnOf(r.resources[k%len(r.resources)])
		team, address := r.team, inside(t, r.network)
		add(action, resource, team, address)
		add(strings.Replace(action, ":", ":Un", 1), resource, team, address)
		add(action, resource+"x", team, address)
		add(action, strings.Replace(resource, "arn:aws:", "arn:aws-cn:", 1), team, address)
		add(action, resource, team+"x", address)
		add(action, resource, team, "198.51.100.7")
	}
	if verdicts[eval.Allow] < 3 || verdicts[eval.ExplicitDeny] < 1 || verdicts[eval.ImplicitDeny] < 3 {
		t.Fatalf("%s: verdicts of the neighbours: %v", shape.Name, verdicts)
	}
	return all
}

func fill(pattern string) string { return strings.ReplaceAll(pattern, "*", "Any") }

func arnOf(pattern string) string {
	if pattern == "*" {
		return "arn:aws:ec2:eu-central-1:111122223333:instance/i-0123456789abcdef0"
	}
	return fill(pattern)
}

// inside is an address in the network; any will do where there is no condition.
func inside(t *testing.T, network string) string {
	t.Helper()
	if network == "" {
		return "10.0.0.1"
	}
	p, err := netip.ParsePrefix(network)
	check(t, err)
	return p.Addr().Next().String()
}

// like is part of what is measured, so it is tested here.
func TestLike(t *testing.T) {
	for _, test := range []struct {
		pattern, text string
		want          bool
	}{
		{"s3:Get*", "s3:GetObject", true}, {"s3:Get*", "s3:PutObject", false}, {"s3:Get*", "s3:Get", true},
		{"*Object", "s3:GetObject", true}, {"*Object", "s3:GetObjects", false}, {"s3:G*t", "s3:Gt", true},
		{"ab*ba", "aba", false}, {"ab*ba", "abba", true}, {"a*b*c", "a-b-b-c", true}, {"a*b*c", "a-c-b", false},
		{"exact", "exact", true}, {"exact", "exactly", false}, {"*", "", true}, {"", "", true},
	} {
		if got := like(test.text, test.pattern); got != test.want {
			t.Errorf("like(%q, %q) is %v", test.text, test.pattern, got)
		}
	}
}
