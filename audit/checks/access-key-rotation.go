package checks

import (
	"fmt"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var accessKeyRotation = audit.Check{
	ID:       "access-key-rotation",
	Title:    "No active access key is older than 90 days",
	Why:      "The longer a key lives the more places it has been copied to.",
	Severity: audit.Medium,
	Area:     audit.AreaCredentials,
	References: []audit.Reference{
		{Framework: audit.CIS5, ID: "1.13"}, {Framework: audit.SecurityHub, ID: "IAM.3"}, {Framework: audit.FSBP, ID: "IAM.3"},
		{Framework: audit.Practice, ID: "rotate"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		rows, ok := reportRows(a, r)
		if !ok {
			return
		}
		for _, row := range rows {
			for i, k := range row.AccessKeys {
				if k.Active.State != awsimport.Known || !k.Active.Value || k.LastRotated.State != awsimport.Known {
					continue
				}
				age := a.Ago(k.LastRotated.Value)
				if age <= a.Settings.KeyAgeDays {
					continue
				}
				r.Found(fmt.Sprintf("key-%d", i+1), audit.Finding{
					Resource: row.ARN,
					Title:    fmt.Sprintf("Access key %d of user %s is %d days old", i+1, row.User, age),
					Evidence: []audit.Evidence{{Text: fmt.Sprintf("the credential report says access_key_%d_last_rotated %s",
						i+1, k.LastRotated.Value.Format("2006-01-02"))}},
					Remedy: audit.Remedy{
						Text:    "Make a second key, have what uses the old one use the new one, deactivate the old one, and delete it.",
						Command: audit.Command("aws", "iam", "create-access-key", "--user-name", row.User),
					},
				})
			}
		}
	},
}
