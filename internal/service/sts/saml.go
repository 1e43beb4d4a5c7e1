package sts

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/saml"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/policy/eval"
)

// SAML says who SAML responses must be for. Where a list is empty, AWS's own names stand: responses that an identity
// provider makes for AWS are taken.
type SAML struct {
	Audiences  []string
	Recipients []string // URLs
}

// samlService serves AssumeRoleWithSAML.
type samlService struct {
	*Service
	endpoint saml.Endpoint
}

// RegisterSAML makes s answer AssumeRoleWithSAML.
func RegisterSAML(s *server.Server, keys *session.Keys, o SAML) {
	sts := &samlService{&Service{keys: keys}, o.endpoint()}
	server.HandleVouched(s, api.AssumeRoleWithSAML, server.Vouched[*api.AssumeRoleWithSAMLInput, *api.AssumeRoleWithSAMLOutput, *samlIdentity]{
		Vouch: sts.vouch, Asks: samlAsks, Act: sts.assumeRole,
	})
}

// endpoint fills in AWS's names. Source: IAM User Guide, "Configure SAML assertions for the authentication response".
func (o SAML) endpoint() saml.Endpoint {
	e := saml.Endpoint{Audiences: o.Audiences, Recipient: func(url string) bool { return slices.Contains(o.Recipients, url) }}
	if len(o.Audiences) == 0 {
		e.Audiences = []string{"urn:amazon:webservices", "https://signin.aws.amazon.com/saml"}
	}
	if len(o.Recipients) == 0 {
		e.Recipient = isSignIn
	}
	return e
}

// isSignIn: https://[REGION.]signin.aws.amazon.com/saml, with /acs/ID behind it where a provider encrypts.
func isSignIn(url string) bool {
	rest, ok := strings.CutPrefix(url, "https://")
	host, path, slash := strings.Cut(rest, "/")
	region, regional := strings.CutSuffix(host, ".signin.aws.amazon.com")
	if !ok || !slash || host != "signin.aws.amazon.com" && (!regional || !isWord(region, "-")) {
		return false
	}
	id, acs := strings.CutPrefix(path, "saml/acs/")
	return path == "saml" || acs && isWord(id, "")
}

// isWord: letters, digits and these, at least one.
func isWord(s, more string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(more, r)) {
			return false
		}
	}
	return s != ""
}

// samlIdentity is what a verified assertion proves, and about which role.
type samlIdentity struct {
	*saml.Assertion
	roleSession
	providerName string
	// roles are those that the assertion offers, each with a provider: "role ARN,provider ARN", in either order.
	roles    []string
	duration *int32 // seconds
}

func (i *samlIdentity) qualifier() string { return nameQualifier(i.Issuer, i.account, i.providerName) }

// vouch verifies the assertion with the provider that it is said to come from.
func (sts *samlService) vouch(c *server.Call, in *api.AssumeRoleWithSAMLInput) (*authz.Caller, *samlIdentity, error) {
	i := &samlIdentity{roleSession: roleSession{provider: in.PrincipalArn}}
	var err error
	if i.role, i.account, err = findRole(c.Directory(), in.RoleArn); err != nil {
		return nil, nil, err
	}
	c.About(i.account)
	provider, err := findSAMLProvider(c, in.PrincipalArn, i.account)
	if err != nil {
		return nil, nil, err
	}
	i.providerName = provider.Name
	verifier, err := sts.verifier(provider)
	if err != nil {
		return nil, nil, err
	}
	response, err := base64.StdEncoding.DecodeString(in.SAMLAssertion) // line breaks are no part of it
	if err != nil {
		return nil, nil, api.InvalidIdentityToken.New("Invalid base64 SAMLResponse")
	}
	if i.Assertion, err = verifier.Open(response, sts.endpoint, c.Time()); err != nil {
		return nil, nil, samlError(err)
	}
	if err := i.readClaims(); err != nil {
		return nil, nil, err
	}
	c.Show("sAMLAssertionID", i.ID)
	c.Show("roleSessionName", i.name)
	caller := &authz.Caller{
		Kind: eval.WebIdentity, Provider: in.PrincipalArn, UserName: i.Subject, UserID: i.qualifier() + ":" + i.Subject,
	}
	i.addKeys(&caller.ProviderKeys)
	return caller, i, nil
}

