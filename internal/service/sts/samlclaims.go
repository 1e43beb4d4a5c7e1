package sts

import (
	"crypto/sha1" // not as a signature: AWS computes the qualifier so
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/policy/eval"
)

// samlAttributes begin the names of the attributes by which an assertion speaks to AWS.
// Source: IAM User Guide, "Configure SAML assertions for the authentication response".
const samlAttributes = "https://aws.amazon.com/SAML/Attributes/"

// samlClaims are what an assertion asks of AWS.
type samlClaims struct {
	roles          []string // "role ARN,provider ARN", in either order
	sessionName    string
	sourceIdentity string
	duration       *int32 // seconds
	tags           []directory.Tag
	transitive     []string
}

func readSAMLClaims(attributes map[string][]string) (samlClaims, error) {
	c := samlClaims{roles: attributes[samlAttributes+"Role"], transitive: attributes[samlAttributes+"TransitiveTagKeys"]}
	if len(c.roles) == 0 {
		return c, api.InvalidIdentityToken.New("Role is required in AuthnResponse")
	}
	var err error
	if c.sessionName, err = single(attributes, "RoleSessionName"); err != nil {
		return c, err
	}
	if c.sessionName == "" {
		return c, api.InvalidIdentityToken.New("RoleSessionName is required in AuthnResponse")
	}
	if !isSessionName(c.sessionName) {
		return c, api.InvalidIdentityToken.New("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
	}
	if c.sourceIdentity, err = single(attributes, "SourceIdentity"); err != nil {
		return c, err
	}
	if id := c.sourceIdentity; id != "" && (!isSessionName(id) || len(id) >= 4 && strings.EqualFold(id[:4], "aws:")) {
		return c, api.InvalidIdentityToken.New("Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"")
	}
	if err := c.readDuration(attributes); err != nil {
		return c, err
	}
	return c, c.readTags(attributes)
}

// single is the value of an attribute that has one at most.
func single(attributes map[string][]string, name string) (string, error) {
	values := attributes[samlAttributes+name]
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], nil
	}
	return "", api.InvalidIdentityToken.New("%s in AuthnResponse must have one value", name)
}

// isSessionName is the rule of names of sessions and source identities.
func isSessionName(s string) bool { return len(s) >= 2 && len(s) <= 64 && isWord(s, "_+=,.@-") }

// The shortest and longest session of a role, in seconds.
const minDuration, maxDuration = 900, 43200

