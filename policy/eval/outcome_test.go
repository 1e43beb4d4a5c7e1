package eval

import (
	"strings"
	"testing"

	"github.com/warder-iam/warder/policy"
)

const (
	testAccount  = "111122223333"
	otherAccount = "444455556666"
)

var (
	testUser = Principal{Kind: User, Account: testAccount, ARN: "arn:aws:iam::111122223333:user/alice", UniqueID: "AIDAALICE"}
	testRole = Principal{
		Kind: RoleSession, Account: testAccount, ARN: "arn:aws:sts::111122223333:assumed-role/app/i-1",
		RoleARN: "arn:aws:iam::111122223333:role/app", UniqueID: "AROAAPP",
	}
	testFederated = Principal{
		Kind: FederatedUser, Account: testAccount, ARN: "arn:aws:sts::111122223333:federated-user/fay",
		UserARN: testUser.ARN, UniqueID: "AIDAALICE",
	}
	testRoot = Principal{Kind: Root, Account: testAccount, ARN: "arn:aws:iam::111122223333:root"}
)

// prepared parses a document of the statements.
func prepared(t testing.TB, statements string, opts ...Option) *Policy {
	t.Helper()
	doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[` + statements + `]}`)
	if err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
	return Prepare(doc, opts...)
}

func source(t testing.TB, statements string) *Source {
	t.Helper()
	return &Source{Name: "p", Policy: prepared(t, statements)}
}

func sources(t testing.TB, statements string) []Source { return []Source{*source(t, statements)} }

func getObject(p Principal) *Request {
	return &Request{Principal: p, Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/q1.csv"}
}

const (
	allowAll   = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	allowOther = `{"Effect":"Allow","Action":"ec2:*","Resource":"*"}`
	denyAll    = `{"Effect":"Deny","Action":"*","Resource":"*"}`
)

func grantTo(principal string) string {
	return `{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"*","Resource":"*"}`
}

// TestDecidingLayer: the layer is the one with the Deny, the one that allowed, or the first in the order of AWS's
// evaluation flow that failed to allow.
func TestDecidingLayer(t *testing.T) {
	cross := getObject(testUser)
	cross.ResourceAccount = otherAccount
	toUser, toRole, toAccount := source(t, grantTo(testUser.ARN)), source(t, grantTo(testRole.RoleARN)), source(t, grantTo(testAccount))
	denyEverybody := source(t, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`)
	identity, other, deny := sources(t, allowAll), sources(t, allowOther), sources(t, allowAll+","+denyAll)
	for name, c := range map[string]struct {
		request *Request
		layers  Layers
		want    Decision
	}{
		"nothing":                      {getObject(testUser), Layers{}, Decision{ImplicitDeny, LayerIdentity}},
		"identity allows":              {getObject(testUser), Layers{Identity: identity}, Decision{Allow, LayerIdentity}},
		"resource allows":              {getObject(testUser), Layers{Resource: toUser}, Decision{Allow, LayerResource}},
		"both allow":                   {getObject(testUser), Layers{Identity: identity, Resource: toUser}, Decision{Allow, LayerResource}},
		"the account only delegates":   {getObject(testUser), Layers{Identity: identity, Resource: toAccount}, Decision{Allow, LayerIdentity}},
		"role by resource":             {getObject(testRole), Layers{Resource: toRole}, Decision{Allow, LayerResource}},
		"boundary fails":               {getObject(testUser), Layers{Identity: identity, Boundary: &other[0]}, Decision{ImplicitDeny, LayerBoundary}},
		"session fails":                {getObject(testRole), Layers{Identity: identity, Session: other}, Decision{ImplicitDeny, LayerSession}},
		"identity before boundary":     {getObject(testRole), Layers{Boundary: &other[0], Session: other}, Decision{ImplicitDeny, LayerIdentity}},
		"boundary before session":      {getObject(testRole), Layers{Identity: identity, Boundary: &other[0], Session: other}, Decision{ImplicitDeny, LayerBoundary}},
		"no session policy":            {getObject(testFederated), Layers{Identity: identity}, Decision{ImplicitDeny, LayerSession}},
		"SCP first":                    {getObject(testUser), Layers{SCP: [][]Source{other}}, Decision{ImplicitDeny, LayerSCP}},
		"across accounts, resource":    {cross, Layers{Identity: identity}, Decision{ImplicitDeny, LayerResource}},
		"across accounts, identity":    {cross, Layers{Resource: toUser}, Decision{ImplicitDeny, LayerIdentity}},
		"across accounts, both":        {cross, Layers{Identity: identity, Resource: toUser}, Decision{Allow, LayerResource}},
		"trust fails":                  {getObject(testUser), Layers{Identity: identity, ResourceKind: Authoritative}, Decision{ImplicitDeny, LayerResource}},
		"trust delegates":              {getObject(testUser), Layers{Resource: toAccount, ResourceKind: Authoritative}, Decision{ImplicitDeny, LayerIdentity}},
		"root":                         {getObject(testRoot), Layers{}, Decision{Allow, LayerNone}},
		"anonymous":                    {getObject(Principal{}), Layers{Identity: identity}, Decision{ImplicitDeny, LayerResource}},
		"identity denies":              {getObject(testUser), Layers{Identity: deny}, Decision{ExplicitDeny, LayerIdentity}},
		"boundary denies":              {getObject(testUser), Layers{Identity: identity, Boundary: &deny[0]}, Decision{ExplicitDeny, LayerBoundary}},
		"session denies":               {getObject(testRole), Layers{Identity: identity, Session: deny}, Decision{ExplicitDeny, LayerSession}},
		"SCP denies":                   {getObject(testUser), Layers{Identity: identity, SCP: [][]Source{deny}}, Decision{ExplicitDeny, LayerSCP}},
		"RCP denies before all others": {getObject(testUser), Layers{Identity: deny, SCP: [][]Source{deny}, RCP: [][]Source{{*denyEverybody}}}, Decision{ExplicitDeny, LayerRCP}},
		"resource denies before identity": {
			getObject(testUser), Layers{Identity: deny, Resource: denyEverybody}, Decision{ExplicitDeny, LayerResource},
		},
	} {
		t.Run(name, func(t *testing.T) {
			set := Compile(c.layers)
			if got := set.Decide(c.request); got != c.want {
				t.Errorf("got %v by %v, want %v by %v\n%s", got.Verdict, got.Layer, c.want.Verdict, c.want.Layer, set.Explain(c.request))
			}
		})
	}
}

