package sts_test

import (
	"strings"
	"testing"

	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/oidc/oidctest"
	"github.com/warder-iam/warder/internal/saml/samltest"
	"github.com/warder-iam/warder/internal/server/clienttest"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/sts"
)

// TestWire runs testdata/wire.json: of every operation that is served one request that succeeds and one that does not.
// The account trusts a SAML provider and an OIDC provider, and issues tokens itself. The AWS SDK for Go and botocore then
// read all answers.
func TestWire(t *testing.T) {
	idp, provider := samltest.New(t, entityID), oidctest.New(t)
	w := newWorldWith(t, sts.Options{Verifier: provider.Verifier(t, true), Issuer: "https://warder.example.org"})
	answers := clienttest.Keep(w)
	f := newFixture(t, w, number(1), policyOf("Allow sts:* *"))
	f.enableIssuer(t)
	role := f.ARN(f.role(t, "app", trust(trustsAlice+",sts:SetSourceIdentity")))

	web := federate(t, f.Account, provider)
	webRole := f.ARN(web.role(t, "web", federated(webAction+",sts:SetSourceIdentity", `{"StringEquals":{"{host}:sub":"user-0001"}}`)))

	saml := f.federateSAML(t, idp)
	samlRole := f.ARN(f.role(t, "it", saml.trustSAML(setsID)))
	claims := saml.claims(samlRole)
	assertion := idp.Response(t, samltest.Login{Attributes: claims})
	claims[attributes+"SourceIdentity"] = []string{"dana"}
	named := idp.Response(t, samltest.Login{Attributes: claims})

	fill := strings.NewReplacer(
		"{account}", f.ID, "{key}", f.alice.AccessKeyID, "{role}", role,
		"{webrole}", webRole, "{webtoken}", web.token(t, nil), "{strangertoken}", web.token(t, map[string]any{"sub": "user-0002"}),
		"{samlrole}", samlRole, "{samlprovider}", f.ARN(saml.provider), "{saml}", samltest.Encode(t, assertion), "{namedsaml}", samltest.Encode(t, named),
		"{namedtoken}", web.token(t, map[string]any{"https://aws.amazon.com/source_identity": "dana"}),
		"{encoded}", denial(t, f.User(t, "bob"), role),
	)
	w.Wire(t, "sts", func(string) *servertest.Credentials { return f.alice }, fill.Replace)
	answers.Check(t, api.Service, w.Operations())
}
