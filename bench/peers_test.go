package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// BenchmarkPeers puts one question, the one that is allowed, to Warder and to other engines of Go, over the same
// statements; names are BenchmarkPeers/<peer>/<shape>. Every engine first decides all questions of the shape, right or
// the benchmark fails. ns/decision is the engine's, warder-ns that of Warder in turns with it, times-warder the ratio.
//
// Each engine has the form that is the fastest of those that say the same, told in its file. What may be known before the
// question comes is done beforehand and not timed: statements compiled, and the question itself in the engine's own form,
// taken apart where that helps it. Warder alone starts from raw strings. None of the engines has a memory of past
// questions switched on. What AWS's language has beyond these statements (actions without case, variables, layers,
// sets, …) Warder does as always, and the others leave out.
//
// What bounds it: a decision must read the action, the ARN and two values of the context, and touch the statements that
// may match: 30 to 40 ns when all of it lies in the first cache.
func BenchmarkPeers(b *testing.B) {
	for _, shape := range peerShapes() {
		rival := lazily(warder(), shape)
		for _, p := range peers() {
			own := lazily(p, shape)
			all.run(b, p.name+"/"+shape.Name, func(b *testing.B) []metric {
				b.StopTimer()
				b.ReportAllocs()
				d := duel{own(b), rival(b)}
				b.ResetTimer()
				return d.measure(b, b.N)
			})
		}
	}
}

// peerShapes are those that each engine can say: the identity policies of one caller.
func peerShapes() []evaltest.Shape {
	return []evaltest.Shape{evaltest.A(), evaltest.B(), evaltest.BHot(), evaltest.C(), evaltest.CHot()}
}

// peer is an engine that is measured.
type peer struct {
	name string
	// coarse is true where it tells only whether a request is allowed, not whether a Deny matched.
	coarse bool
	// prepare brings the shape's statements into the engine's form.
	prepare func(evaltest.Shape) (engine, error)
}

// engine brings a request into the engine's own form.
type engine func(*eval.Request) (decide, error)

// decide is one decision: what is timed.
type decide func() (eval.Verdict, error)

func peers() []peer {
	return []peer{warder(), cedarGo(), opa(), casbinPeer(), ladonPeer()}
}

// lazily prepares the peer when it is first asked for, checks all its decisions, and gives the one that is measured.
func lazily(p peer, shape evaltest.Shape) func(testing.TB) decide {
	var first decide
	return func(tb testing.TB) decide {
		tb.Helper()
		if first == nil {
			e, err := p.prepare(shape)
			check(tb, err)
			for _, c := range shape.Cases {
				d, err := e(c.Request)
				check(tb, err)
				expectVerdict(tb, p, d, c.Want.Verdict, c.Outcome)
				if c.Outcome == evaltest.Allow {
					first = d
				}
			}
		}
		return first
	}
}

func expectVerdict(tb testing.TB, p peer, d decide, want eval.Verdict, what any) {
	tb.Helper()
	got, err := d()
	check(tb, err)
	if got != want && !(p.coarse && got != eval.Allow && want != eval.Allow) {
		tb.Fatalf("%s, %v: verdict %v, want %v", p.name, what, got, want)
	}
}

// duel is one decision by a peer, and the same by Warder.
type duel struct{ own, warder decide }

// measure makes n decisions, in turns with Warder's, which have a quarter of the time.
func (d *duel) measure(tb testing.TB, n int) []metric {
	tb.Helper()
	var inPeer, inWarder time.Duration
	warderDecisions := 0
	for left := n; left > 0; {
		some := min(left, max(n/parts, 1))
		left -= some
		took := during(tb, func() time.Duration { return repeat(tb, d.own, some) })
		inPeer += took
		for budget, more := took/4, 16; budget >= 0; more *= 2 { // so that the clock is read seldom
			took := repeat(tb, d.warder, more)
			warderDecisions += more
			inWarder += took
			budget -= took
		}
	}
	own, warder := float64(inPeer)/float64(n), float64(inWarder)/float64(warderDecisions)
	return []metric{{"ns/decision", own}, {"warder-ns", warder}, {"times-warder", own / warder}}
}

// repeat decides n times. A request that is not allowed is no figure.
func repeat(tb testing.TB, d decide, n int) time.Duration {
	tb.Helper()
	begun := time.Now()
	for range n {
		if v, err := d(); v != eval.Allow || err != nil {
			tb.Fatalf("verdict %v, %v", v, err)
		}
	}
	return time.Since(begun)
}

// rule is one statement, as far as the shapes go. Patterns have no wildcard but "*".
type rule struct {
	deny               bool
	actions, resources []string
	// team and network are the conditions: aws:PrincipalTag/team is this one, aws:SourceIp lies in it. Both are "" in a
	// statement without conditions.
	team, network string
}

const (
	teamKey    = "aws:PrincipalTag/team"
	addressKey = "aws:SourceIp"
)

// rulesOf reads the statements of the shape, and fails for any that say more than a rule can.
func rulesOf(shape evaltest.Shape) ([]rule, error) {
	var rules []rule
	for _, text := range shape.Policies.Identity {
		doc, err := policy.Parse(text)
		if err != nil {
			return nil, err
		}
		for i := range doc.Statements {
			r, err := ruleOf(&doc.Statements[i])
			if err != nil {
				return nil, fmt.Errorf("%s: statement at line %d: %w", shape.Name, doc.Statements[i].Span.Start.Line, err)
			}
			rules = append(rules, r)
		}
	}
	return rules, nil
}

func ruleOf(st *policy.Statement) (rule, error) {
	r := rule{deny: st.Effect == policy.Deny}
	for _, v := range st.Action {
		r.actions = append(r.actions, v.Text)
	}
	for _, v := range st.Resource {
		r.resources = append(r.resources, v.Text)
	}
	for _, c := range st.Condition {
		switch {
		case c.Operator == policy.Operator{Test: "StringEquals"} && c.Key.Text == teamKey && len(c.Values) == 1:
			r.team = c.Values[0].Text
		case c.Operator == policy.Operator{Test: "IpAddress"} && c.Key.Text == addressKey && len(c.Values) == 1:
			r.network = c.Values[0].Text
		default:
			return r, fmt.Errorf("the condition %s on %s has no translation", c.OperatorText.Text, c.Key.Text)
		}
	}
	patterns := strings.Join(append(append([]string{r.team}, r.actions...), r.resources...), "")
	if st.NotAction != nil || st.NotResource != nil || (r.team == "") != (r.network == "") || strings.ContainsAny(patterns, `?$<>\"[]{}`) {
		return r, fmt.Errorf("it has no translation")
	}
	return r, nil
}

// question is what the rules ask of a request.
type question struct{ action, resource, team, address string }

func questionOf(r *eval.Request) (question, error) {
	team, hasTeam := r.Context.Lookup(teamKey)
	address, hasAddress := r.Context.Lookup(addressKey)
	if !hasTeam || !hasAddress {
		return question{}, fmt.Errorf("the request has no team or no address")
	}
	return question{r.Action, r.Resource, team.At(0), address.At(0)}, nil
}