// TestManagementAccount: SCPs bind neither the management account nor service-linked roles; RCPs bind neither the
// management account's resources nor service-linked roles.
func TestManagementAccount(t *testing.T) {
	identity, scp := sources(t, allowAll), [][]Source{sources(t, denyAll)}
	rcp := [][]Source{sources(t, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`)}
	linked := testRole
	linked.ServiceLinked = true
	for name, c := range map[string]struct {
		principal Principal
		layers    Layers
		want      Verdict
	}{
		"SCP binds a member":                  {testUser, Layers{SCP: scp}, ExplicitDeny},
		"SCP binds a member's root":           {testRoot, Layers{SCP: scp}, ExplicitDeny},
		"no SCP on the management account":    {testUser, Layers{SCP: scp, Management: true}, Allow},
		"no SCP on its root":                  {testRoot, Layers{SCP: scp, Management: true}, Allow},
		"no SCP on a service-linked role":     {linked, Layers{SCP: scp}, Allow},
		"RCP binds":                           {testUser, Layers{RCP: rcp}, ExplicitDeny},
		"RCP binds a management caller":       {testUser, Layers{RCP: rcp, Management: true}, ExplicitDeny},
		"no RCP on the management's resource": {testUser, Layers{RCP: rcp, ResourceManagement: true}, Allow},
		"SCP binds on management's resource":  {testUser, Layers{SCP: scp, ResourceManagement: true}, ExplicitDeny},
		"no RCP on a service-linked role":     {linked, Layers{RCP: rcp}, Allow},
	} {
		t.Run(name, func(t *testing.T) {
			c.layers.Identity = identity
			if got := Compile(c.layers).Decide(getObject(c.principal)); got.Verdict != c.want {
				t.Errorf("got %v, want %v", got.Verdict, c.want)
			}
		})
	}
}

// TestUniqueIDs: trust and resource policies may hold unique ids in place of ARNs.
func TestUniqueIDs(t *testing.T) {
	for name, c := range map[string]struct {
		principal Principal
		listed    string
		want      Verdict
	}{
		"user":                   {testUser, "AIDAALICE", Allow},
		"another user":           {testUser, "AIDABOB", ImplicitDeny},
		"role of a session":      {testRole, "AROAAPP", Allow},
		"another role":           {testRole, "AROAOTHER", ImplicitDeny},
		"user of a federation":   {testFederated, "AIDAALICE", ImplicitDeny}, // by user: within S', and there is none
		"a caller without an id": {Principal{Kind: User, Account: testAccount, ARN: testUser.ARN}, "AIDAALICE", ImplicitDeny},
	} {
		t.Run(name, func(t *testing.T) {
			set := Compile(Layers{Resource: source(t, grantTo(c.listed))})
			if got := set.Decide(getObject(c.principal)); got.Verdict != c.want {
				t.Errorf("got %v, want %v", got.Verdict, c.want)
			}
		})
	}
}

// TestCanonicalUser: a canonical user id names an account; where the caller's is not known the statement fails closed.
func TestCanonicalUser(t *testing.T) {
	known := testUser
	known.CanonicalUser = "79a5"
	entry := func(effect string) string {
		return `{"Effect":"` + effect + `","Principal":{"CanonicalUser":"79a5"},"Action":"*","Resource":"*"}`
	}
	identity := sources(t, allowAll)
	for name, c := range map[string]struct {
		principal Principal
		effect    string
		want      Verdict
	}{
		"Allow, known":   {known, "Allow", Allow},
		"Allow, unknown": {testUser, "Allow", ImplicitDeny},
		"Deny, known":    {known, "Deny", ExplicitDeny},
		"Deny, unknown":  {testUser, "Deny", ExplicitDeny},
	} {
		t.Run(name, func(t *testing.T) {
			r := getObject(c.principal)
			r.ResourceAccount = otherAccount
			if got := Compile(Layers{Identity: identity, Resource: source(t, entry(c.effect))}).Decide(r); got.Verdict != c.want {
				t.Errorf("got %v, want %v", got.Verdict, c.want)
			}
		})
	}
}

// TestSessionTokenCredentials: credentials of GetSessionToken reach no IAM operation without MFA, and of STS only
// AssumeRole and GetCallerIdentity.
func TestSessionTokenCredentials(t *testing.T) {
	token := testUser
	token.Credential = SessionToken
	rootToken := testRoot
	rootToken.Credential = SessionToken
	const withMFA, without = "true", "false"
	for _, c := range []struct {
		principal Principal
		action    string
		mfa       string
		want      Verdict
	}{
		{token, "iam:ListUsers", "", ImplicitDeny},
		{token, "IAM:listusers", without, ImplicitDeny},
		{token, "iam:ListUsers", "yes", ImplicitDeny},
		{token, "iam:ListUsers", withMFA, Allow},
		{token, "iam:PassRole", without, Allow}, // a permission that other calls need, not a call
		{token, "s3:GetObject", without, Allow},
		{token, "sts:AssumeRole", without, Allow},
		{token, "sts:TagSession", without, Allow},
		{token, "sts:GetCallerIdentity", without, Allow},
		{token, "sts:GetSessionToken", withMFA, ImplicitDeny},
		{token, "sts:GetFederationToken", withMFA, ImplicitDeny},
		{rootToken, "iam:ListUsers", without, ImplicitDeny},
		{rootToken, "iam:ListUsers", withMFA, Allow},
		{rootToken, "sts:AssumeRole", withMFA, ImplicitDeny},
		{testUser, "iam:ListUsers", "", Allow},
	} {
		r := &Request{Principal: c.principal, Action: c.action, Resource: "*"}
		if c.mfa != "" {
			r.Context.Set("aws:MultiFactorAuthPresent", c.mfa)
		}
		got := Compile(Layers{Identity: sources(t, allowAll)}).Decide(r)
		if got.Verdict != c.want {
			t.Errorf("%v %s with MFA %q: got %v, want %v", c.principal.Kind, c.action, c.mfa, got.Verdict, c.want)
		}
		if got.Verdict == ImplicitDeny && got.Layer != LayerCredential {
			t.Errorf("%s: decided by %v", c.action, got.Layer)
		}
	}
}

type keyTable map[string]bool

func (k keyTable) Multivalued(key string) (many, known bool) {
	many, known = k[key]
	return many, known
}

// TestKeyTypes: where the catalogue knows a key, its word counts and not how the request gives the value.
func TestKeyTypes(t *testing.T) {
	types := keyTable{"acme:roles": true, "acme:color": false}
	for name, c := range map[string]struct {
		key    string
		values []string
		list   bool
		want   Verdict
	}{
		"multivalued, given as a text":       {"acme:Roles", []string{"a"}, false, ImplicitDeny},
		"multivalued, given as a list":       {"acme:Roles", []string{"a"}, true, ImplicitDeny},
		"single-valued, a text":              {"acme:Color", []string{"a"}, false, Allow},
		"single-valued, a list of one":       {"acme:Color", []string{"a"}, true, Allow},
		"single-valued, a list of two":       {"acme:Color", []string{"a", "a"}, true, ImplicitDeny},
		"unknown to the catalogue, a list":   {"acme:Other", []string{"a"}, true, ImplicitDeny},
		"unknown to the catalogue, one text": {"acme:Other", []string{"a"}, false, Allow},
	} {
		t.Run(name, func(t *testing.T) {
			p := prepared(t, `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"`+c.key+`":"a"}}}`, WithKeyTypes(types))
			r := getObject(testUser)
			if c.list {
				r.Context.SetList(c.key, c.values...)
			} else {
				r.Context.Set(c.key, c.values[0])
			}
			if got := Compile(Layers{Identity: []Source{{Policy: p}}}).Decide(r); got.Verdict != c.want {
				t.Errorf("got %v, want %v", got.Verdict, c.want)
			}
		})
	}
}

// TestSeveralValuesOfOneKey: a key that has one value and was given several cannot be judged, by whatever operator or in
// a variable: no Allow holds by it, and every Deny.
func TestSeveralValuesOfOneKey(t *testing.T) {
	for _, key := range []string{"aws:ResourceTag/team", "aws:RequestTag/team", "iam:ResourceTag/team", "acme:Color"} {
		for _, part := range []string{
			`"Resource":"*","Condition":{"StringEquals":{"KEY":"red"}}`,
			`"Resource":"*","Condition":{"StringNotEquals":{"KEY":"green"}}`,
			`"Resource":"*","Condition":{"StringEqualsIfExists":{"KEY":"red"}}`,
			`"Resource":"*","Condition":{"ForAnyValue:StringEquals":{"KEY":"red"}}`,
			`"Resource":"*","Condition":{"ForAllValues:StringLike":{"KEY":"*"}}`,
			`"Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalTag/team":"${KEY}"}}`,
			`"Resource":"arn:aws:s3:::${KEY, 'b'}/*"`,
			`"NotResource":"arn:aws:s3:::${KEY}/*"`,
		} {
			part = strings.ReplaceAll(part, "KEY", key)
			r := getObject(testUser)
			r.Context.SetList(key, "red", "blue")
			r.Context.Set("aws:PrincipalTag/team", "none")
			if got := Compile(Layers{Identity: keyed(t, `{"Effect":"Allow","Action":"*",`+part+`}`)}).Decide(r); got.Verdict != ImplicitDeny {
				t.Errorf("Allow with %s: %v", part, got.Verdict)
			}
			denies := append(keyed(t, `{"Effect":"Deny","Action":"*",`+part+`}`), sources(t, allowAll)...)
			if got := Compile(Layers{Identity: denies}).Decide(r); got.Verdict != ExplicitDeny {
				t.Errorf("Deny with %s: %v", part, got.Verdict)
			}
		}
	}
}

// keyed prepares a statement where acme:Color is known to have one value.
func keyed(t *testing.T, statement string) []Source {
	return []Source{{Policy: prepared(t, statement, WithKeyTypes(keyTable{"acme:color": false}))}}
}

// TestZeroValuesDeny: whatever is left out, nothing is allowed by it.
func TestZeroValuesDeny(t *testing.T) {
	all := Layers{Identity: sources(t, allowAll), Resource: source(t, grantTo("*"))}
	for name, r := range map[string]*Request{
		"nothing":              {},
		"no action":            {Principal: testUser, Resource: "*"},
		"no resource":          {Principal: testUser, Action: "s3:GetObject"},
		"a user of no account": {Principal: Principal{Kind: User}, Action: "s3:GetObject", Resource: "*"},
		"an unknown kind":      {Principal: Principal{Kind: 99}, Action: "s3:GetObject", Resource: "*"},
	} {
		if got := Compile(all).Decide(r); got.Verdict == Allow {
			t.Errorf("%s: allowed", name)
		}
	}
	empty := Compile(Layers{Identity: []Source{{}}, Boundary: &Source{}, Resource: &Source{Policy: Prepare(nil)}})
	if got := empty.Decide(getObject(testUser)); got != (Decision{ImplicitDeny, LayerIdentity}) {
		t.Errorf("sources without policies decide %v", got)
	}
}
