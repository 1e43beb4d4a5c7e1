package sts_test

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/saml"
	"github.com/warder-iam/warder/internal/saml/samltest"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

const (
	attributes = "https://aws.amazon.com/SAML/Attributes/"
	entityID   = "https://idp.example.com/metadata"
)

// samlFederation is an account that trusts a SAML provider.
type samlFederation struct {
	*fixture
	idp      *samltest.Provider
	provider *directory.SAMLProvider
}

func newSAMLFederation(t *testing.T, w *servertest.World, id string, idp *samltest.Provider) *samlFederation {
	t.Helper()
	return newFixture(t, w, id).federateSAML(t, idp)
}

// federateSAML makes the account trust the provider.
func (f *fixture) federateSAML(t *testing.T, idp *samltest.Provider) *samlFederation {
	t.Helper()
	m, err := saml.ParseMetadata(idp.Document(t))
	servertest.Check(t, err)
	provider := &directory.SAMLProvider{
		ID: session.NewEntityID(session.PrefixSAMLProvider), Name: "Corp", EntityID: m.EntityID, ValidUntil: time.Now().Add(time.Hour),
		Certificates: [][]byte{m.Certificates[0].Raw},
	}
	f.Put(t, provider)
	return &samlFederation{f, idp, provider}
}

// trustSAML is a trust policy of one statement: actions and, behind a space, a condition.
func (f *samlFederation) trustSAML(statement string) string {
	actions, condition, _ := strings.Cut(statement, " ")
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + f.ARN(f.provider) + `"},"Action":["` +
		strings.ReplaceAll(actions, ",", `","`) + `"]`
	if condition != "" {
		text += `,"Condition":` + condition
	}
	return text + "}]}"
}

