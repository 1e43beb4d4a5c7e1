package eval

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/warder-iam/warder/policy"
)

// The generators draw from small pools, so that statements and requests meet often.
var (
	drawnActions  = []string{"s3:GetObject", "s3:PutObject", "iam:ListUsers", "sts:AssumeRole", "sts:GetCallerIdentity", "kms:Decrypt"}
	actionEntries = append([]string{"*", "*:*", "s3:*", "S3:Get*", "sts:*", "s3:?etObject", "s*:Get", "bad", "s3: x"}, drawnActions...)

	drawnResources = []string{"*", "arn:aws:s3:::b/alice/x", "arn:aws:s3:::b/*", "arn:aws:iam::111122223333:role/target", "arn:aws:s3:::b/é"}
	entryResources = append([]string{
		"arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}/*", "arn:aws:s3:::b/?", "*x",
		"arn:aws:s3:::b/${", "arn:aws:s3:::b/${*}",
	}, drawnResources...)

	drawnKeys   = []string{"aws:username", "aws:SourceIp", "aws:CurrentTime", "aws:TagKeys", "acme:Level", "aws:PrincipalTag/Team", "aws:SourceArn"}
	drawnValues = []string{
		"alice", "10.0.0.1", "10.0.0.0/8", "2026-03-01T12:00:00Z", "1772366400", "5", "true", "*", "a*", "${aws:username}", "", "arn:aws:s3:::b", "arn:*:s3:::*", "QQ==",
	}
	drawnPrincipals = []Principal{
		testUser, testRole, testFederated, testRoot, {},
		{Kind: Service, Services: []string{"s3.amazonaws.com"}},
		{Kind: WebIdentity, Provider: "accounts.google.com"},
		{Kind: User, Account: otherAccount, ARN: "arn:aws:iam::444455556666:user/mallory"},
		{Kind: User, Account: testAccount, ARN: testUser.ARN, Credential: SessionToken},
		{Kind: RoleSession, Account: testAccount, ARN: testRole.ARN, RoleARN: testRole.RoleARN, ServiceLinked: true},
	}
	principalElements = []string{
		`"*"`, `{"AWS":"*"}`, `{"AWS":"111122223333"}`, `{"AWS":"arn:aws:iam::444455556666:root"}`, `{"AWS":"arn:aws:iam::111122223333:user/alice"}`,
		`{"AWS":["arn:aws:iam::111122223333:role/app","111122223333"]}`, `{"AWS":"arn:aws:sts::111122223333:assumed-role/app/i-1"}`,
		`{"AWS":"AIDAALICE"}`, `{"Service":"s3.amazonaws.com"}`, `{"Federated":"accounts.google.com"}`, `{"CanonicalUser":"79a5"}`, `{"AWS":"arn:aws:iam::111122223333:user/*"}`,
	}
)

func drawOperator(t *rapid.T) string {
	tests := []string{"Null", "Unheard"}
	for test := range operators {
		tests = append(tests, test)
	}
	slices.Sort(tests)
	text := rapid.SampledFrom(tests).Draw(t, "operator")
	text = rapid.SampledFrom([]string{"", "", "ForAllValues:", "ForAnyValue:"}).Draw(t, "set") + text
	return text + rapid.SampledFrom([]string{"", "", "IfExists"}).Draw(t, "ifExists")
}

func drawSome(t *rapid.T, pool []string, label string) []string {
	return rapid.SliceOfN(rapid.SampledFrom(pool), 1, 3).Draw(t, label)
}

// drawStatement makes the JSON of a statement.
func drawStatement(t *rapid.T, effect string, layer Layer) map[string]any {
	s := map[string]any{"Effect": effect}
	either := func(element string, v any) {
		if rapid.IntRange(0, 5).Draw(t, "negate") == 0 {
			element = "Not" + element
		}
		s[element] = v
	}
	either("Action", drawSome(t, actionEntries, "actions"))
	if rapid.IntRange(0, 7).Draw(t, "resource") > 0 {
		either("Resource", drawSome(t, entryResources, "resources"))
	}
	if layer == LayerResource || layer == LayerRCP {
		either("Principal", json.RawMessage(rapid.SampledFrom(principalElements).Draw(t, "principal")))
	}
	condition := map[string]map[string][]string{}
	for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "conditions") {
		key := rapid.SampledFrom(drawnKeys).Draw(t, "key")
		condition[drawOperator(t)] = map[string][]string{key: drawSome(t, drawnValues, "values")}
	}
	if len(condition) > 0 {
		s["Condition"] = condition
	}
	return s
}

// drawnPolicy is the statements of one document, so that properties can change them.
type drawnPolicy struct {
	version    string
	statements []map[string]any
}

