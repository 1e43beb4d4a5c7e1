package checks

import (
	"slices"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var externalAccessAnalyzer = audit.Check{
	ID:         "external-access-analyzer",
	Title:      "IAM Access Analyzer watches for access from outside",
	Why:        "A policy that opens a bucket, key or role to outsiders is written in a minute and noticed, without an analyzer, when it is too late.",
	Severity:   audit.Medium,
	Area:       audit.AreaVisibility,
	References: slices.Concat(cis("1.19", "2.18"), hub("IAM.28"), practice("watch")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		regions, idle := analyzers(a)
		remedy := audit.Remedy{
			Text:      "Make an analyzer for the account, or better one for the organization, in every region that is in use; it costs nothing.",
			Command:   audit.Command("aws", "accessanalyzer", "create-analyzer", "--analyzer-name", "external-access", "--type", "ACCOUNT"),
			Terraform: "resource \"aws_accessanalyzer_analyzer\" \"external_access\" {\n  analyzer_name = \"external-access\"\n  type          = \"ACCOUNT\"\n}\n",
		}
		if len(regions) == 0 {
			if a.Evidence.Extent(awsimport.KindAnalyzers) != awsimport.Complete {
				r.NotAssessed("the analyzers of IAM Access Analyzer", getAnalyzers)
				return
			}
			evidence := append(idle, fact("list-analyzers has no active one of type ACCOUNT or ORGANIZATION"))
			r.Found("", audit.Finding{Title: "No analyzer watches for access from outside", Evidence: evidence, Remedy: remedy})
			return
		}
		// A list is of one region, and an empty one does not say of which.
		for _, region := range regionsInUse(a) {
			if !slices.Contains(regions, region) {
				r.NotAssessed("the analyzers of region "+region, into(audit.Command("aws", "accessanalyzer", "list-analyzers", "--region", region), "analyzers-"+region+".json"))
			}
		}
	},
}

// analyzers are the regions in which one watches the account: its own, or one of its organization. idle tells of those that
// do not work.
func analyzers(a *audit.Account) (regions []string, idle []audit.Evidence) {
	for id, e := range a.Bundle.Accounts {
		for _, z := range e.Analyzers {
			external := id == a.ID && z.Type == "ACCOUNT" || z.Type == "ORGANIZATION" && (id == a.ID || manyAccounts(a))
			switch {
			case external && z.Active:
				regions = append(regions, z.Region)
			case external:
				idle = append(idle, fact("analyzer %s is not active", z.ARN))
			}
		}
	}
	slices.Sort(regions)
	return slices.Compact(regions), idle
}

// regionsInUse are those of the workloads that the bundle has.
func regionsInUse(a *audit.Account) []string {
	var all []string
	for _, w := range a.Evidence.Workloads {
		if w.Region != "" {
			all = append(all, w.Region)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
