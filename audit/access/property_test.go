package access_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// acme is the service of the keys that no policy needs to explain.
var acme = &catalog.Service{Prefix: "acme", Keys: []catalog.ConditionKey{{Name: "acme:KnownLevels", Type: catalog.TypeString, Multivalued: true}}}

// The generators draw from small pools, so that conditions meet and contradict one another. Circumstances draw from the
// same texts, and from what lies between them.
var (
	drawnKeys = []string{
		"aws:SourceIp", "aws:CurrentTime", "aws:EpochTime", "aws:TagKeys", "aws:RequestTag/Team", "aws:UserAgent", "acme:Level", "acme:Levels", "acme:KnownLevels",
		"aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:SecureTransport", "aws:userid", "aws:username", "aws:PrincipalTag/team",
		"aws:TokenIssueTime", "aws:SourceVpc", "aws:SourceIdentity", "aws:PrincipalArn", "aws:ViaAWSService", "aws:CalledVia",
	}
	drawnValues = map[string][]string{
		"aws:SourceIp":               {"10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/0", "2001:db8::/32", "10.1.2.3", "::/0", "bad"},
		"aws:CurrentTime":            {"2026-11-22T12:00:00Z", "2026-12-01", "2027-01-01T00:00:00Z", "2025-01-01", "1800000000"},
		"aws:EpochTime":              {"1800000000", "1795348800", "1700000000"},
		"aws:TagKeys":                {"Team", "team", "Stage", "S*", "*", "${aws:username}"},
		"aws:MultiFactorAuthPresent": {"true", "false"},
		"aws:MultiFactorAuthAge":     {"0", "300", "3600", "-1", "0.5"},
		"aws:SecureTransport":        {"true", "false"},
		"aws:ViaAWSService":          {"true", "false"},
		"aws:CalledVia":              {"athena.amazonaws.com", "cloudformation.amazonaws.com"},
		"aws:userid":                 {"AROAAPP:bob", "AROAAPP:b*", "AIDAALICE", "*:alice", "*"},
		"aws:TokenIssueTime":         {"2026-11-22T12:00:00Z", "2026-11-22T06:00:00Z", "2026-11-23T00:00:00Z"},
		"aws:PrincipalArn":           {"arn:aws:iam::111122223333:user/alice", "arn:aws:iam::*:role/*", "*"},
		"acme:Level":                 {"1", "5", "5.0", "007", "1e1", "a", "QQ==", "true", "10.0.0.0/8"},
	}
	textValues = []string{"a", "A", "b", "a*", "*b", "?", "??", "*a*", "", "*", "core", "${aws:PrincipalTag/team}", "${aws:username}", "${aws:UserAgent}", "arn:aws:s3:::b", "arn:*:s3:::*"}
	texts      = []string{"a", "A", "b", "ab", "ba", "aa", "bb", "aab", "core", "x", "xy", "alice", "", "arn:aws:s3:::b", "arn:aws:s3:::c", "Team", "Stage", "true", "5", "4", "6", "1", "7", "10", "QQ==", "10.0.0.1", "0", "2", "8"}
	operators  = map[string][]string{
		"aws:SourceIp": {"IpAddress", "NotIpAddress"}, "aws:EpochTime": {"NumericLessThan", "NumericGreaterThanEquals", "DateLessThan", "DateNotEquals", "NumericEquals"},
		"aws:CurrentTime":            {"DateLessThan", "DateGreaterThan", "DateEquals", "DateNotEquals", "DateLessThanEquals", "DateGreaterThanEquals"},
		"aws:TokenIssueTime":         {"DateLessThan", "DateGreaterThan", "DateEquals"},
		"aws:MultiFactorAuthAge":     {"NumericLessThan", "NumericGreaterThan", "NumericEquals", "NumericNotEquals", "NumericLessThanEquals"},
		"aws:MultiFactorAuthPresent": {"Bool"}, "aws:SecureTransport": {"Bool"}, "aws:ViaAWSService": {"Bool"},
		"acme:Level": {"NumericLessThan", "NumericEquals", "NumericNotEquals", "NumericGreaterThan", "StringEquals", "StringLike", "StringNotEquals", "Bool", "BinaryEquals", "IpAddress", "ArnLike"},
	}
	textOperators = []string{
		"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "ArnLike", "ArnNotEquals",
	}
	drawnResources = []string{
		"*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${aws:UserAgent}/*", "arn:aws:s3:::b/${aws:RequestTag/Team, 'none'}", "arn:aws:s3:::c",
		"arn:aws:s3:::b/${aws:SourceIdentity}*",
	}
	drawnPrincipals = []string{
		`"*"`, `{"AWS":"111122223333"}`, `{"AWS":"arn:aws:iam::111122223333:user/alice"}`, `{"AWS":"arn:aws:iam::111122223333:role/app"}`,
		`{"AWS":"arn:aws:sts::111122223333:assumed-role/app/bob"}`, `{"AWS":["111122223333","arn:aws:iam::111122223333:role/app","arn:aws:sts::111122223333:assumed-role/app/bob"]}`,
		`{"AWS":"444455556666"}`, `{"AWS":["arn:aws:iam::444455556666:user/mallory","arn:aws:iam::444455556666:role/app"]}`,
	}
)

