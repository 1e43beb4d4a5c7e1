package sts_test

import (
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/oidc/oidctest"
	"github.com/warder-iam/warder/internal/saml/samltest"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/sts"
)

// TestWire runs testdata/wire.json: of every operation that is served one request that succeeds and one that does not.
// The account trusts a SAML provider and an OIDC provider, and issues tokens itself.
func TestWire(t *testing.T) {
	idp, provider := samltest.New(t, entityID), oidctest.New(t)
	w := newWorldWith(t, sts.Options{Verifier: provider.Verifier(t, true), Issuer: "https://warder.example.org"})
	f := newFixture(t, w, number(1), policyOf("Allow sts:* *"))
	f.enableIssuer(t)
	role := f.ARN(f.role(t, "app", trust(trustsAlice)))

	web := federate(t, f.Account, provider)
	webRole := f.ARN(web.role(t, "web", federated(webAction, `{"StringEquals":{"{host}:sub":"user-0001"}}`)))

	saml := f.federateSAML(t, idp)
	samlRole := f.ARN(f.role(t, "it", saml.trustSAML(assumes)))
	assertion := idp.Response(t, samltest.Login{Attributes: saml.claims(samlRole)})

	fill := strings.NewReplacer(
		"{account}", f.ID, "{key}", f.alice.AccessKeyID, "{role}", role,
		"{webrole}", webRole, "{webtoken}", web.token(t, nil), "{strangertoken}", web.token(t, map[string]any{"sub": "user-0002"}),
		"{samlrole}", samlRole, "{samlprovider}", f.ARN(saml.provider), "{saml}", samltest.Encode(t, assertion),
		"{encoded}", denial(t, f.User(t, "bob"), role),
	)
	w.Wire(t, "sts", func(string) *servertest.Credentials { return f.alice }, fill.Replace)
}
