package checks

import "github.com/warder-iam/warder/audit"

// cis are the numbers in CIS 5.0 and 7.0, "" where one has none.
func cis(five, seven string) []audit.Reference {
	var all []audit.Reference
	if five != "" {
		all = append(all, audit.Reference{Framework: audit.CIS5, ID: five})
	}
	if seven != "" {
		all = append(all, audit.Reference{Framework: audit.CIS7, ID: seven})
	}
	return all
}

// hub are controls of Security Hub.
func hub(ids ...string) []audit.Reference { return referencesTo(audit.SecurityHub, ids) }

// fsbp are controls of Security Hub that are in AWS Foundational Security Best Practices.
func fsbp(ids ...string) []audit.Reference {
	return append(hub(ids...), referencesTo(audit.FSBP, ids)...)
}

// practice names what Warder stands on.
func practice(name string) []audit.Reference { return referencesTo(audit.Practice, []string{name}) }

func referencesTo(framework audit.Framework, ids []string) []audit.Reference {
	all := make([]audit.Reference, 0, len(ids))
	for _, id := range ids {
		all = append(all, audit.Reference{Framework: framework, ID: id})
	}
	return all
}
