package cloudtrail

import (
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/objectstore"
)

// maxPrefix is the length of S3KeyPrefix.
const maxPrefix = 200

// settings are what CreateTrail and UpdateTrail have in common; nil leaves as it is. AWS takes "" for a topic, log group,
// role or key as none of it.
type settings struct {
	bucket, prefix                          *string
	global, multi, validation, organization *bool
	topic, logGroup, logRole, key           *string
}

func settingsOfCreate(in *api.CreateTrailInput) *settings {
	return &settings{
		bucket: &in.S3BucketName, prefix: in.S3KeyPrefix, global: in.IncludeGlobalServiceEvents, multi: in.IsMultiRegionTrail, validation: in.EnableLogFileValidation,
		organization: in.IsOrganizationTrail, topic: in.SnsTopicName, logGroup: in.CloudWatchLogsLogGroupArn, logRole: in.CloudWatchLogsRoleArn, key: in.KmsKeyId,
	}
}

func settingsOfUpdate(in *api.UpdateTrailInput) *settings {
	return &settings{
		bucket: in.S3BucketName, prefix: in.S3KeyPrefix, global: in.IncludeGlobalServiceEvents, multi: in.IsMultiRegionTrail, validation: in.EnableLogFileValidation,
		organization: in.IsOrganizationTrail, topic: in.SnsTopicName, logGroup: in.CloudWatchLogsLogGroupArn, logRole: in.CloudWatchLogsRoleArn, key: in.KmsKeyId,
	}
}

// apply checks the settings and takes them over.
func (s *settings) apply(t *directory.Trail) error {
	if err := s.unsupported(); err != nil {
		return err
	}
	set(&t.Bucket, s.bucket)
	set(&t.Prefix, s.prefix)
	set(&t.GlobalEvents, s.global)
	set(&t.MultiRegion, s.multi)
	set(&t.Validation, s.validation)
	switch {
	case s.bucket != nil && objectstore.CheckBucket(t.Bucket) != nil:
		return api.InvalidS3BucketNameException.New("%.80q is not the name of a bucket: 3 to 63 lower-case letters, numbers, periods and hyphens, as S3 has them.", t.Bucket)
	case len(t.Prefix) > maxPrefix:
		return api.InvalidS3PrefixException.New("The prefix is longer than %d characters.", maxPrefix)
	case t.Prefix != "" && objectstore.CheckName(t.Prefix) != nil:
		return api.InvalidS3PrefixException.New("%.200q is not a prefix of objects' names: printable characters with single slashes between them, none at an end.", t.Prefix)
	case s.prefix != nil && belowDeliveries(t.Prefix):
		return api.InvalidS3PrefixException.New("%.200q has a part AWSLogs, below which trails deliver: give the trail a prefix of its own.", t.Prefix)
	case t.MultiRegion && !t.GlobalEvents:
		return api.InvalidParameterCombinationException.New("Multi-Region trail must include global service events.")
	}
	return nil
}

// belowDeliveries: objects under the prefix would lie among those of other trails. In a directory one could so stand where
// another trail's next object is to be, since a name is there either an object or a folder; and some file systems do not
// tell letters' cases apart.
func belowDeliveries(prefix string) bool {
	for part := range strings.SplitSeq(prefix, "/") {
		if strings.EqualFold(part, "AWSLogs") {
			return true
		}
	}
	return false
}

// unsupported refuses what Warder has no part of: it would be asked for and not happen.
func (s *settings) unsupported() error {
	switch {
	case given(s.topic):
		return api.UnsupportedOperationException.New("Warder sends no notifications to SNS: leave SnsTopicName out.")
	case given(s.logGroup) || given(s.logRole):
		return api.CloudWatchLogsDeliveryUnavailableException.New("Warder delivers nothing to CloudWatch Logs: leave CloudWatchLogsLogGroupArn and CloudWatchLogsRoleArn out.")
	case given(s.key):
		return api.UnsupportedOperationException.New("Warder encrypts no log files by KMS: leave KmsKeyId out. The storage may encrypt them.")
	case s.organization != nil && *s.organization:
		return api.UnsupportedOperationException.New("Warder has no trails of organizations: make a trail in each account.")
	}
	return nil
}

func given(text *string) bool { return text != nil && *text != "" }

func set[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}
