package eval

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/policy"
)

const explained = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "OwnPrefix",
      "Effect": "Allow",
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::reports/alice/*"
    },
    {
      "Sid": "FromOffice",
      "Effect": "Allow",
      "Action": "s3:*",
      "Resource": "*",
      "Condition": {
        "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"}
      }
    }
  ]
}`

func TestExplainImplicitDeny(t *testing.T) {
	doc, err := policy.Parse(explained)
	if err != nil {
		t.Fatal(err)
	}
	r := getObject(testUser)
	r.Context.Set("aws:SourceIp", "192.0.2.1")
	e := Compile(Layers{Identity: []Source{{Name: "office", Policy: Prepare(doc)}}}).Explain(r)

	if e.Verdict != ImplicitDeny || e.Layer != LayerIdentity || e.Reason != "no identity-based policy allows s3:GetObject" {
		t.Errorf("%v by %v: %s", e.Verdict, e.Layer, e.Reason)
	}
	if len(e.Statements) != 0 || len(e.NearMisses) != 2 {
		t.Fatalf("%d statements, %d near misses:\n%s", len(e.Statements), len(e.NearMisses), e)
	}
	own, office := e.NearMisses[0], e.NearMisses[1]
	if own.Policy != "office" || own.Sid != "OwnPrefix" || own.Index != 0 || own.Line != 4 || own.Column != 5 || own.Resource != "no" {
		t.Errorf("first near miss: %+v", own)
	}
	if office.Resource != "yes" || len(office.Conditions) != 2 {
		t.Fatalf("second near miss: %+v", office)
	}
	ip, mfa := office.Conditions[0], office.Conditions[1]
	if ip.Operator != "IpAddress" || ip.Key != "aws:SourceIp" || !slices.Equal(ip.Request, []string{"192.0.2.1"}) || ip.Held != "no" || ip.Line != 16 {
		t.Errorf("the condition on the address: %+v", ip)
	}
	if !mfa.Absent || mfa.Held != "no" || !slices.Equal(e.AbsentKeys, []string{"aws:MultiFactorAuthPresent"}) {
		t.Errorf("the condition on MFA: %+v, absent %v", mfa, e.AbsentKeys)
	}
	for _, want := range []string{
		"ImplicitDeny: no identity-based policy allows s3:GetObject",
		"Layers\n  identity-based policy    does not allow, and would have to  (decided)",
		"Statements that came near\n  Allow  identity-based policy \"office\", Statement[0] \"OwnPrefix\" (line 4, column 5)\n" +
			"         no      Resource \"arn:aws:s3:::reports/alice/*\"\n",
		"         no      IpAddress aws:SourceIp \"10.0.0.0/8\" (the request has \"192.0.2.1\")",
		"Absent from the request\n  - aws:MultiFactorAuthPresent",
		"To be allowed\n  - an identity-based policy must allow s3:GetObject on arn:aws:s3:::reports/q1.csv\n",
		"(line 4, column 5) would allow it if its Resource covered arn:aws:s3:::reports/q1.csv",
		"would allow it if aws:SourceIp met IpAddress \"10.0.0.0/8\" (the request has \"192.0.2.1\") and ",
	} {
		if !strings.Contains(e.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, e)
		}
	}
}

func TestExplainExplicitDeny(t *testing.T) {
	deny := `{"Sid":"Guard","Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}}`
	layers := Layers{
		Identity: sources(t, allowAll),
		SCP:      [][]Source{sources(t, allowAll), {{Name: "region", Policy: prepared(t, allowAll+","+deny)}}},
	}
	e := Compile(layers).Explain(getObject(testUser))
	if e.Verdict != ExplicitDeny || e.Layer != LayerSCP || e.Reason != "explicit deny in a service control policy" {
		t.Errorf("%v by %v: %s", e.Verdict, e.Layer, e.Reason)
	}
	i := slices.IndexFunc(e.Statements, func(s StatementReport) bool { return s.Effect == "Deny" })
	if i < 0 || len(e.Statements) != 4 {
		t.Fatalf("statements that applied:\n%s", e)
	}
	if s := e.Statements[i]; s.Policy != "region" || s.Level != 2 || s.Sid != "Guard" || s.Index != 1 || !s.Conditions[0].Absent {
		t.Errorf("the Deny: %+v", s)
	}
	if len(e.Changes) != 1 || !strings.Contains(e.Changes[0], `"region" at level 2, Statement[1] "Guard"`) {
		t.Errorf("changes: %q", e.Changes)
	}
}

func TestExplainHowThePrincipalMatched(t *testing.T) {
	service := Principal{Kind: Service, Services: []string{"sns.amazonaws.com", "ap.sns.amazonaws.com"}}
	web := Principal{Kind: WebIdentity, Provider: "accounts.google.com"}
	for _, c := range []struct {
		principal Principal
		element   string
		want      string
	}{
		{testUser, `{"AWS":"` + testUser.ARN + `"}`, "Rd"},
		{testUser, `"*"`, "Rd"},
		{testUser, `{"AWS":["111122223333","` + testUser.ARN + `"]}`, "Rd+Ra"},
		{testRole, `{"AWS":"` + testRole.RoleARN + `"}`, "Rr"},
		{testRole, `{"AWS":"` + testRole.ARN + `"}`, "Rd"},
		{testFederated, `{"AWS":"` + testUser.ARN + `"}`, "Ru"},
		{testUser, `{"AWS":"arn:aws:iam::111122223333:root"}`, "Ra"},
		{service, `{"Service":"ap.sns.amazonaws.com"}`, "Rs"},
		{web, `{"Federated":"accounts.google.com"}`, "Rf"},
	} {
		layers := Layers{Resource: source(t, `{"Effect":"Allow","Principal":`+c.element+`,"Action":"*","Resource":"*"}`)}
		e := Compile(layers).Explain(getObject(c.principal))
		if len(e.Statements) != 1 || e.Statements[0].Principal.String() != c.want {
			t.Errorf("%s: want %s in\n%s", c.element, c.want, e)
		}
	}
}

func TestExplanationJSON(t *testing.T) {
	r := getObject(testUser)
	e := Compile(Layers{Identity: sources(t, allowAll), Resource: source(t, grantTo(testAccount))}).Explain(r)
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"verdict":"Allow"`, `"layer":"identity"`, `"principal":"Ra"`, `"effect":"Allow"`, `"line":1`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
	var back Explanation
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.String() != e.String() {
		t.Errorf("read back:\n%s\nwant:\n%s", back, e)
	}
}

func TestNamesRejectOthers(t *testing.T) {
	var v Verdict
	var l Layer
	var m Match
	if v.UnmarshalText([]byte("allow")) == nil || l.UnmarshalText([]byte("Identity")) == nil || m.UnmarshalText([]byte("Rd+Rx")) == nil {
		t.Error("a wrong name is read")
	}
	if got := Layer(99).String(); got != "unknown(99)" {
		t.Errorf("a layer that is none is called %q", got)
	}
}

// What stands in a statement by variables is shown as it reads for this request; a key that has no value is absent.
func TestExplainVariables(t *testing.T) {
	layers := Layers{Identity: sources(t, `{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::a/${aws:username}/${aws:PrincipalTag/team, 'none'}","arn:aws:s3:::b/${aws:PrincipalTag/dept}"],
		"Condition":{"StringLike":{"aws:RequestTag/x":["${aws:username}-*", "${*}"]},"NumericEquals":{"s3:max-keys":"${aws:username}"}}}`)}
	r := getObject(testUser)
	r.Context.Set("aws:username", "al*ce")
	e := Compile(layers).Explain(r)
	if len(e.NearMisses) != 1 {
		t.Fatal(e)
	}
	s := e.NearMisses[0]
	if want := []string{"arn:aws:s3:::a/al${*}ce/none", "arn:aws:s3:::b/${aws:PrincipalTag/dept}"}; !slices.Equal(s.Resolved, want) {
		t.Errorf("resources: %q", s.Resolved)
	}
	if want := []string{"al${*}ce-*", "${*}"}; !slices.Equal(s.Conditions[0].Resolved, want) || s.Conditions[1].Resolved != nil {
		t.Errorf("conditions: %q, %q", s.Conditions[0].Resolved, s.Conditions[1].Resolved)
	}
	if want := []string{"aws:PrincipalTag/dept", "aws:RequestTag/x", "s3:max-keys"}; !slices.Equal(e.AbsentKeys, want) {
		t.Errorf("absent: %q", e.AbsentKeys)
	}

	old, err := policy.Parse(`{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a/${aws:username}"}}`)
	if err != nil {
		t.Fatal(err)
	}
	e = Compile(Layers{Identity: []Source{{Name: "2008", Policy: Prepare(old)}}}).Explain(r)
	if s := e.NearMisses[0]; s.Resolved != nil {
		t.Errorf("a version without variables has %q", s.Resolved)
	}
}

func TestExplainLevels(t *testing.T) {
	elsewhere := `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::other/*"}`
	layers := Layers{Identity: sources(t, allowAll), SCP: [][]Source{sources(t, allowAll), sources(t, elsewhere), {}}}
	e := Compile(layers).Explain(getObject(testUser))
	if l := e.Layers[0]; l.Layer != LayerSCP || !slices.Equal(l.Levels, []int{2, 3}) {
		t.Errorf("%+v", e.Layers)
	}
	for _, want := range []string{
		"service control policy   does not allow at levels 2, 3 of the organization, and would have to  (decided)",
		"a service control policy must allow s3:GetObject on arn:aws:s3:::reports/q1.csv at levels 2, 3 of the organization",
		`at level 2, Statement[0] (line 1, column `,
	} {
		if !strings.Contains(e.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, e)
		}
	}
}

// Taking the Deny away does not always help.
func TestExplainDenyOfWhatNobodyAllows(t *testing.T) {
	deny := `{"Effect":"Deny","Action":"s3:*","Resource":"*"}`
	e := Compile(Layers{Identity: sources(t, deny)}).Explain(getObject(testUser))
	if len(e.Changes) != 2 || e.Changes[1] != "even then: no identity-based policy allows s3:GetObject" {
		t.Errorf("%q", e.Changes)
	}
	e = Compile(Layers{Identity: sources(t, deny+","+allowAll)}).Explain(getObject(testUser))
	if len(e.Changes) != 1 {
		t.Errorf("%q", e.Changes)
	}
	unreadable := `{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringSounds":{"aws:x":"y"}}}`
	e = Compile(Layers{Identity: sources(t, unreadable+","+allowAll)}).Explain(getObject(testUser))
	if len(e.Changes) != 1 || !strings.HasSuffix(e.Changes[0], ": it cannot be evaluated, and denies to be safe") {
		t.Errorf("%q", e.Changes)
	}
}

// A direct grant of the resource's policy does in the place of an identity policy, within one account.
func TestExplainTheOtherWay(t *testing.T) {
	for account, want := range map[string]bool{testAccount: true, "444455556666": false} {
		r := getObject(testUser)
		r.ResourceAccount = account
		layers := Layers{Resource: source(t, `{"Effect":"Allow","Principal":{"AWS":"`+testAccount+`"},"Action":"s3:*","Resource":"*"}`)}
		e := Compile(layers).Explain(r)
		if got := strings.Contains(e.String(), ", or the resource-based policy must, and name the caller itself"); got != want {
			t.Errorf("%s: %v\n%s", account, got, e)
		}
	}
}

// Names that others chose do not steer a terminal.
func TestExplainTextIsPrintable(t *testing.T) {
	r := getObject(testUser)
	r.Resource = "arn:aws:s3:::a\x1b[2J\nb"
	doc, err := policy.Parse(`{"Statement":{"Sid":"a\u001b","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Str\u001b":{"k\u001b\u2028":"v\u001b"}}}}`)
	if err != nil {
		t.Fatal(err)
	}
	e := Compile(Layers{Identity: []Source{{Name: "n\x1b", File: "f\x1b", Policy: Prepare(doc)}}}).Explain(r)
	if text := e.String(); strings.ContainsAny(text, "\x1b\u2028") || len(e.NearMisses) != 1 {
		t.Errorf("%q", text)
	}
	marked := e.Text(Style{Good: func(s string) string { return "<" + s + ">" }, Bad: func(s string) string { return "[" + s + "]" }})
	for _, want := range []string{"[ImplicitDeny]: ", "<Allow>  identity", "<yes    > Resource"} {
		if !strings.Contains(marked, want) {
			t.Errorf("the text lacks %q:\n%s", want, marked)
		}
	}
}

// Where it is not the values that decide, a note says what does.
func TestExplainNotes(t *testing.T) {
	for _, c := range []struct {
		condition string
		held      string
		note      string
	}{
		{`"StringEquals":{"aws:x":"a"}`, "yes", ""},
		{`"StringEquals":{"aws:absent":"a"}`, "no", ""},
		{`"StringNotEquals":{"aws:absent":"a"}`, "yes", "a negated operator holds for an absent key"},
		{`"StringEqualsIfExists":{"aws:absent":"a"}`, "yes", "IfExists holds for an absent key"},
		{`"ForAllValues:StringEquals":{"aws:absent":"a"}`, "yes", "ForAllValues holds for an absent key"},
		{`"ForAnyValue:StringNotEqualsIfExists":{"aws:absent":"a"}`, "no", "ForAnyValue fails for an absent key"},
		{`"Null":{"aws:absent":"true"}`, "yes", ""},
		{`"StringEquals":{"aws:TagKeys":"a"}`, "no", "a key with several values needs ForAnyValue or ForAllValues"},
		{`"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}`, "yes", ""},
		{`"StringEquals":{"app:list":"a"}`, "no", "a key with several values needs ForAnyValue or ForAllValues"},
		{`"StringEquals":{"aws:username":"a"}`, "unknown", "the key has one value, and the request gives several"},
		{`"NumericLessThan":{"aws:x":"many"}`, "unknown", "a value cannot be read"},
		{`"StringSounds":{"aws:x":"a"}`, "unknown", "there is no such operator"},
	} {
		r := getObject(testUser)
		r.Context.Set("aws:x", "a")
		r.Context.SetList("aws:TagKeys", "a")
		r.Context.SetList("app:list", "a")
		r.Context.SetList("aws:username", "a", "b")
		e := Compile(Layers{Identity: sources(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{`+c.condition+`}}`)}).Explain(r)
		list := append(e.Statements, e.NearMisses...)
		if len(list) != 1 {
			t.Fatalf("%s: %v", c.condition, e)
		}
		if got := list[0].Conditions[0]; got.Held != c.held || got.Note != c.note || !strings.Contains(e.String(), c.note) {
			t.Errorf("%s: held %s, note %q", c.condition, got.Held, got.Note)
		}
	}
}

func TestExplainTextDenyFirst(t *testing.T) {
	deny := `{"Sid":"Guard","Effect":"Deny","Action":"*","Resource":"*"}`
	text := Compile(Layers{Identity: sources(t, allowAll+","+deny)}).Explain(getObject(testUser)).String()
	if d, a := strings.Index(text, "\n  Deny "), strings.Index(text, "\n  Allow "); d < 0 || a < d {
		t.Errorf("the Deny stands behind:\n%s", text)
	}
}

// A policy that mentions thousands of keys is explained in time in proportion: nobody's simulation holds a core.
func TestExplainCost(t *testing.T) {
	var conditions strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&conditions, `,"k:%05d":""`, i)
	}
	doc, err := policy.ParseLimit(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{`+
		conditions.String()[1:]+`}}}}`, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	set := NewSet(Layers{Identity: []Source{{Name: "p", Policy: Prepare(doc)}}})
	start := time.Now()
	e := set.Explain(&Request{
		Principal: Principal{Kind: User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/a"},
		Action:    "s3:GetObject", Resource: "arn:aws:s3:::b/k",
	})
	if took := time.Since(start); len(e.AbsentKeys) != 40_000 || took > time.Minute {
		t.Errorf("%d keys after %v", len(e.AbsentKeys), took)
	}
}

// Many variables with a long value are a pattern of gigabytes: it is never written, neither to decide nor to explain.
func TestManyVariablesCost(t *testing.T) {
	variables := strings.Repeat("${k:x}", 15_000)
	doc, err := policy.ParseLimit(`{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::`+variables+`"},
		{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringLike":{"k:y":"`+variables+`"}}},
		{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringLike":{"k:y":[`+strings.TrimSuffix(strings.Repeat(`"${k:x}",`, 1_500), ",")+`]}}},
		{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:StringEqualsIgnoreCase":{"k:y":"`+variables+`"}}},
		{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAnyValue:ArnLike":{"k:y":"`+variables+`"}}}]}`, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	set := NewSet(Layers{Identity: []Source{{Name: "p", Policy: Prepare(doc)}}})
	r := &Request{
		Principal: Principal{Kind: User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/a"},
		Action:    "s3:GetObject", Resource: "arn:aws:s3:::b/k",
	}
	r.Context.Set("k:x", strings.Repeat("a", 100_000))
	r.Context.SetList("k:y", slices.Repeat([]string{"a"}, 500)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	d, e := set.Decide(r), set.Explain(r)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if used := (after.TotalAlloc - before.TotalAlloc) >> 20; d.Verdict != ImplicitDeny || e.Verdict != ImplicitDeny || took > time.Minute || used > 512 {
		t.Errorf("%v after %v, with %d MiB", d.Verdict, took, used)
	}
}