func drawCondition(t *rapid.T) (operator, key string, values []string) {
	key = rapid.SampledFrom(drawnKeys).Draw(t, "key")
	names, pool := operators[key], drawnValues[key]
	if names == nil {
		names = textOperators
	}
	if pool == nil {
		pool = textValues
	}
	operator = rapid.SampledFrom(append([]string{"Null"}, names...)).Draw(t, "operator")
	if operator == "Null" {
		return operator, key, []string{rapid.SampledFrom([]string{"true", "false"}).Draw(t, "null")}
	}
	sets := []string{"", "", "", "ForAllValues:", "ForAnyValue:"}
	switch key {
	case "acme:Level":
		sets = []string{""}
	case "acme:Levels": // that it is a list is known by its operators only
		sets = []string{"ForAllValues:", "ForAnyValue:"}
	case "acme:KnownLevels", "aws:TagKeys":
		sets = []string{"", "ForAllValues:", "ForAnyValue:"}
	}
	operator = rapid.SampledFrom(sets).Draw(t, "set") + operator + rapid.SampledFrom([]string{"", "", "IfExists"}).Draw(t, "ifExists")
	return operator, key, rapid.SliceOfN(rapid.SampledFrom(pool), 1, 2).Draw(t, "values")
}

func drawStatement(t *rapid.T, effect string, principal bool) json.RawMessage {
	s := map[string]any{"Effect": effect, "Action": rapid.SampledFrom([]string{"*", "acme:*", "acme:Get"}).Draw(t, "action")}
	element := rapid.SampledFrom([]string{"Resource", "Resource", "Resource", "NotResource"}).Draw(t, "element")
	s[element] = rapid.SampledFrom(drawnResources).Draw(t, "resource")
	if principal {
		element := "Principal"
		if effect == "Deny" {
			element = rapid.SampledFrom([]string{"Principal", "Principal", "NotPrincipal"}).Draw(t, "named")
		}
		s[element] = json.RawMessage(rapid.SampledFrom(drawnPrincipals).Draw(t, "principal"))
	}
	condition := map[string]map[string][]string{}
	for range rapid.SampledFrom([]int{0, 1, 1, 2, 3}).Draw(t, "conditions") {
		operator, key, values := drawCondition(t)
		condition[operator] = map[string][]string{key: values}
	}
	if len(condition) > 0 {
		s["Condition"] = condition
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func drawStatements(t *rapid.T, most int, principal bool) (list []json.RawMessage) {
	for range rapid.IntRange(1, most).Draw(t, "statements") {
		effect := rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(t, "effect")
		list = append(list, drawStatement(t, effect, principal))
	}
	return list
}

func drawWorld(t *rapid.T) canTest {
	var w canTest
	w.Identity = drawStatements(t, 4, false)
	maybe := func(label string, of int) bool { return rapid.IntRange(1, of).Draw(t, label) == 1 }
	if maybe("boundary", 4) {
		w.Boundary = drawStatements(t, 2, false)
	}
	if maybe("scp", 4) {
		w.SCP = [][]json.RawMessage{drawStatements(t, 2, false), {json.RawMessage(`{"Effect":"Allow","Action":"*","Resource":"*"}`)}}
	}
	if maybe("rcp", 6) {
		w.RCP = [][]json.RawMessage{{drawStatement(t, "Deny", true)}}
	}
	if maybe("policy", 3) {
		w.Policy = drawStatements(t, 2, true)
		if maybe("foreign", 4) {
			w.ResourceAccount = "999900002222"
		}
	}
	w.Action = "acme:Get"
	w.Resource = rapid.SampledFrom([]string{"arn:aws:s3:::b/alice/x", "arn:aws:s3:::b/a", "arn:aws:s3:::c"}).Draw(t, "asked")
	w.Principal = "arn:aws:iam::" + rapid.SampledFrom([]string{
		account + ":user/alice", account + ":role/app", account + ":root", "444455556666:user/mallory", "444455556666:role/app",
	}).Draw(t, "who")
	if strings.Contains(w.Principal, "444455556666") { // what it may do with its own is no question
		w.ResourceAccount, w.Policy = account, drawStatements(t, 3, true)
	}
	if maybe("tagged sessions", 2) {
		w.Trust = []json.RawMessage{json.RawMessage(`{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["sts:AssumeRole","sts:TagSession","sts:Set*"]}`)}
	}
	return w
}

// circumstance is a request as it could be made: a user with long-term or temporary credentials, a session under any name,
// from now on, with whatever the caller can add.
// Sessions that are tagged may have tags and a source identity.
func drawCircumstance(t *rapid.T, snap *directory.Snapshot, who string, tagged bool, ask *authz.Ask) access.Witness {
	text := func(label string) string { return rapid.SampledFrom(texts).Draw(t, label) }
	some := func(label string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(texts), 0, 3, rapid.ID[string]).Draw(t, label)
	}
	maybe := func(label string) bool { return rapid.Bool().Draw(t, label) }
	own := *ask
	own.Context = ask.Context.Clone()
	at := now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, 24 * 365 * time.Hour, 12 * time.Hour, 1e9 * (1800000000 - 1795348800), 9 * 24 * time.Hour}).Draw(t, "time"))
	env := &authz.Environment{
		Time: at, Secure: maybe("secure"), UserAgent: text("agent"),
		SourceIP:  rapid.SampledFrom([]string{"", "10.1.2.3", "10.1.2.4", "10.2.0.1", "8.8.8.8", "2001:db8::1", "fe80::1"}).Draw(t, "address"),
		CalledVia: rapid.SampledFrom([][]string{nil, nil, {"athena.amazonaws.com"}, {"x.amazonaws.com"}}).Draw(t, "via"),
	}
	name := rapid.SampledFrom([]string{"bob", "alice", "zed", "ba"}).Draw(t, "session")
	if role := strings.HasSuffix(who, ":role/app"); role {
		who = strings.Replace(strings.Replace(who, ":iam:", ":sts:", 1), ":role/app", ":assumed-role/app/"+name, 1)
	}
	caller, ok := authz.Principal(snap, who, at)
	if !ok {
		t.Fatal(who)
	}
	if caller.Session != nil && tagged {
		if maybe("session tag") {
			caller.Session.Tags = []directory.Tag{{Key: "team", Value: text("team")}}
		}
		caller.Session.SourceIdentity = text("identity")
	}
	if caller.Session == nil && maybe("token") {
		caller.Session = &authz.Session{Type: authz.SessionToken}
	}
	if s := caller.Session; s != nil {
		s.Issued = at.Add(-rapid.SampledFrom([]time.Duration{0, time.Second, 6 * time.Hour, 7 * time.Hour}).Draw(t, "age"))
		if maybe("mfa") {
			s.MFA = at.Add(-rapid.SampledFrom([]time.Duration{0, time.Second, 5 * time.Minute, 10 * time.Minute, 2 * time.Hour}).Draw(t, "factor"))
		}
	}
	if maybe("tagged") {
		own.RequestTags = []directory.Tag{{Key: rapid.SampledFrom([]string{"Team", "team"}).Draw(t, "tag"), Value: text("tag value")}}
	}
	own.TagKeys = some("tag keys")
	for _, key := range []string{"acme:Level", "aws:SourceVpc"} {
		if maybe(key) {
			own.Context.Set(key, text(key))
		}
	}
	own.Context.SetList("acme:Levels", some("acme:Levels")...)
	own.Context.SetList("acme:KnownLevels", some("acme:KnownLevels")...)
	return access.Witness{Snapshot: snap, Caller: caller, Environment: env, Ask: &own}
}

