package iam_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// material are keys and certificates in their text forms, made once for all tests: a server's certificate ("leaf") under an
// intermediate under a root, strangers to it, and SSH keys.
var material = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	root := newIssuer("root", nil, elliptic.P256())
	intermediate := newIssuer("intermediate", root, elliptic.P256())
	stranger := newIssuer("stranger", nil, elliptic.P384())
	for _, i := range []*issuer{root, intermediate, stranger} {
		m[i.cert.Subject.CommonName] = i.text
	}
	m["chain"] = m["intermediate"] + m["root"]

	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	now := time.Now()
	m["leaf"] = intermediate.issue("leaf", key.Public(), now.Add(-time.Hour), now.AddDate(1, 0, 0))
	m["expired"] = intermediate.issue("expired", key.Public(), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC))
	m["future"] = intermediate.issue("future", key.Public(), time.Date(2101, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2102, 1, 1, 0, 0, 0, 0, time.UTC))
	m["leafkey"] = pemText("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key)))
	m["leafkey8"] = pemText("PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key)))
	m["otherkey"] = pemText("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(stranger.key)))
	m["encryptedkey"] = pemText("ENCRYPTED PRIVATE KEY", []byte("box"))

	sshKey := must(rsa.GenerateKey(rand.Reader, 2048))
	m["ssh"] = sshText(&sshKey.PublicKey)
	m["sshpem"] = pemText("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(&sshKey.PublicKey)))
	m["sshpem1"] = pemText("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&sshKey.PublicKey))
	m["ssh2"] = sshText(&must(rsa.GenerateKey(rand.Reader, 2048)).PublicKey)
	m["ssh1024"] = sshText(&must(rsa.GenerateKey(rand.Reader, 1024)).PublicKey)
	m["rsakey"] = pemText("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(sshKey))
	m["rsaleaf"] = root.issue("rsaleaf", sshKey.Public(), now.Add(-time.Hour), now.AddDate(1, 0, 0))
	public, _, err := ed25519.GenerateKey(rand.Reader)
	m["ed25519"] = sshText(must(public, err))
	m["ed25519pem"] = pemText("PUBLIC KEY", must(x509.MarshalPKIXPublicKey(public)))
	return m
})

// fillPEM replaces {pem:name}.
func fillPEM(text string) string {
	for {
		before, rest, ok := strings.Cut(text, "{pem:")
		if !ok {
			return text
		}
		name, after, _ := strings.Cut(rest, "}")
		found, ok := material()[name]
		if !ok {
			panic("no material " + name)
		}
		text = before + found + after
	}
}

// issuer is a certificate authority.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	text string
}

func newIssuer(name string, parent *issuer, curve elliptic.Curve) *issuer {
	i := &issuer{key: must(ecdsa.GenerateKey(curve, rand.Reader))}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if parent == nil {
		parent = &issuer{cert: template, key: i.key}
	}
	der := must(x509.CreateCertificate(rand.Reader, template, parent.cert, i.key.Public(), parent.key))
	i.cert, i.text = must(x509.ParseCertificate(der)), pemText("CERTIFICATE", der)
	return i
}

func (i *issuer) issue(name string, public crypto.PublicKey, from, until time.Time) string {
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until, DNSNames: []string{name + ".example.com"}}
	return pemText("CERTIFICATE", must(x509.CreateCertificate(rand.Reader, template, i.cert, public, i.key)))
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func sshText(public crypto.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(must(ssh.NewPublicKey(public))))) + " ann@example.com"
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
