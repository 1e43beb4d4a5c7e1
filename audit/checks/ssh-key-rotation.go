package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var sshKeyRotation = audit.Check{
	ID:         "ssh-key-rotation",
	Title:      "SSH keys and service-specific credentials are rotated",
	Why:        "They open repositories without a second factor, and nobody sees when they were last used.",
	Severity:   audit.Low,
	Area:       audit.AreaCredentials,
	References: practice("rotate"),
	Run: func(a *audit.Account, r *audit.Reporter) {
		if a.Evidence.Extent(awsimport.KindSSHPublicKeys) != awsimport.Complete {
			r.NotAssessed("the SSH public keys of all users", perUser("list-ssh-public-keys", "ssh-public-keys"))
		}
		for _, c := range a.Evidence.SSHPublicKeys {
			oldCredential(a, r, &c, "SSH public key "+c.ID, "uploaded",
				audit.Command("aws", "iam", "update-ssh-public-key", "--user-name", c.User, "--ssh-public-key-id", c.ID, "--status", "Inactive"))
		}
		if a.Evidence.Extent(awsimport.KindServiceCredentials) != awsimport.Complete {
			r.NotAssessed("the service-specific credentials of all users", perUser("list-service-specific-credentials", "service-credentials"))
		}
		for _, c := range a.Evidence.ServiceCredentials {
			if !c.Expires.IsZero() && !c.Expires.After(a.Now) {
				continue // of no use any more
			}
			oldCredential(a, r, &c, "Credential "+c.ID+" for "+c.Service, "made",
				audit.Command("aws", "iam", "reset-service-specific-credential", "--user-name", c.User, "--service-specific-credential-id", c.ID))
		}
	},
}

func oldCredential(a *audit.Account, r *audit.Reporter, c *awsimport.Credential, name, made, command string) {
	age := a.Ago(c.Created)
	switch {
	case !c.Active:
	case c.Created.IsZero():
		r.NotAssessed("when "+c.ID+" of user "+c.User+" was made", "")
	case age > a.Settings.KeyAgeDays:
		r.Found(c.ID, audit.Finding{
			Resource: userARN(a, c.User),
			Title:    fmt.Sprintf("%s of user %s is %d days old", name, c.User, age),
			Evidence: []audit.Evidence{fact("%s was %s on %s", c.ID, made, day(c.Created))},
			Remedy:   audit.Remedy{Text: "Give the user a new one, then withdraw this one.", Command: command},
		})
	}
}