// TestCanIsSoundAndComplete: a yes has a witness, and what a No says is impossible is not found by chance.
func TestCanIsSoundAndComplete(t *testing.T) {
	library := directory.NewLibrary(catalog.Load().With(acme))
	seen := map[access.Verdict]int{}
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		f := w.finder(library)
		p, ok := f.Principal(w.Principal)
		if !ok {
			r.Fatal("no principal")
		}
		ask := w.ask(f)
		a := f.Can(p, ask)
		seen[a.Verdict]++
		if problem := answerProblem(f, &a); problem != "" {
			r.Fatalf("%s", problem)
		}
		if (a.Verdict == access.Yes) != plainAllows(f, p, ask) {
			r.Fatalf("%v, and in the plainest circumstances it is otherwise", a.Verdict)
		}
		plain, ok := f.Plain(p, ask)
		if !ok {
			r.Fatal("no plain request")
		}
		for range 60 {
			chance := drawCircumstance(r, plain.Snapshot, w.Principal, w.Trust != nil || p.Outside, ask)
			if d := f.Replay(&chance); d.Allowed() && a.Verdict == access.No {
				_, req, _ := authz.Question(chance.Snapshot, chance.Caller, chance.Environment, chance.Ask)
				keys := ""
				for k, v := range req.Context.All() {
					keys += fmt.Sprintf("\n%s = %q", k, v.Texts())
				}
				world, _ := json.Marshal(w)
				r.Fatalf("no (%s), but allowed with%s\n%s", a.Why, keys, world)
			}
		}
	})
	for _, v := range []access.Verdict{access.No, access.YesIf, access.Yes} {
		if seen[v] == 0 {
			t.Errorf("no world with %v was tried: %v", v, seen)
		}
	}
	t.Log(seen)
}

