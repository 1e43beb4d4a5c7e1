package awsimport

import (
	"cmp"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// names makes ARNs of the account, whose partition is the commercial one as long as nothing told another.
func (a *account) names() arn.Account {
	return arn.Account{Partition: cmp.Or(a.partition, arn.AWS), ID: a.id}
}

// locate finds the account's partition in what an answer says: by the ARN of something of the account, or by its region. The
// first that tells counts: an account is in one partition.
func (a *account) locate(v *value) {
	if a.partition == "" {
		a.partition = own(v, a.partitionOf)
	}
	if a.partition == "" && v.region != "" {
		a.partition = arn.PartitionOf(v.region)
	}
}

// partitionOf is the partition in the ARN of something of the account; else "".
func (a *account) partitionOf(text string) string {
	name, err := arn.Parse(text)
	if err != nil || name.Account != a.id || !arn.KnownPartition(name.Partition) {
		return ""
	}
	return name.Partition
}

// partitionIn is that of a region, or where that is not known, the account's.
func (a *account) partitionIn(region string) string {
	if region == "" {
		return a.names().Partition
	}
	return arn.PartitionOf(region)
}

// joinPartition moves what was named before anything told the account's partition, in answers that have no ARN.
func (a *account) joinPartition() {
	move := func(name *string) {
		if rest, ok := strings.CutPrefix(*name, "arn:"+arn.AWS+":"); ok {
			*name = "arn:" + a.names().Partition + ":" + rest
		}
	}
	for i := range a.ev.ResourcePolicies {
		move(&a.ev.ResourcePolicies[i].ARN)
	}
	for i := range a.ev.Workloads {
		move(&a.ev.Workloads[i].ARN)
	}
	for i := range a.ev.OIDCProviders {
		move(&a.ev.OIDCProviders[i].ARN)
	}
}
