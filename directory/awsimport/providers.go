package awsimport

import (
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
)

func isServerCertificates(v *value) bool {
	return withList("servercertificatemetadatalist")(v) || withObject("servercertificate")(v)
}

type serverCertificateDetail struct {
	Arn, ServerCertificateName, ServerCertificateId, Path string
	UploadDate, Expiration                                instant
}

func readServerCertificates(a *account, v *value) {
	one := func(d *serverCertificateDetail, at place) {
		if d.Arn == "" {
			a.problem(at, "", "", "a server certificate without an ARN")
			return
		}
		c := ServerCertificate{
			ARN: d.Arn, ID: d.ServerCertificateId, Name: d.ServerCertificateName, Path: pathOf(d.Path),
			Uploaded: d.UploadDate.Time, Expires: d.Expiration.Time,
		}
		for i := range a.ev.ServerCertificates {
			if a.ev.ServerCertificates[i].ARN == c.ARN {
				a.ev.ServerCertificates[i] = c
				return
			}
		}
		a.ev.ServerCertificates = append(a.ev.ServerCertificates, c)
	}
	if v.has("servercertificate") {
		eachObject(a, v, "servercertificate", func(d *struct{ ServerCertificateMetadata serverCertificateDetail }, at place) {
			one(&d.ServerCertificateMetadata, at)
		})
		a.hold(KindServerCertificates, Partial)
		return
	}
	eachItem(a, v, "servercertificatemetadatalist", one)
	a.whole(KindServerCertificates, v)
}

func isSAMLProviders(v *value) bool {
	return v.list("samlproviderlist") != nil || v.has("samlmetadatadocument")
}

// samlDetail is the answer of GetSAMLProvider, which does not say which provider it is about.
type samlDetail struct {
	v                   *value
	arn                 string
	metadata            string
	created, validUntil time.Time
}

func readSAMLProviders(a *account, v *value) {
	if v.has("samlmetadatadocument") {
		d := samlDetail{v: v, metadata: v.text("samlmetadatadocument"), arn: v.param("SAMLProviderArn")}
		if name := arnInPath(v.file.Path); d.arn == "" && strings.Contains(name, ":saml-provider/") {
			d.arn = name
		}
		d.created, d.validUntil = v.time("createdate"), v.time("validuntil")
		a.samlMetadata = append(a.samlMetadata, d)
		return
	}
	eachItem(a, v, "samlproviderlist", func(d *struct {
		Arn                    string
		ValidUntil, CreateDate instant
	}, _ place,
	) {
		p := a.samlProvider(d.Arn)
		p.Created, p.ValidUntil = d.CreateDate.Time, d.ValidUntil.Time
	})
	a.whole(KindSAMLProviders, v)
}

func (a *account) samlProvider(name string) *SAMLProvider {
	for i := range a.ev.SAMLProviders {
		if a.ev.SAMLProviders[i].ARN == name {
			return &a.ev.SAMLProviders[i]
		}
	}
	a.ev.SAMLProviders = append(a.ev.SAMLProviders, SAMLProvider{ARN: name})
	return &a.ev.SAMLProviders[len(a.ev.SAMLProviders)-1]
}

// joinSAML gives the metadata to their providers: to the one that is named, or to the only one of those dates.
func (a *account) joinSAML() {
	for i := range a.samlMetadata {
		d := &a.samlMetadata[i]
		name := d.arn
		if name == "" {
			var same []string
			for _, p := range a.ev.SAMLProviders {
				if p.Created.Equal(d.created) && p.ValidUntil.Equal(d.validUntil) {
					same = append(same, p.ARN)
				}
			}
			if len(same) == 1 {
				name = same[0]
			}
		}
		if accountOf(name) != a.id {
			a.problem(place{d.v, d.v.at}, "", "",
				"nothing tells which SAML provider's metadata this is: add a member SAMLProviderArn, or name the file by the ARN")
			continue
		}
		p := a.samlProvider(name)
		p.Metadata, p.Created, p.ValidUntil = d.metadata, d.created, d.validUntil
		a.hold(KindSAMLProviders, Partial)
	}
}

func isOIDCProviders(v *value) bool {
	return v.list("openidconnectproviderlist") != nil || v.list("clientidlist") != nil && v.has("url")
}

func readOIDCProviders(a *account, v *value) {
	if v.list("openidconnectproviderlist") != nil {
		eachItem(a, v, "openidconnectproviderlist", func(d *struct{ Arn string }, at place) {
			if parsed, err := arn.Parse(d.Arn); err == nil {
				if named, ok := parsed.Named(); ok {
					a.oidcProvider(d.Arn).URL = named.Name
					return
				}
			}
			a.problem(at, d.Arn, "", "is no ARN of a provider")
		})
		a.whole(KindOIDCProviders, v)
		return
	}
	url := strings.TrimPrefix(v.text("url"), "https://")
	p := a.oidcProvider(a.names().OIDCProvider(url).String())
	p.URL, p.Detailed, p.Created = url, true, v.time("createdate")
	eachItem(a, v, "clientidlist", func(id *string, _ place) { p.ClientIDs = append(p.ClientIDs, *id) })
	eachItem(a, v, "thumbprintlist", func(print *string, _ place) { p.Thumbprints = append(p.Thumbprints, *print) })
	a.hold(KindOIDCProviders, Partial)
}

func (a *account) oidcProvider(name string) *OIDCProvider {
	for i := range a.ev.OIDCProviders {
		if a.ev.OIDCProviders[i].ARN == name {
			return &a.ev.OIDCProviders[i]
		}
	}
	a.ev.OIDCProviders = append(a.ev.OIDCProviders, OIDCProvider{ARN: name})
	return &a.ev.OIDCProviders[len(a.ev.OIDCProviders)-1]
}

// time gives a time member; zero where it is none.
func (v *value) time(name string) time.Time {
	var t instant
	if m := v.members[name]; m == nil || m.items != nil || decode(m.raw, &t) != nil {
		return time.Time{}
	}
	return t.Time
}
