package sts

import (
	"crypto/sha1" // not as a signature: AWS computes the qualifier so
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/policy/eval"
)

// samlAttributes begin the names of the attributes by which an assertion speaks to AWS.
// Source: IAM User Guide, "Configure SAML assertions for the authentication response".
const samlAttributes = "https://aws.amazon.com/SAML/Attributes/"

// readClaims reads what the assertion asks of AWS.
func (i *samlIdentity) readClaims() error {
	i.roles, i.transitive = i.Attributes[samlAttributes+"Role"], i.Attributes[samlAttributes+"TransitiveTagKeys"]
	if len(i.roles) == 0 {
		return api.InvalidIdentityToken.New("Role is required in AuthnResponse")
	}
	var err error
	if i.name, err = single(i.Attributes, "RoleSessionName"); err != nil {
		return err
	}
	if i.name == "" {
		return api.InvalidIdentityToken.New("RoleSessionName is required in AuthnResponse")
	}
	if !isSessionName(i.name) {
		return api.InvalidIdentityToken.New("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}")
	}
	for _, read := range []func() error{i.readSourceIdentity, i.readDuration, i.readTags} {
		if err := read(); err != nil {
			return err
		}
	}
	return i.check("AuthnResponse")
}

func (i *samlIdentity) readSourceIdentity() error {
	id, err := single(i.Attributes, "SourceIdentity")
	if err != nil {
		return err
	}
	if id != "" && (!isSessionName(id) || len(id) >= 4 && strings.EqualFold(id[:4], "aws:")) {
		return api.InvalidIdentityToken.New("Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"")
	}
	i.sourceIdentity = id
	return nil
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

func (i *samlIdentity) readDuration() error {
	text, err := single(i.Attributes, "SessionDuration")
	if err != nil || text == "" {
		return err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < minDuration || n > maxDuration {
		return api.InvalidIdentityToken.New("SessionDuration in AuthnResponse must be a number from %d to %d", minDuration, maxDuration)
	}
	i.duration = new(int32(n))
	return nil
}

// readTags reads the session tags, in the order of their keys.
func (i *samlIdentity) readTags() error {
	for name := range i.Attributes {
		key, ok := strings.CutPrefix(name, samlAttributes+"PrincipalTag:")
		if !ok {
			continue
		}
		value, err := single(i.Attributes, "PrincipalTag:"+key)
		if err != nil {
			return err
		}
		i.tags = append(i.tags, directory.Tag{Key: key, Value: value})
	}
	slices.SortFunc(i.tags, func(a, b directory.Tag) int { return strings.Compare(a.Key, b.Key) })
	return nil
}

// offers reports whether the assertion names the role together with the provider.
func (i *samlIdentity) offers(role, provider string) bool {
	for _, pair := range i.roles {
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

// addKeys gives the condition keys of an assertion, and keeps for the session those that its requests have too. Source: IAM
// User Guide, "Available keys for SAML-based AWS STS federation" and "Cross-service SAML-based AWS STS federation context
// keys".
func (i *samlIdentity) addKeys(to *eval.Context) {
	to.Set("saml:aud", i.Recipient)
	to.Set("saml:iss", i.Issuer)
	to.Set("saml:doc", i.account+"/"+i.providerName)
	i.keys = []session.ProviderKey{
		{Name: "namequalifier", Values: []string{i.qualifier()}}, {Name: "sub", Values: []string{i.Subject}},
	}
	if t := subjectType(i.SubjectFormat); t != "" {
		i.keys = append(i.keys, session.ProviderKey{Name: "sub_type", Values: []string{t}})
	}
	for _, k := range i.keys {
		to.Set("saml:"+k.Name, k.Values[0])
	}
	for _, k := range samlKeys {
		var values []string
		for _, name := range k.attributes {
			values = append(values, i.Attributes[name]...)
		}
		switch {
		case len(values) == 1 && !k.many:
			to.Set("saml:"+k.name, values[0])
		case len(values) > 0: // of a key that has one value, eval then lets no Allow hold
			to.SetList("saml:"+k.name, values...)
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
