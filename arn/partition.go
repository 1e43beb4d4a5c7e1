package arn

// AWS is the partition of the commercial regions, and the one that Warder uses for its own names.
const AWS = "aws"

// KnownPartition is whether AWS has the partition.
func KnownPartition(name string) bool {
	switch name {
	case AWS, "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f":
		return true
	}
	return false
}