func plainAllows(f *access.Finder, p access.Principal, ask *authz.Ask) bool {
	w, ok := f.Plain(p, ask)
	if !ok {
		return false
	}
	d := f.Replay(w)
	return d.Verdict == eval.Allow
}

// TestWhoCanIsAskingEverybody: the sieve leaves nobody out.
func TestWhoCanIsAskingEverybody(t *testing.T) {
	library := directory.NewLibrary(catalog.Load().With(acme))
	rapid.Check(t, func(r *rapid.T) {
		w := drawWorld(r)
		f := w.finder(library)
		ask := w.ask(f)
		var got, want []string
		for p, a := range f.WhoCan(ask) {
			got = append(got, p.ARN+" "+a.Text())
		}
		for p := range f.Principals() {
			if a := f.Can(p, ask); a.Verdict != access.No {
				want = append(want, p.ARN+" "+a.Text())
			}
		}
		if !slices.Equal(got, want) {
			r.Fatalf("%q, want %q", got, want)
		}
	})
}

// TestRequirementsSuffice: whoever meets the requirements, and is as plain as can be in all else, is allowed.
func TestRequirementsSuffice(t *testing.T) {
	library := directory.NewLibrary(catalog.Load().With(acme))
	tried := 0
	check := func(r *rapid.T) {
		w := drawWorld(r)
		f := w.finder(library)
		p, ok := f.Principal(w.Principal)
		if !ok {
			r.Fatal("no principal")
		}
		ask := w.ask(f)
		a := f.Can(p, ask)
		if a.Verdict != access.YesIf {
			return
		}
		plain, ok := f.Plain(p, ask)
		if !ok {
			r.Fatal("no plain request")
		}
		for range 40 {
			chance := drawCircumstance(r, plain.Snapshot, w.Principal, w.Trust != nil || p.Outside, ask)
			mixed, ok := mix(f, p, ask, &chance, a.Requirements)
			if !ok || !meets(r, &mixed, a.Requirements) {
				continue
			}
			tried++
			if d := f.Replay(&mixed); !d.Allowed() {
				_, req, _ := authz.Question(mixed.Snapshot, mixed.Caller, mixed.Environment, mixed.Ask)
				keys := ""
				for k, v := range req.Context.All() {
					keys += fmt.Sprintf("\n%s = %q", k, v.Texts())
				}
				world, _ := json.Marshal(w)
				r.Fatalf("%s, but denied with%s\n%s", a.Text(), keys, world)
			}
		}
	}
	for range 20 { // a round in which nobody happens to meet any requirement shows nothing
		if rapid.Check(t, check); tried > 0 {
			break
		}
	}
	if tried == 0 {
		t.Error("no circumstances met the requirements")
	}
}

