package access

import (
	"cmp"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// accountIn is the account that an ARN is in.
func accountIn(a arn.ARN) arn.Account { return arn.Account{Partition: a.Partition, ID: a.Account} }

// partitionOf is the partition of an ARN; "" for what is none.
func partitionOf(name string) string {
	a, err := arn.Parse(name)
	if err != nil {
		return ""
	}
	return a.Partition
}

// names makes ARNs of an account: in its own partition where the snapshot holds it, else in that of what is near it, since
// no policy reaches across partitions.
func (f *Finder) names(account, near string) arn.Account {
	if a := f.snap.Account(account); a != nil {
		return a.Names()
	}
	return arn.Account{Partition: cmp.Or(partitionOf(near), arn.AWS), ID: account}
}

// anyRoot ends the ARN of AnyAccount.
const anyRoot = ":iam::" + anyAccount + ":root"

// anyAccountNamed is the AnyAccount with that ARN.
func anyAccountNamed(name string) (p Principal, ok bool) {
	before, ok := strings.CutSuffix(name, anyRoot)
	partition, isARN := strings.CutPrefix(before, "arn:")
	if !ok || !isARN || !arn.KnownPartition(partition) {
		return Principal{}, false
	}
	return AnyAccount(partition), true
}
