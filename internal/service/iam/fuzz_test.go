package iam_test

import (
	"strings"
	"testing"

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