// mix is the plainest request, with those circumstances of another one that requirements are about.
func mix(f *access.Finder, p access.Principal, ask *authz.Ask, other *access.Witness, requirements []access.Requirement) (access.Witness, bool) {
	plain, ok := f.Plain(p, ask)
	if !ok {
		return access.Witness{}, false
	}
	mixed := *plain
	env, own := *plain.Environment, *plain.Ask
	own.Context = own.Context.Clone()
	for _, r := range requirements {
		switch key := eval.FoldKey(r.Key); key {
		case "aws:sourceip":
			env.SourceIP = other.Environment.SourceIP
		case "aws:useragent":
			env.UserAgent = other.Environment.UserAgent
		case "aws:securetransport":
			env.Secure = other.Environment.Secure
		case "aws:viaawsservice", "aws:calledvia":
			env.CalledVia = other.Environment.CalledVia
		case "aws:tagkeys":
			own.TagKeys = other.Ask.TagKeys
		case "aws:requesttag/team":
			own.RequestTags = other.Ask.RequestTags
		case "aws:multifactorauthpresent", "aws:multifactorauthage":
			if p.Kind == eval.RoleSession { // under a plain name
				return access.Witness{}, false
			}
			env.Time, mixed.Caller = other.Environment.Time, other.Caller
		case "acme:level", "acme:levels", "acme:knownlevels", "aws:sourcevpc":
			own.Context.Delete(key)
			if v, ok := other.Ask.Context.Lookup(key); ok && v.List() {
				own.Context.SetList(key, v.Texts()...)
			} else if ok {
				own.Context.Set(key, v.At(0))
			}
		default: // times and sessions are more than one key
			return access.Witness{}, false
		}
	}
	mixed.Environment, mixed.Ask = &env, &own
	return mixed, env.Time.Equal(plain.Environment.Time)
}

// meets holds the requirements against a request, each as a policy of its own.
func meets(t *rapid.T, w *access.Witness, requirements []access.Requirement) bool {
	_, req, ok := authz.Question(w.Snapshot, w.Caller, w.Environment, w.Ask)
	if !ok {
		t.Fatal("no caller")
	}
	for _, r := range requirements {
		if slices.ContainsFunc(r.Values, func(v string) bool { return v == "alice" || v == "core" }) {
			return false // it was a variable's, and a variable differs
		}
		condition, _ := json.Marshal(map[string]any{r.Operator: map[string]any{r.Key: r.Values}})
		text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":` + string(condition) + `}]}`
		if r.Negated {
			text = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":` + string(condition) + `}]}`
		}
		source := eval.Source{Policy: w.Snapshot.Library().Document(text).Compiled()}
		own := *req
		own.ResourceAccount = ""
		own.Principal = eval.Principal{Kind: eval.User, Account: account}
		if eval.NewSet(eval.Layers{Identity: []eval.Source{source}}).Decide(&own).Verdict != eval.Allow {
			return false
		}
	}
	return true
}
