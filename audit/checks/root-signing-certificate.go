package checks

import (
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var rootSigningCertificate = audit.Check{
	ID:         "root-signing-certificate",
	Title:      "The root user has no signing certificate",
	Why:        "An X.509 signing certificate of the root user is a key to everything without a second factor, for protocols that nobody uses any more.",
	Severity:   audit.High,
	Area:       audit.AreaRoot,
	References: practice("protect the root user"),
	Run: func(a *audit.Account, r *audit.Reporter) {
		evidence, known := rootCertificates(a)
		switch {
		case len(evidence) > 0:
			r.Found("", audit.Finding{
				Title:    "The root user has a signing certificate",
				Evidence: evidence,
				Remedy:   audit.Remedy{Text: "Sign in as the root user and, under Security credentials, deactivate the X.509 certificate; delete it when nothing misses it."},
			})
		case !known:
			r.NotAssessed("the account summary or the credential report", getSummary)
		}
	},
}

// rootCertificates is what shows that the root user has certificates; known tells whether it would be known.
func rootCertificates(a *audit.Account) (evidence []audit.Evidence, known bool) {
	if n, ok := a.Evidence.Summary["AccountSigningCertificatesPresent"]; ok {
		known = true
		if n > 0 {
			evidence = append(evidence, fact("the account summary says AccountSigningCertificatesPresent %d", n))
		}
	}
	if row := rootRow(a); row != nil {
		for i, c := range row.Certificates {
			known = known || c.Active.State == awsimport.Known
			if is(c.Active, true) {
				evidence = append(evidence, fact("the credential report says cert_%d_active true for <root_account>", i+1))
			}
		}
	}
	for _, c := range a.Evidence.SigningCertificates {
		if c.User == "" && c.Active {
			evidence = append(evidence, fact("list-signing-certificates has %s without a user", c.ID))
		}
	}
	return evidence, known
}