// findSAMLProvider finds the provider in the account of the role: one of another account vouches for nobody here.
func findSAMLProvider(c *server.Call, text, account string) (*directory.SAMLProvider, error) {
	parsed, err := arn.Parse(text)
	named, ok := parsed.Named()
	if err != nil || !ok || named.Kind != arn.KindSAMLProvider {
		return nil, awsapi.ValidationError.New("%s is invalid", text)
	}
	if owner := c.Directory().Account(account); owner != nil {
		if p := owner.SAMLProviderByARN(text); p != nil {
			if c.Time().Before(p.ValidUntil) {
				return p, nil
			}
			return nil, api.InvalidIdentityToken.New("The metadata of the specified provider have expired")
		}
	}
	return nil, api.InvalidIdentityToken.New("Specified provider doesn't exist")
}

// verifier is the provider as internal/saml takes it.
func (sts *samlService) verifier(p *directory.SAMLProvider) (*saml.Provider, error) {
	v := &saml.Provider{EntityID: p.EntityID, MustEncrypt: p.EncryptionMode == directory.EncryptionRequired}
	for _, der := range p.Certificates {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("sts: certificate of %s: %w", p.Name, err)
		}
		v.Certificates = append(v.Certificates, cert)
	}
	for _, k := range p.Keys {
		key, err := sts.keys.OpenSAMLKey(k.ID, k.Sealed)
		if err != nil {
			return nil, err
		}
		v.Keys = append(v.Keys, key)
	}
	return v, nil
}

// samlError maps a refusal. Source: AWS STS API Reference, AssumeRoleWithSAML; IAM User Guide, "Troubleshoot SAML
// federation with IAM".
func samlError(err error) error {
	var refusal *saml.Error
	if !errors.As(err, &refusal) {
		return err
	}
	switch refusal.Reason {
	case saml.Rejected:
		return api.IDPRejectedClaim.New("%s", refusal.Text)
	case saml.Expired:
		return api.ExpiredTokenException.New("%s", refusal.Text)
	}
	return api.InvalidIdentityToken.New("%s", refusal.Text)
}

// samlAsks are those of AssumeRole, decided by the role's trust policy alone; what the assertion asks for beside the role
// needs the same further rights. The assertion itself must offer this role through this provider.
func samlAsks(c *server.Call, in *api.AssumeRoleWithSAMLInput, i *samlIdentity) ([]authz.Ask, error) {
	if !i.offers(in.RoleArn, in.PrincipalArn) {
		return nil, awsapi.AccessDenied.New("Not authorized to perform %s", c.Action())
	}
	return i.asks(c, i.ask(c, in.RoleArn)), nil
}

func (sts *samlService) assumeRole(c *server.Call, in *api.AssumeRoleWithSAMLInput, i *samlIdentity) (*api.AssumeRoleWithSAMLOutput, error) {
	if i.role == nil { // the rule does not let this happen: a role that is not there trusts nobody
		return nil, awsapi.AccessDenied.New("Not authorized to perform %s", c.Action())
	}
	life, err := i.lifetime(c, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	claims, err := i.claims(c, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	credentials, packed, err := sts.issue(c, claims, life)
	if err != nil {
		return nil, err
	}
	if err := i.use(c); err != nil {
		return nil, err
	}
	return &api.AssumeRoleWithSAMLOutput{
		Credentials:      credentials,
		AssumedRoleUser:  i.assumed(),
		PackedPolicySize: packed,
		Subject:          new(i.Subject),
		SubjectType:      new(subjectType(i.SubjectFormat)),
		Issuer:           new(i.Issuer),
		Audience:         new(i.Recipient),
		NameQualifier:    new(i.qualifier()),
		SourceIdentity:   optional(i.sourceIdentity),
	}, nil
}

// lifetime is what the request asks for, else what the assertion does, else an hour; and no longer than the provider's own
// session, which may make it shorter than 15 minutes.
func (i *samlIdentity) lifetime(c *server.Call, seconds *int32) (time.Duration, error) {
	if seconds == nil {
		seconds = i.duration
	}
	life, err := roleLifetime(c, i.role, seconds)
	if err != nil || i.SessionEnd.IsZero() {
		return life, err
	}
	left := i.SessionEnd.Sub(c.Time().Truncate(time.Second)).Truncate(time.Second)
	if left <= 0 {
		return 0, api.ExpiredTokenException.New("The SAML assertion has expired")
	}
	return min(life, left), nil
}

// use uses the assertion up: it gives one session, for one of the roles that it offers.
func (i *samlIdentity) use(c *server.Call) error {
	h := sha256.New()
	for _, part := range []string{"SAML assertion", i.account, i.Issuer, i.ID} {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	first, err := server.Once(c, i.account, [32]byte(h.Sum(nil)))
	if err == nil && !first {
		return api.InvalidIdentityToken.New("The SAML assertion was used before; each one is good for one session")
	}
	return err
}
