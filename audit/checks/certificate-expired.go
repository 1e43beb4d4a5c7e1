package checks

import (
	"fmt"
	"slices"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var certificateExpired = audit.Check{
	ID:         "certificate-expired",
	Title:      "No server certificate has expired or is about to",
	Why:        "An expired certificate that is still there ends up on a load balancer one day, and one that expires unnoticed stops a service.",
	Severity:   audit.Medium,
	Area:       audit.AreaCredentials,
	References: slices.Concat(cis("1.18", "2.17"), hub("IAM.26"), practice("remove what is unused")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		certificates := a.Evidence.ServerCertificates
		n, counted := a.Evidence.Summary["ServerCertificates"]
		known := a.Evidence.Extent(awsimport.KindServerCertificates) == awsimport.Complete
		if counted && n > len(certificates) || !counted && !known {
			r.NotAssessed("the server certificates", getCertificates)
		}
		for i := range certificates {
			certificate(a, r, &certificates[i])
		}
	},
}

func certificate(a *audit.Account, r *audit.Reporter, c *awsimport.ServerCertificate) {
	if c.Expires.IsZero() {
		r.NotAssessed("when server certificate "+c.Name+" expires", getCertificates)
		return
	}
	f := audit.Finding{Resource: c.ARN, Evidence: []audit.Evidence{fact("list-server-certificates says Expiration %s", c.Expires.UTC().Format(time.RFC3339))}}
	left := -audit.Days(c.Expires, a.Now)
	switch {
	case !c.Expires.After(a.Now):
		f.Title = fmt.Sprintf("Server certificate %s expired on %s", c.Name, day(c.Expires))
		f.Remedy = audit.Remedy{
			Text:    "See that nothing uses it, and delete it; new ones are better kept in AWS Certificate Manager, which renews them.",
			Command: audit.Command("aws", "iam", "delete-server-certificate", "--server-certificate-name", c.Name),
		}
		r.Found("", f)
	case left <= a.Settings.CertificateDays:
		f.Title = fmt.Sprintf("Server certificate %s expires on %s, in %s", c.Name, day(c.Expires), count(left, "day", "days"))
		f.Remedy = audit.Remedy{
			Text:    "Request one in AWS Certificate Manager, which renews it, and put it where this one is used.",
			Command: "aws acm request-certificate --domain-name DOMAIN --validation-method DNS",
		}
		r.FoundAs(audit.Low, "", f)
	}
}