func (p drawnPolicy) prepare(t *rapid.T) Source {
	text, err := json.Marshal(map[string]any{"Version": p.version, "Statement": p.statements})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := policy.Parse(string(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return Source{Name: "drawn", Policy: Prepare(doc)}
}

func drawPolicy(t *rapid.T, layer Layer) drawnPolicy {
	p := drawnPolicy{version: rapid.SampledFrom([]string{policy.Version2012, policy.Version2012, policy.Version2008}).Draw(t, "version")}
	for range rapid.IntRange(1, 3).Draw(t, "statements") {
		effect := rapid.SampledFrom([]string{"Allow", "Allow", "Allow", "Deny"}).Draw(t, "effect")
		p.statements = append(p.statements, drawStatement(t, effect, layer))
	}
	return p
}

// world is a request and the policies of each layer; of SCPs and RCPs each policy is a level.
type world struct {
	request  Request
	kind     ResourceKind
	policies map[Layer][]drawnPolicy
}

func drawWorld(t *rapid.T) world {
	w := world{policies: map[Layer][]drawnPolicy{}}
	w.request.Principal = rapid.SampledFrom(drawnPrincipals).Draw(t, "principal")
	w.request.Action = rapid.SampledFrom(drawnActions).Draw(t, "action")
	w.request.Resource = rapid.SampledFrom(drawnResources).Draw(t, "resource")
	w.request.ResourceAccount = rapid.SampledFrom([]string{"", testAccount, otherAccount}).Draw(t, "account")
	for _, key := range rapid.SliceOfDistinct(rapid.SampledFrom(drawnKeys), rapid.ID[string]).Draw(t, "keys") {
		values := drawSome(t, drawnValues, "value")
		if rapid.Bool().Draw(t, "list") {
			w.request.Context.SetList(key, values...)
		} else {
			w.request.Context.Set(key, values[0])
		}
	}
	w.kind = rapid.SampledFrom([]ResourceKind{Ordinary, Ordinary, Authoritative}).Draw(t, "kind")
	w.draw(t, LayerIdentity, 3)
	for _, layer := range []Layer{LayerBoundary, LayerSession, LayerResource, LayerSCP, LayerRCP} {
		w.draw(t, layer, rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "present"))
	}
	return w
}

func (w *world) draw(t *rapid.T, layer Layer, most int) {
	for range rapid.IntRange(0, most).Draw(t, "policies") {
		w.policies[layer] = append(w.policies[layer], drawPolicy(t, layer))
	}
}

func (w *world) layers(t *rapid.T) Layers {
	prepare := func(layer Layer) (out []Source) {
		for _, p := range w.policies[layer] {
			out = append(out, p.prepare(t))
		}
		return out
	}
	first := func(layer Layer) *Source {
		if s := prepare(layer); len(s) > 0 {
			return &s[0]
		}
		return nil
	}
	levels := func(layer Layer) (out [][]Source) {
		for _, s := range prepare(layer) {
			out = append(out, []Source{s})
		}
		return out
	}
	return Layers{
		Identity: prepare(LayerIdentity), Boundary: first(LayerBoundary), Session: prepare(LayerSession),
		Resource: first(LayerResource), ResourceKind: w.kind, SCP: levels(LayerSCP), RCP: levels(LayerRCP),
	}
}

func (w *world) decide(t *rapid.T) Decision { return Compile(w.layers(t)).Decide(&w.request) }

// drawPlace picks one of the policies that are there.
func (w *world) drawPlace(t *rapid.T) (Layer, *drawnPolicy) {
	var present []Layer
	for _, layer := range reportOrder {
		if len(w.policies[layer]) > 0 {
			present = append(present, layer)
		}
	}
	if len(present) == 0 {
		t.Skip("no policy")
	}
	layer := rapid.SampledFrom(present).Draw(t, "layer")
	i := rapid.IntRange(0, len(w.policies[layer])-1).Draw(t, "which")
	return layer, &w.policies[layer][i]
}

// checkWorlds checks a property and that the worlds it saw were not all alike.
func checkWorlds(t *testing.T, property func(t *rapid.T, w *world, before Decision)) {
	t.Helper()
	seen := map[Verdict]int{}
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := w.decide(t)
		seen[before.Verdict]++
		property(t, &w, before)
	})
	for _, v := range []Verdict{Allow, ExplicitDeny, ImplicitDeny} {
		if seen[v] == 0 {
			t.Errorf("no world with %v was tried: %v", v, seen)
		}
	}
}