// qualifier is what AWS documents as the name qualifier of the account's provider.
func qualifier(account string) string {
	sum := sha1.Sum([]byte(entityID + account + "/Corp"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (f *samlFederation) claims(role string) map[string][]string {
	return map[string][]string{
		attributes + "Role":            {"arn:aws:iam::" + f.ID + ":role/other," + f.ARN(f.provider), role + "," + f.ARN(f.provider)},
		attributes + "RoleSessionName": {"dana"},
	}
}

// assume presents a response.
func (f *samlFederation) assume(t *testing.T, role string, response *etree.Element, more ...string) servertest.Answer {
	t.Helper()
	return f.Anonymous().Call(t, "AssumeRoleWithSAML", append([]string{
		"RoleArn", role, "PrincipalArn", f.ARN(f.provider), "SAMLAssertion", samltest.Encode(t, response),
	}, more...)...)
}

const (
	assumes = "sts:AssumeRoleWithSAML"
	tags    = "sts:AssumeRoleWithSAML,sts:TagSession"
	setsID  = "sts:AssumeRoleWithSAML,sts:SetSourceIdentity"
)

// samlCases are trust policies with what assertions and requests add to a login that would be good.
var samlCases = []struct {
	name          string
	trust         string
	claims        map[string][]string // beside Role and RoleSessionName; nil takes one away
	edit          func(*crewjam.Assertion)
	params        []string
	code, message string
}{
	{name: "plain", trust: assumes},
	{name: "the audience as AWS's console has it", trust: assumes + ` {"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}`},
	{name: "every key of the subject", trust: assumes + ` {"StringEquals":{"saml:sub":"dana@example.com","saml:sub_type":"persistent","saml:iss":"` + entityID + `","saml:doc":"{account}/Corp","saml:namequalifier":"{qualifier}"}}`},
	{name: "another subject", trust: assumes + ` {"StringEquals":{"saml:sub":"root"}}`, code: "AccessDenied", message: "Not authorized to perform sts:AssumeRoleWithSAML"},
	{name: "an attribute with several values", trust: assumes + ` {"ForAnyValue:StringEquals":{"saml:edupersonaffiliation":"staff"}}`,
		claims: map[string][]string{"urn:oid:1.3.6.1.4.1.5923.1.1.1.1": {"member", "staff"}}},
	{name: "the attribute is missing", trust: assumes + ` {"ForAnyValue:StringEquals":{"saml:edupersonaffiliation":"staff"}}`, code: "AccessDenied"},
	{name: "the session's name", trust: assumes + ` {"StringEquals":{"sts:RoleSessionName":"dana"}}`},
	{name: "the action alone", trust: "sts:AssumeRole", code: "AccessDenied"},
	{name: "tags", trust: tags + ` {"StringEquals":{"aws:RequestTag/team":"red"}}`, claims: map[string][]string{attributes + "PrincipalTag:team": {"red"}}},
	{name: "tags without the right", trust: assumes, claims: map[string][]string{attributes + "PrincipalTag:team": {"red"}}, code: "AccessDenied", message: "Not authorized to perform sts:TagSession"},
	{name: "transitive tags", trust: tags, claims: map[string][]string{attributes + "PrincipalTag:team": {"red"}, attributes + "TransitiveTagKeys": {"team"}}},
	{name: "a transitive tag that is not there", trust: tags, claims: map[string][]string{attributes + "PrincipalTag:team": {"red"}, attributes + "TransitiveTagKeys": {"unit"}}, code: "InvalidParameterValue"},
	{name: "a tag with two values", trust: tags, claims: map[string][]string{attributes + "PrincipalTag:team": {"red", "blue"}}, code: "InvalidIdentityToken"},
	{name: "a tag that is too long", trust: tags, claims: map[string][]string{attributes + "PrincipalTag:team": {strings.Repeat("x", 257)}}, code: "InvalidIdentityToken"},
	{name: "a source identity", trust: setsID, claims: map[string][]string{attributes + "SourceIdentity": {"dana"}}},
	{name: "a source identity without the right", trust: assumes, claims: map[string][]string{attributes + "SourceIdentity": {"dana"}}, code: "AccessDenied", message: "Not authorized to perform sts:SetSourceIdentity"},
	{name: "a source identity of AWS's", trust: setsID, claims: map[string][]string{attributes + "SourceIdentity": {"aws:dana"}}, code: "InvalidIdentityToken",
		message: `Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`},
	{name: "no role", trust: assumes, claims: map[string][]string{attributes + "Role": nil}, code: "InvalidIdentityToken", message: "Role is required in AuthnResponse"},
	{name: "another role", trust: assumes, claims: map[string][]string{attributes + "Role": {"arn:aws:iam::111122223333:role/it,arn:aws:iam::111122223333:saml-provider/Corp"}}, code: "AccessDenied"},
	{name: "no session name", trust: assumes, claims: map[string][]string{attributes + "RoleSessionName": nil}, code: "InvalidIdentityToken", message: "RoleSessionName is required in AuthnResponse"},
	{name: "a bad session name", trust: assumes, claims: map[string][]string{attributes + "RoleSessionName": {"dana dana"}}, code: "InvalidIdentityToken",
		message: "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"},
	{name: "a duration", trust: assumes, params: []string{"DurationSeconds", "7200"}},
	{name: "the provider's duration", trust: assumes, claims: map[string][]string{attributes + "SessionDuration": {"7200"}}},
	{name: "too long", trust: assumes, params: []string{"DurationSeconds", "7201"}, code: "ValidationError", message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
	{name: "a duration that is none", trust: assumes, claims: map[string][]string{attributes + "SessionDuration": {"long"}}, code: "InvalidIdentityToken"},
	{name: "a session policy", trust: assumes, params: []string{"Policy", policyOf("Allow s3:* *")}},
	{name: "a session policy that is none", trust: assumes, params: []string{"Policy", "{"}, code: "MalformedPolicyDocument"},
	{name: "another provider", trust: assumes, params: []string{"PrincipalArn", "arn:aws:iam::{account}:saml-provider/Other"}, code: "InvalidIdentityToken", message: "Specified provider doesn't exist"},
	{name: "another account's provider", trust: assumes, params: []string{"PrincipalArn", "arn:aws:iam::999988887777:saml-provider/Corp"}, code: "InvalidIdentityToken", message: "Specified provider doesn't exist"},
	{name: "no provider's ARN", trust: assumes, params: []string{"PrincipalArn", "arn:aws:iam::{account}:role/it"}, code: "ValidationError"},
	{name: "no role's ARN", trust: assumes, params: []string{"RoleArn", "arn:aws:iam::{account}:user/it"}, code: "ValidationError"},
	{name: "a role that is not there", trust: assumes, params: []string{"RoleArn", "arn:aws:iam::{account}:role/other"}, code: "AccessDenied", message: "Not authorized to perform sts:AssumeRoleWithSAML"},
	{name: "no base64", trust: assumes, params: []string{"SAMLAssertion", "<samlp:Response/>"}, code: "InvalidIdentityToken", message: "Invalid base64 SAMLResponse"},
	{name: "no XML", trust: assumes, params: []string{"SAMLAssertion", "bm8gWE1M"}, code: "InvalidIdentityToken"},
	{name: "another audience", trust: assumes, edit: func(a *crewjam.Assertion) { a.Conditions.AudienceRestrictions[0].Audience.Value = "urn:x" }, code: "InvalidIdentityToken",
		message: "Response does not contain the required audience."},
	{name: "another issuer", trust: assumes, edit: func(a *crewjam.Assertion) { a.Issuer.Value = "https://other.example.com" }, code: "InvalidIdentityToken"},
	{name: "old", trust: assumes, edit: func(a *crewjam.Assertion) { a.IssueInstant = a.IssueInstant.Add(-10 * time.Minute) }, code: "ExpiredTokenException",
		message: "Token must be redeemed within 5 minutes of issuance"},
}

func TestAssumeRoleWithSAML(t *testing.T) {
	w, idp := newWorld(t), samltest.New(t, entityID)
	for i, c := range samlCases {
		t.Run(c.name, func(t *testing.T) {
			f := newSAMLFederation(t, w, number(i), idp)
			qualifier := qualifier(f.ID)
			r := f.role(t, "it", strings.ReplaceAll(f.trustSAML(c.trust), "{qualifier}", qualifier)).Clone()
			r.MaxSession = 7200
			f.Put(t, r)
			claims := f.claims(f.ARN(r))
			for name, values := range c.claims {
				claims[name] = values
			}
			var params []string
			for _, p := range c.params {
				params = append(params, f.fill(p))
			}
			a := f.assume(t, f.ARN(r), idp.Response(t, samltest.Login{Attributes: claims, Edit: c.edit}), params...)
			expect(t, a, c.code, c.message)
			if c.code != "" {
				return
			}
			if a.Text("Subject") != "dana@example.com" || a.Text("SubjectType") != "persistent" || a.Text("Issuer") != entityID ||
				a.Text("Audience") != samltest.Recipient || a.Text("NameQualifier") != qualifier {
				t.Errorf("answer %s", a.Body)
			}
			if len(c.claims[attributes+"SessionDuration"]) > 0 {
				params = []string{"DurationSeconds", "7200"}
			}
			checkSession(t, f.fixture, r, a, append([]string{"RoleSessionName", "dana"}, params...))
		})
	}
}

// An assertion is good once, whoever presents it again and for whatever role; another one is good.
func TestSAMLReplay(t *testing.T) {
	w, idp := newWorld(t), samltest.New(t, entityID)
	f := newSAMLFederation(t, w, number(1), idp)
	r, other := f.role(t, "it", f.trustSAML(assumes)), f.role(t, "other", f.trustSAML(assumes))
	response := idp.Response(t, samltest.Login{Attributes: f.claims(f.ARN(r))})
	expect(t, f.assume(t, f.ARN(r), response, "DurationSeconds", "43200"), "ValidationError", "") // uses nothing up
	expect(t, f.assume(t, f.ARN(r), response), "", "")
	expect(t, f.assume(t, f.ARN(r), response), "InvalidIdentityToken", "used before")
	expect(t, f.assume(t, f.ARN(other), response), "InvalidIdentityToken", "used before")
	samltest.Unsign(response) // the assertion is still signed
	expect(t, f.assume(t, f.ARN(r), response), "InvalidIdentityToken", "used before")
	expect(t, f.assume(t, f.ARN(r), idp.Response(t, samltest.Login{Attributes: f.claims(f.ARN(r))})), "", "")
}

// Of many that present one assertion at once, one is served.
func TestSAMLReplayAtOnce(t *testing.T) {
	w, idp := newWorld(t), samltest.New(t, entityID)
	f := newSAMLFederation(t, w, number(1), idp)
	r := f.role(t, "it", f.trustSAML(assumes))
	response := samltest.Encode(t, idp.Response(t, samltest.Login{Attributes: f.claims(f.ARN(r))}))
	const callers = 8
	codes := make(chan string, callers)
	for range callers {
		go func() {
			codes <- f.Anonymous().Call(t, "AssumeRoleWithSAML", "RoleArn", f.ARN(r), "PrincipalArn", f.ARN(f.provider), "SAMLAssertion", response).Code
		}()
	}
	served := 0
	for range callers {
		if code := <-codes; code == "" {
			served++
		} else if code != "InvalidIdentityToken" {
			t.Errorf("code %s", code)
		}
	}
	if served != 1 {
		t.Errorf("%d were served", served)
	}
}

// The provider ends its own session sooner than the role would.
func TestSAMLSessionEnd(t *testing.T) {
	w, idp := newWorld(t), samltest.New(t, entityID)
	f := newSAMLFederation(t, w, number(1), idp)
	r := f.role(t, "it", f.trustSAML(assumes))
	a := f.assume(t, f.ARN(r), idp.Response(t, samltest.Login{Attributes: f.claims(f.ARN(r)), Edit: func(a *crewjam.Assertion) {
		a.AuthnStatements[0].SessionNotOnOrAfter = new(time.Now().Add(10 * time.Minute))
	}}))
	expires, err := time.Parse(time.RFC3339, a.Text("Expiration"))
	if left := time.Until(expires); err != nil || left > 10*time.Minute || left < 9*time.Minute {
		t.Errorf("%v left, %v", left, err)
	}
}

// The session has the assertion's tags, its source identity and the provider, and an SDK reads the answer.
func TestSAMLSession(t *testing.T) {
	w, idp := newWorld(t), samltest.New(t, entityID)
	f := newSAMLFederation(t, w, number(1), idp)
	r := f.role(t, "it", f.trustSAML("sts:AssumeRoleWithSAML,sts:TagSession,sts:SetSourceIdentity"),
		policyOf(`Allow sts:GetAccessKeyInfo * {"StringEquals":{"aws:PrincipalTag/team":"red","aws:SourceIdentity":"dana","aws:FederatedProvider":"`+f.ARN(f.provider)+`",`+
			`"saml:sub":"dana@example.com","saml:sub_type":"persistent","saml:namequalifier":"`+qualifier(f.ID)+`"},"Null":{"saml:iss":"true","saml:aud":"true","saml:doc":"true"}}`))
	claims := f.claims(f.ARN(r))
	claims[attributes+"PrincipalTag:team"], claims[attributes+"SourceIdentity"] = []string{"red"}, []string{"dana"}
	config := w.Anonymous().AWS()
	config.Credentials = aws.AnonymousCredentials{}
	out, err := sdk.NewFromConfig(config).AssumeRoleWithSAML(t.Context(), &sdk.AssumeRoleWithSAMLInput{
		RoleArn: aws.String(f.ARN(r)), PrincipalArn: aws.String(f.ARN(f.provider)),
		SAMLAssertion: aws.String(samltest.Encode(t, idp.Response(t, samltest.Login{Attributes: claims}))),
	})
	servertest.Check(t, err)
	if *out.SourceIdentity != "dana" || *out.Audience != samltest.Recipient || *out.SubjectType != "persistent" {
		t.Errorf("%+v", out)
	}
	claimsOf, _, err := w.Keys.Open(*out.Credentials.SessionToken)
	servertest.Check(t, err)
	s := w.Mint(t, *claimsOf)
	expect(t, s.Call(t, "GetAccessKeyInfo", "AccessKeyId", someKey(t, f.ID)), "", "")
	// A further role may ask for them, and its own session has them no more.
	next := f.role(t, "next", trust(f.ARN(r)+` sts:AssumeRole,sts:SetSourceIdentity {"StringEquals":{"saml:sub":"dana@example.com"}}`),
		policyOf(`Allow sts:GetAccessKeyInfo * {"Null":{"saml:sub":"true"}}`))
	expect(t, f.Session(t, assume(t, s, f.ARN(next))).Call(t, "GetAccessKeyInfo", "AccessKeyId", someKey(t, f.ID)), "", "")
}

// What a provider says of a user must have room in the session.
func TestSAMLLongSubject(t *testing.T) {
	w, idp := newWorld(t), samltest.New(t, entityID)
	f := newSAMLFederation(t, w, number(1), idp)
	r := f.role(t, "it", f.trustSAML(assumes))
	for length, code := range map[int]string{1000: "", 2000: "InvalidIdentityToken"} {
		login := samltest.Login{NameID: strings.Repeat("x", length), Attributes: f.claims(f.ARN(r))}
		expect(t, f.assume(t, f.ARN(r), idp.Response(t, login)), code, "")
	}
}

// A provider that is gone, or whose metadata ended, vouches for nobody; nor does one for a role that no longer trusts it.
func TestSAMLProviderGoes(t *testing.T) {
	w, idp := newWorld(t), samltest.New(t, entityID)
	f := newSAMLFederation(t, w, number(1), idp)
	r := f.role(t, "it", f.trustSAML(assumes))
	login := func() *etree.Element { return idp.Response(t, samltest.Login{Attributes: f.claims(f.ARN(r))}) }
	expect(t, f.assume(t, f.ARN(r), login()), "", "")
	ended := f.provider.Clone()
	ended.ValidUntil = time.Now().Add(-time.Second)
	f.Put(t, ended)
	expect(t, f.assume(t, f.ARN(r), login()), "InvalidIdentityToken", "have expired")
	stranger := f.provider.Clone()
	stranger.Certificates = [][]byte{samltest.New(t, entityID).Certificate.Raw}
	f.Put(t, stranger)
	expect(t, f.assume(t, f.ARN(r), login()), "InvalidIdentityToken", "Response signature invalid")
	f.Change(t, func(tx *store.Tx) error { tx.Delete(f.provider); return nil })
	expect(t, f.Anonymous().Call(t, "AssumeRoleWithSAML", "RoleArn", f.ARN(r), "PrincipalArn", "arn:aws:iam::"+f.ID+":saml-provider/Corp",
		"SAMLAssertion", samltest.Encode(t, login())), "InvalidIdentityToken", "Specified provider doesn't exist")
}

// Encrypted assertions need the provider's private key, and Required refuses others.
func TestSAMLEncryption(t *testing.T) {
	w, idp := newWorld(t), samltest.New(t, entityID)
	f := newSAMLFederation(t, w, number(1), idp)
	r := f.role(t, "it", f.trustSAML(assumes))
	key, cert := samltest.NewKey(t)
	encrypted := func() *etree.Element {
		return idp.Response(t, samltest.Login{Attributes: f.claims(f.ARN(r)), Encrypt: cert, Recipient: "https://us-east-1.signin.aws.amazon.com/saml/acs/SAMLPABC"})
	}
	expect(t, f.assume(t, f.ARN(r), encrypted()), "InvalidIdentityToken", "Response signature invalid")
	sealed, err := w.Keys.SealSAMLKey("SAMLK1", key)
	servertest.Check(t, err)
	p := f.provider.Clone()
	p.Keys, p.EncryptionMode = []directory.SAMLKey{{ID: "SAMLK1", Sealed: sealed}}, directory.EncryptionRequired
	f.Put(t, p)
	expect(t, f.assume(t, f.ARN(r), encrypted()), "", "")
	expect(t, f.assume(t, f.ARN(r), idp.Response(t, samltest.Login{Attributes: f.claims(f.ARN(r))})), "InvalidIdentityToken", "not encrypted")
	p = p.Clone()
	p.Keys[0].ID = "SAMLK2" // a sealed key is good for its own id only
	f.Put(t, p)
	if a := f.assume(t, f.ARN(r), encrypted()); a.Status != http.StatusInternalServerError {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

// The trail names the user that the provider vouched for, and holds neither assertion nor secret.
func TestSAMLRecord(t *testing.T) {
	w, idp := newWorld(t), samltest.New(t, entityID)
	f := newSAMLFederation(t, w, number(1), idp)
	r := f.role(t, "it", f.trustSAML(assumes))
	response := idp.Response(t, samltest.Login{Attributes: f.claims(f.ARN(r))})
	a := f.assume(t, f.ARN(r), response)
	expect(t, a, "", "")
	e := w.Recorder.Last(t)
	qualifier := a.Text("NameQualifier")
	if id := e.UserIdentity; id.Type != "SAMLUser" || id.UserName != "dana@example.com" || id.IdentityProvider != qualifier ||
		id.PrincipalID != qualifier+":dana@example.com" || id.AccountID != "" {
		t.Errorf("%+v", id)
	}
	text, err := json.Marshal(e)
	servertest.Check(t, err)
	if id := samltest.Child(t, response, "Assertion").SelectAttrValue("ID", ""); id == "" || !strings.Contains(string(text), `"sAMLAssertionID":"`+id+`"`) {
		t.Errorf("%s", text)
	}
	if e.RecipientAccountID != f.ID || !strings.Contains(string(text), `"roleSessionName":"dana"`) || !strings.Contains(string(text), `"principalArn":"`+f.ARN(f.provider)) ||
		strings.Contains(string(text), samltest.Encode(t, response)[:60]) || strings.Contains(string(text), a.Text("SecretAccessKey")) {
		t.Errorf("%s", text)
	}
	expect(t, f.assume(t, f.ARN(r), response), "InvalidIdentityToken", "")
	if e := w.Recorder.Last(t); e.ErrorCode != "InvalidIdentityToken" || e.RecipientAccountID != f.ID {
		t.Errorf("%+v", e)
	}
}
