package arn

import "strings"

// The partitions that anybody may have accounts in.
const (
	// AWS is the partition of the commercial regions, and the one that Warder uses for its own names.
	AWS = "aws"
	// China has its own domain: "ec2.amazonaws.com.cn".
	China = "aws-cn"
	// GovCloud is that of the regions of the United States' government.
	GovCloud = "aws-us-gov"
)

// partition is what differs from one to the other. Source: the partitions and endpoints of AWS's SDKs.
type partition struct {
	name string
	// regions is how the names of its regions begin, "" of the commercial ones, which have nothing in common.
	regions string
	// home is the region of its IAM.
	home   string
	domain string
}

var partitions = [...]partition{
	{AWS, "", "us-east-1", commercialDomain},
	{China, "cn-", "cn-north-1", "amazonaws.com.cn"},
	{GovCloud, "us-gov-", "us-gov-west-1", commercialDomain},
	{"aws-eusc", "eusc-", "eusc-de-east-1", "amazonaws.eu"},
	{"aws-iso", "us-iso-", "us-iso-east-1", "c2s.ic.gov"},
	{"aws-iso-b", "us-isob-", "us-isob-east-1", "sc2s.sgov.gov"},
	{"aws-iso-e", "eu-isoe-", "eu-isoe-west-1", "cloud.adc-e.uk"},
	{"aws-iso-f", "us-isof-", "us-isof-south-1", "csp.hci.ic.gov"},
}

const commercialDomain = "amazonaws.com"

func partitionNamed(name string) (partition, bool) {
	for _, p := range partitions {
		if p.name == name {
			return p, true
		}
	}
	return partitions[0], false
}

// KnownPartition is whether AWS has the partition.
func KnownPartition(name string) bool {
	_, ok := partitionNamed(name)
	return ok
}

// PartitionOf is the partition that a region is in: that of the commercial regions for a name that no other has.
func PartitionOf(region string) string {
	for _, p := range partitions[1:] {
		if strings.HasPrefix(region, p.regions) {
			return p.name
		}
	}
	return AWS
}

// HomeRegion is where a partition's IAM is, which is the same in all its regions: requests to it are made there. What is no
// partition has that of AWS.
func HomeRegion(partition string) string {
	p, _ := partitionNamed(partition)
	return p.home
}

// Domain is the one that a partition's endpoints and some of its service principals are named in. What is no partition has
// that of AWS.
func Domain(partition string) string {
	p, _ := partitionNamed(partition)
	return p.domain
}

// ServicePrincipals are the names by which policies may know a service, "ec2.amazonaws.com", in a partition, the likeliest
// first. Most services have this name everywhere; some have one in the partition's own domain, as EC2 and EMR do, and many
// policies are written with either. Sources: IAM User Guide, service principals; the documents of AWS-managed policies.
func ServicePrincipals(partition, service string) []string {
	name, ok := strings.CutSuffix(service, "."+commercialDomain)
	domain := Domain(partition)
	switch {
	case !ok || domain == commercialDomain:
		return []string{service}
	case name == "ec2" || name == "elasticmapreduce":
		return []string{name + "." + domain, service}
	}
	return []string{service, name + "." + domain}
}

// IsServicePrincipal is whether a name has the form of a service principal: labels in lower case, in a domain of AWS.
func IsServicePrincipal(name string) bool {
	in := func(domain string) bool {
		labels, found := strings.CutSuffix(name, "."+domain)
		return found && labels != "" && strings.Trim(labels, "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
	}
	for _, p := range partitions {
		if in(p.domain) {
			return true
		}
	}
	return in("amazon.com") || in("aws.internal")
}
