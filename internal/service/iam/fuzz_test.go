package iam_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/internal/service/iam"
)

// seed gives a fuzzer every text of the material, whole, doubled and cut off.
func seed(f *testing.F) {
	for _, text := range material() {
		f.Add(text)
		f.Add(text + text)
		f.Add(text[:len(text)/2])
	}
	f.Add("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")
	f.Add("ssh-rsa AAAA\x00")
}

// FuzzSSHPublicKey: what is read is written in both encodings, and each reads as the same key.
func FuzzSSHPublicKey(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		print, forms, err := iam.SSHKeyForms(text)
		if err != nil {
			return
		}
		for _, form := range forms {
			again, same, err := iam.SSHKeyForms(form)
			if err != nil || again != print || same[0] != forms[0] || same[1] != forms[1] {
				t.Errorf("%q reads as %s %q (%v)", form, again, same, err)
			}
		}
	})
}

// FuzzCertificates: what is read prints back as what reads the same, and a chain of whatever was read is judged.
func FuzzCertificates(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		certs, err := iam.ReadCertificates(text)
		if err != nil {
			return
		}
		var printed strings.Builder
		for _, c := range certs {
			printed.WriteString(pemText("CERTIFICATE", c.Raw))
		}
		again, err := iam.ReadCertificates(printed.String())
		if err != nil || len(again) != len(certs) {
			t.Fatalf("%d certificates, then %d (%v)", len(certs), len(again), err)
		}
		for i := range certs {
			if !again[i].Equal(certs[i]) {
				t.Errorf("certificate %d is another", i)
			}
		}
		_ = iam.CheckChain(certs[0], certs[1:])
	})
}

// FuzzPrivateKey: what is read can sign; what is not, and every refusal, repeats nothing of the text.
func FuzzPrivateKey(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text string) {
		key, err := iam.ReadPrivateKey(text)
		if err == nil && (key == nil || key.Public() == nil) {
			t.Error("no key and no error")
		}
		if err != nil && len(text) > 60 && strings.Contains(err.Error(), text[:60]) {
			t.Errorf("the error repeats the key: %v", err)
		}
		if strings.Contains(text, "PRIVATE") && strings.Contains(iam.MalformedCertificate(text), "PRIVATE") {
			t.Error("a refusal repeats a private key")
		}
	})
}

// FuzzDeletionTask: a task id prints back as it was.
func FuzzDeletionTask(f *testing.F) {
	for _, text := range []string{"", "task/aws-service-role/a.amazonaws.com/r/u", "task/aws-service-role/a/r/u/x", "task/aws-service-role///"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if again, ok := iam.DeletionTask(text); ok && again != text {
			t.Errorf("%q prints as %q", text, again)
		}
	})
}

// FuzzIssuerURL: a URL that is taken is its own only spelling, makes an ARN that names the provider, and begins no key of a
// service.
func FuzzIssuerURL(f *testing.F) {
	for _, text := range []string{
		"https://id.example.com", "https://id.example.com:8443/a/b", "https://192.0.2.1/x", "https://ID.example.com", "https://a@b", "https://[::1]/",
		"https://sts", "https://a/../b", "https://a.b/%41", "http://a.b", "https://a.b/é", "https://192.0.2.1/|",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		issuer, err := iam.IssuerURL(text)
		if err != nil {
			return
		}
		u, err := url.Parse(text)
		if err != nil || "https://"+issuer != text || u.String() != text || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q is taken as %q: %v", text, issuer, err)
		}
		made := arn.In("111122223333").OIDCProvider(text).String()
		a, err := arn.Parse(made)
		named, ok := a.Named()
		if err != nil || !ok || named.Kind != arn.KindOIDCProvider || a.String() != made {
			t.Errorf("%q has the ARN %q: %+v %v", text, made, named, err)
		}
		if !strings.ContainsAny(issuer, ".:/") {
			t.Errorf("%q makes keys of a service", issuer)
		}
	})
}
