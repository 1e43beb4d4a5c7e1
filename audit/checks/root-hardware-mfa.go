package checks

import (
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var rootHardwareMFA = audit.Check{
	ID:         "root-hardware-mfa",
	Title:      "The root user's MFA is a hardware key or passkey",
	Why:        "A one-time code can be phished and its seed copied off a telephone; a hardware key or passkey cannot be talked out of anybody.",
	Severity:   audit.Medium,
	Area:       audit.AreaRoot,
	References: slices.Concat(cis("1.5", "2.6"), fsbp("IAM.6"), practice("protect the root user")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		if rootHasNoPassword(a) {
			return
		}
		remedy := audit.Remedy{Text: "Sign in as the root user and, under Security credentials, assign a passkey or hardware key; then remove the " +
			"virtual device, which would open the door beside it."}
		var virtual []audit.Evidence
		for _, d := range a.Evidence.MFADevices {
			if d.User == a.RootARN() && d.Virtual {
				virtual = append(virtual, fact("virtual device %s", d.Serial))
			}
		}
		if len(virtual) > 0 {
			r.Found("", audit.Finding{Title: "The root user's MFA is a virtual device", Evidence: virtual, Remedy: remedy})
			return
		}
		on, source, known := rootHasMFA(a)
		switch {
		case !known:
			r.NotAssessed("the account summary or the credential report", getSummary)
		case !on:
			r.Found("", audit.Finding{Title: "The root user has no MFA, so no hardware key", Evidence: []audit.Evidence{{Text: source}}, Remedy: remedy})
		case a.Evidence.Extent(awsimport.KindVirtualMFADevices) != awsimport.Complete:
			r.NotAssessed("the list of virtual MFA devices", getVirtualMFA)
		}
	},
}