func (c *samlClaims) readDuration(attributes map[string][]string) error {
	text, err := single(attributes, "SessionDuration")
	if err != nil || text == "" {
		return err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < minDuration || n > maxDuration {
		return api.InvalidIdentityToken.New("SessionDuration in AuthnResponse must be a number from %d to %d", minDuration, maxDuration)
	}
	c.duration = new(int32(n))
	return nil
}

// readTags reads the session tags, in the order of their keys, and holds them against the constraints that the model has
// for the same members of AssumeRole.
func (c *samlClaims) readTags(attributes map[string][]string) error {
	for name := range attributes {
		key, ok := strings.CutPrefix(name, samlAttributes+"PrincipalTag:")
		if !ok {
			continue
		}
		value, err := single(attributes, "PrincipalTag:"+key)
		if err != nil {
			return err
		}
		c.tags = append(c.tags, directory.Tag{Key: key, Value: value})
	}
	slices.SortFunc(c.tags, func(a, b directory.Tag) int { return strings.Compare(a.Key, b.Key) })
	in := &api.AssumeRoleInput{
		RoleArn: strings.Repeat("x", 20), RoleSessionName: c.sessionName, Tags: c.requestTags(), TransitiveTagKeys: c.transitive,
	}
	var public *awsapi.Error
	if err := awsapi.Validate(api.AssumeRole.Operation, in, nil); errors.As(err, &public) {
		return api.InvalidIdentityToken.New("What the AuthnResponse asks of the session is not valid: %s", public.Message)
	} else if err != nil {
		return err
	}
	return nil
}

// requestTags are the tags as a request has them.
func (c *samlClaims) requestTags() []api.Tag {
	var list []api.Tag
	for _, t := range c.tags {
		list = append(list, api.Tag{Key: t.Key, Value: t.Value})
	}
	return list
}

// offers reports whether the assertion names the role together with the provider.
func (c *samlClaims) offers(role, provider string) bool {
	for _, pair := range c.roles {
		a, b, _ := strings.Cut(pair, ",")
		a, b = strings.TrimSpace(a), strings.TrimSpace(b)
		if a == role && b == provider || a == provider && b == role {
			return true
		}
	}
	return false
}

// nameQualifier tells equal subjects of different providers apart. Source: AWS STS API Reference, AssumeRoleWithSAML.
func nameQualifier(issuer, account, provider string) string {
	sum := sha1.Sum([]byte(issuer + account + "/" + provider))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// subjectType is the format of the subject's name without SAML's own prefix.
func subjectType(format string) string {
	return strings.TrimPrefix(format, "urn:oasis:names:tc:SAML:2.0:nameid-format:")
}

// setKeys gives the condition keys of an assertion. Source: IAM User Guide, "Available keys for SAML-based AWS STS
// federation".
func (i *samlIdentity) setKeys(ctx *eval.Context) {
	ctx.Set("saml:aud", i.Recipient)
	ctx.Set("saml:iss", i.Issuer)
	ctx.Set("saml:sub", i.Subject)
	if t := subjectType(i.SubjectFormat); t != "" {
		ctx.Set("saml:sub_type", t)
	}
	ctx.Set("saml:doc", i.account+"/"+i.provider.Name)
	ctx.Set("saml:namequalifier", i.qualifier())
	for _, k := range samlKeys {
		var values []string
		for _, name := range k.attributes {
			values = append(values, i.Attributes[name]...)
		}
		switch {
		case len(values) == 1 && !k.many:
			ctx.Set("saml:"+k.name, values[0])
		case len(values) > 0: // of a key that has one value, eval then lets no Allow hold
			ctx.SetList("saml:"+k.name, values...)
		}
	}
}

// samlKey is a condition key, its name without "saml:", and the attributes that it is made of. many is set where it has
// several values, even if an assertion gives one.
type samlKey struct {
	name       string
	many       bool
	attributes []string
}

// Parts of the names of attributes.
const (
	eduPerson = "urn:oid:1.3.6.1.4.1.5923.1.1.1."
	eduOrg    = "urn:oid:1.3.6.1.4.1.5923.1.2.1."
	x500      = "urn:oid:2.5.4."
	pilot     = "urn:oid:0.9.2342.19200300.100.1."
	claims    = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
)

// Source: IAM User Guide, "Mapping SAML attributes to AWS trust policy context keys" and "Available keys for SAML-based
// AWS STS federation".
var samlKeys = []samlKey{
	{"edupersonaffiliation", true, []string{eduPerson + "1"}},
	{"edupersonnickname", true, []string{eduPerson + "2"}},
	{"edupersonorgdn", false, []string{eduPerson + "3"}},
	{"edupersonorgunitdn", true, []string{eduPerson + "4"}},
	{"edupersonprimaryaffiliation", false, []string{eduPerson + "5"}},
	{"edupersonprincipalname", false, []string{eduPerson + "6"}},
	{"edupersonentitlement", true, []string{eduPerson + "7"}},
	{"edupersonprimaryorgunitdn", false, []string{eduPerson + "8"}},
	{"edupersonscopedaffiliation", true, []string{eduPerson + "9"}},
	{"edupersontargetedid", true, []string{eduPerson + "10"}},
	{"edupersonassurance", true, []string{eduPerson + "11"}},
	{"eduorghomepageuri", true, []string{eduOrg + "2"}},
	{"eduorgidentityauthnpolicyuri", true, []string{eduOrg + "3"}},
	{"eduorglegalname", true, []string{eduOrg + "4"}},
	{"eduorgsuperioruri", true, []string{eduOrg + "5"}},
	{"eduorgwhitepagesuri", true, []string{eduOrg + "6"}},
	{"cn", true, []string{x500 + "3"}},
	{"commonName", false, []string{x500 + "3", "http://schemas.xmlsoap.org/claims/CommonName"}},
	{"surname", false, []string{x500 + "4", claims + "surname"}},
	{"givenName", false, []string{x500 + "42", claims + "givenname"}},
	{"x500UniqueIdentifier", false, []string{x500 + "45"}},
	{"uid", false, []string{pilot + "1"}},
	{"mail", false, []string{pilot + "3", claims + "emailaddress"}},
	{"organizationStatus", false, []string{pilot + "45"}},
	{"name", false, []string{claims + "name"}},
	{"primaryGroupSID", false, []string{"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid"}},
}
