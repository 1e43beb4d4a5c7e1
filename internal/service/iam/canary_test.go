package iam_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestSecretsStayOut: private keys, passwords and API keys are in no event and no log line, whether a call succeeds, is
// refused or is denied, and not either where a private key is put in the place of something public.
func TestSecretsStayOut(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	key := map[string]any{"ServerCertificateName": "web", "CertificateBody": "{pem:leaf}", "PrivateKey": "{pem:leafkey}"}
	swapped := map[string]any{"ServerCertificateName": "web", "CertificateBody": "{pem:leafkey}", "PrivateKey": "{pem:leaf}", "CertificateChain": "{pem:leafkey}"}
	secrets := []string{strings.Split(material()["leafkey"], "\n")[1]}
	for _, user := range []string{"admin", "caller"} {
		for _, c := range []struct {
			op     string
			in     map[string]any
			secret string // the element of the answer that is one
		}{
			{"UploadServerCertificate", key, ""},
			{"UploadServerCertificate", key, ""}, // it exists by now
			{"UploadServerCertificate", swapped, ""},
			{"GetServerCertificate", map[string]any{"ServerCertificateName": "web"}, ""},
			{"UploadSigningCertificate", map[string]any{"UserName": "caller", "CertificateBody": "{pem:leafkey}"}, ""},
			{"UploadSSHPublicKey", map[string]any{"UserName": "caller", "SSHPublicKeyBody": "{pem:leafkey}"}, ""},
			{"CreateServiceSpecificCredential", map[string]any{"UserName": "caller", "ServiceName": "codecommit.amazonaws.com"}, "ServicePassword"},
			{"CreateServiceSpecificCredential", map[string]any{"UserName": "caller", "ServiceName": "bedrock.amazonaws.com"}, "ServiceCredentialSecret"},
		} {
			got := a.as(t, user, c.op, c.in)
			if got.Status == http.StatusOK && c.secret != "" {
				secrets = append(secrets, one(t, got.Body, c.secret))
			}
			if strings.Contains(got.Body, secrets[0]) {
				t.Errorf("%s answers with the private key", c.op)
			}
		}
	}
	if len(secrets) != 3 {
		t.Fatalf("%d secrets", len(secrets))
	}
	events, err := json.Marshal(append(a.Recorder.Events(), a.Outbox(t)...))
	check(t, err)
	for _, name := range []string{"UploadServerCertificate", "UploadSigningCertificate", "UploadSSHPublicKey", "CreateServiceSpecificCredential", "serviceUserName", "serviceCredentialAlias"} {
		if !strings.Contains(string(events), name) {
			t.Errorf("no event has %s", name)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(string(events), secret) || strings.Contains(a.Log.String(), secret) {
			t.Errorf("%.8s… is on record", secret)
		}
	}
}
