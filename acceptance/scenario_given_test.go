package acceptance

import (
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/oidc/oidctest"
	"github.com/warder-iam/warder/internal/saml/samltest"
)

// given is what the steps of a scenario find under the name given.
type given struct {
	Endpoint string    `json:"endpoint"`
	Region   string    `json:"region"`
	Admin    accessKey `json:"admin"`
	providers
}

type accessKey struct{ AccessKeyId, SecretAccessKey string }

// providers are an OpenID Connect provider and a SAML provider, as one sees them from here.
type providers struct {
	Token     string `json:"token"`     // of carl, for the client warder
	Metadata  string `json:"metadata"`  // of the SAML provider
	Assertion string `json:"assertion"` // of dana, for the role partner through the provider Corp
}

// newProviders makes the two, and has the server know the keys of the first by a file: its issuer is nowhere.
func newProviders(t *testing.T, w *warder) providers {
	t.Helper()
	const issuer = "https://id.example.com"
	web := oidctest.New(t)
	resp, err := web.Client().Get(web.URL + "/keys")
	check(t, err)
	keys, err := io.ReadAll(resp.Body)
	check(t, err)
	check(t, resp.Body.Close())
	file := filepath.Join(t.TempDir(), "keys.json")
	check(t, os.WriteFile(file, keys, 0o600))
	w.more = append(w.more, "--oidc-jwks", issuer+"="+file)
	token := web.Sign(t, web.Claims("warder", map[string]any{
		"iss": issuer, "sub": "carl",
		"https://aws.amazon.com/tags": map[string]any{"principal_tags": map[string]any{"team": []string{"blue"}}},
	}))

	const arn, attribute = "arn:aws:iam::" + accountID + ":", "https://aws.amazon.com/SAML/Attributes/"
	idp := samltest.New(t, "https://idp.example.com/metadata")
	response := idp.Response(t, samltest.Login{Attributes: map[string][]string{
		attribute + "Role":            {arn + "role/partner," + arn + "saml-provider/Corp"},
		attribute + "RoleSessionName": {"dana"},
	}})
	return providers{Token: token, Metadata: idp.Document(t), Assertion: samltest.Encode(t, response)}
}

var (
	requestID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	uniqueID  = regexp.MustCompile(`\b(AIDA|AROA|AGPA|ANPA|AKIA|ASIA)[A-Z2-7]{16,17}\b`)
	instant   = regexp.MustCompile(`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)`)

	// hidden are the members that nobody can foretell, and what they look like.
	hidden = map[string]*regexp.Regexp{
		"SecretAccessKey":  regexp.MustCompile(`^[A-Za-z0-9/+]{40}$`),
		"SessionToken":     regexp.MustCompile(`^[A-Za-z0-9/+=_-]{100,}$`),
		"Base32StringSeed": regexp.MustCompile(`^[A-Z2-7]{64}$`),
		"QRCodePNG":        regexp.MustCompile(`^\x{89}PNG\r\n`),
		"Marker":           regexp.MustCompile(`.`),
	}
)

// normal is an answer without what differs from server to server: of an id there is the prefix, a time is TIME, what is hidden
// is "…". Policy documents are decoded, as boto3 does it by itself, and texts of several lines are lists of them.
func normal(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if text, ok := member.(string); ok && hidden[name] != nil && hidden[name].MatchString(text) {
				member = "…"
			}
			v[name] = normal(t, member)
		}
	case []any:
		for i, member := range v {
			v[i] = normal(t, member)
		}
	case string:
		return normalText(t, v)
	}
	return v
}

func normalText(t *testing.T, s string) any {
	t.Helper()
	if strings.HasPrefix(s, "%7B") {
		text, err := url.PathUnescape(s)
		check(t, err)
		var document any
		check(t, json.Unmarshal([]byte(text), &document))
		return normal(t, document)
	}
	s = instant.ReplaceAllString(uniqueID.ReplaceAllString(s, "${1}…"), "TIME")
	if strings.Contains(s, "\n") {
		return strings.Split(s, "\n")
	}
	return s
}
