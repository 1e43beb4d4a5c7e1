package checks

import (
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
)

// managedUse is an AWS-managed policy with those who have it.
type managedUse struct {
	arn     string
	name    string // the last part of the ARN
	holders []directory.Entity
}

// awsManagedInUse are the AWS-managed policies that are attached to users, groups and roles of the account, in order.
func awsManagedInUse(a *audit.Account) []managedUse {
	byARN := map[string]*managedUse{}
	for e := range holders(a) {
		for _, name := range attachedOf(e) {
			if !strings.HasPrefix(name, a.Names().ManagedPolicy("/", "").String()) {
				continue
			}
			if byARN[name] == nil {
				byARN[name] = &managedUse{arn: name, name: name[strings.LastIndexByte(name, '/')+1:]}
			}
			byARN[name].holders = append(byARN[name].holders, e)
		}
	}
	var all []managedUse
	for _, name := range slices.Sorted(maps.Keys(byARN)) {
		all = append(all, *byARN[name])
	}
	return all
}

// evidence names the holders.
func (u *managedUse) evidence() []audit.Evidence {
	var all []audit.Evidence
	for _, e := range u.holders {
		all = append(all, audit.Evidence{Text: "is attached to " + label(e), Policy: u.arn})
	}
	return few(all)
}

// replace is the commands that give every holder another policy; by "" nothing is attached instead.
func (u *managedUse) replace(by string) string {
	var lines []string
	for _, e := range u.holders {
		kind, name := kindAndName(e)
		if by != "" {
			lines = append(lines, audit.Command("aws", "iam", "attach-"+kind+"-policy", "--"+kind+"-name", name, "--policy-arn", by))
		}
		lines = append(lines, detach(e, u.arn))
	}
	return strings.Join(lines, "\n")
}

func (u *managedUse) labels() []string {
	var all []string
	for _, e := range u.holders {
		all = append(all, label(e))
	}
	return all
}