func TestMoreDenyNeverAllows(t *testing.T) {
	checkWorlds(t, func(t *rapid.T, w *world, before Decision) {
		layer, p := w.drawPlace(t)
		p.statements = append(p.statements, drawStatement(t, "Deny", layer))
		if after := w.decide(t); before.Verdict != Allow && after.Verdict == Allow {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestMoreAllowNeverDenies(t *testing.T) {
	checkWorlds(t, func(t *rapid.T, w *world, before Decision) {
		layer, p := w.drawPlace(t)
		p.statements = append(p.statements, drawStatement(t, "Allow", layer))
		if after := w.decide(t); before.Verdict == Allow && after.Verdict != Allow {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestOrderNeverMatters(t *testing.T) {
	checkWorlds(t, func(t *rapid.T, w *world, before Decision) {
		for _, policies := range w.policies {
			slices.Reverse(policies)
			for i := range policies {
				policies[i].statements = rapid.Permutation(policies[i].statements).Draw(t, "order")
			}
		}
		if after := w.decide(t); after != before {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestFalseConditionIsNeutral(t *testing.T) {
	checkWorlds(t, func(t *rapid.T, w *world, before Decision) {
		layer, p := w.drawPlace(t)
		s := drawStatement(t, rapid.SampledFrom([]string{"Allow", "Deny"}).Draw(t, "effect"), layer)
		s["Condition"] = map[string]any{"StringLike": map[string]string{"acme:NeverGiven": "*"}}
		p.statements = append(p.statements, s)
		if after := w.decide(t); after != before {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestBoundaryNeverGrants(t *testing.T) {
	checkWorlds(t, func(t *rapid.T, w *world, _ Decision) {
		delete(w.policies, LayerBoundary)
		before := w.decide(t)
		w.policies[LayerBoundary] = []drawnPolicy{drawPolicy(t, LayerBoundary)}
		if after := w.decide(t); before.Verdict != Allow && after.Verdict == Allow {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestSCPNeverGrants(t *testing.T) {
	checkWorlds(t, func(t *rapid.T, w *world, before Decision) {
		w.policies[LayerSCP] = append(w.policies[LayerSCP], drawPolicy(t, LayerSCP))
		if after := w.decide(t); before.Verdict != Allow && after.Verdict == Allow {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

// checkExplain: the explanation has the decision's verdict and layer, and says why.
func checkExplain(t *rapid.T, w *world, d Decision) {
	e := Compile(w.layers(t)).Explain(&w.request)
	if e.Verdict != d.Verdict || e.Layer != d.Layer {
		t.Fatalf("Decide says %v, Explain %v by %v", d, e.Verdict, e.Layer)
	}
	denies := slices.ContainsFunc(e.Statements, func(s StatementReport) bool { return s.Effect == "Deny" })
	if e.Verdict == ExplicitDeny && !denies || e.Verdict == ImplicitDeny && denies || e.Reason == "" || e.String() == "" {
		t.Fatalf("the explanation does not hold: %s", e)
	}
	if missing := slices.ContainsFunc(e.Layers, func(l LayerReport) bool { return l.Missing }); missing && e.Verdict != ImplicitDeny {
		t.Fatalf("a layer is missing: %s", e)
	}
}

func TestExplainAgrees(t *testing.T) { checkWorlds(t, checkExplain) }

// FuzzDecide: random documents and requests of every feature never panic, and Explain agrees with Decide.
func FuzzDecide(f *testing.F) {
	for seed := range byte(8) {
		entropy := make([]byte, 16384)                       // rapid draws from the bytes and gives up where they end
		_, _ = rand.NewChaCha8([32]byte{seed}).Read(entropy) // never fails
		f.Add(entropy)
	}
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		w := drawWorld(t)
		checkExplain(t, &w, w.decide(t))
	}))
}

// FuzzDecideText decides with whatever the policy parser accepts, in every layer.
func FuzzDecideText(f *testing.F) {
	f.Add(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, "s3:GetObject", "arn:aws:s3:::b/x", "aws:username", "alice")
	f.Add(explained, "s3:GetObject", "arn:aws:s3:::reports/alice/x", "aws:SourceIp", "10.0.0.1")
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":[],"NotResource":"${a,'b'}","Condition":{"ForAllValues:X":{"k":[]}}}]}`, "a:b", "*", "k", "")
	f.Fuzz(func(t *testing.T, text, action, resource, key, value string) {
		doc, err := policy.Parse(text)
		if err != nil {
			t.Skip()
		}
		s := []Source{{Name: "fuzz", Policy: Prepare(doc)}}
		levels := [][]Source{s}
		for _, p := range drawnPrincipals {
			r := &Request{Principal: p, Action: action, Resource: resource}
			r.Context.Set(key, value)
			for _, l := range []Layers{
				{Identity: s},
				{Identity: s, Boundary: &s[0], Session: s, Resource: &s[0], ResourceKind: Authoritative, SCP: levels, RCP: levels},
			} {
				set := Compile(l)
				if d, e := set.Decide(r), set.Explain(r); d != (Decision{e.Verdict, e.Layer}) || e.String() == "" {
					t.Fatalf("Decide says %v, Explain %s", d, e)
				}
			}
		}
	})
}
