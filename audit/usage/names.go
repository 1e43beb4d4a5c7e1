package usage

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/trail"
)

// prefixes are the service prefixes of event sources that differ from the source's first part. Source: the pages of the
// Service Authorization Reference beside "CloudTrail supported services and integrations".
var prefixes = map[string]string{
	"monitoring": "cloudwatch", "email": "ses", "tagging": "tag", "opensearch": "es", "opensearchserverless": "aoss",
	"amazonmq": "mq", "models.lex": "lex", "runtime.lex": "lex", "api.ecr": "ecr", "runtime.sagemaker": "sagemaker",
	"streams.dynamodb": "dynamodb", "data.iot": "iot", "bedrock-runtime": "bedrock", "s3express": "s3express",
}

// renamed are events that are named otherwise than their actions. Sources: Amazon S3 User Guide, "Required permissions for
// Amazon S3 API operations"; AWS Lambda Developer Guide, "Logging AWS Lambda API calls"; AWS KMS Developer Guide, "KMS API
// permissions"; Amazon DynamoDB Developer Guide, "DynamoDB transactions and IAM".
var renamed = map[string]map[string][]string{
	"s3": {
		"ListObjects": {"ListBucket"}, "ListObjectsV2": {"ListBucket"}, "HeadBucket": {"ListBucket"}, "HeadObject": {"GetObject"},
		"ListBuckets": {"ListAllMyBuckets"}, "ListObjectVersions": {"ListBucketVersions"}, "ListParts": {"ListMultipartUploadParts"},
		"ListMultipartUploads": {"ListBucketMultipartUploads"}, "CreateMultipartUpload": {"PutObject"}, "UploadPart": {"PutObject"},
		"CompleteMultipartUpload": {"PutObject"}, "CopyObject": {"PutObject"}, "UploadPartCopy": {"PutObject"},
		"PostObject": {"PutObject"}, "DeleteObjects": {"DeleteObject"}, "SelectObjectContent": {"GetObject"},
		"GetBucketEncryption": {"GetEncryptionConfiguration"}, "PutBucketEncryption": {"PutEncryptionConfiguration"},
		"DeleteBucketEncryption": {"PutEncryptionConfiguration"}, "GetBucketLifecycle": {"GetLifecycleConfiguration"},
		"GetBucketLifecycleConfiguration": {"GetLifecycleConfiguration"}, "PutBucketLifecycle": {"PutLifecycleConfiguration"},
		"PutBucketLifecycleConfiguration": {"PutLifecycleConfiguration"}, "DeleteBucketLifecycle": {"PutLifecycleConfiguration"},
		"GetBucketReplication": {"GetReplicationConfiguration"}, "PutBucketReplication": {"PutReplicationConfiguration"},
		"DeleteBucketReplication": {"PutReplicationConfiguration"}, "DeleteBucketCors": {"PutBucketCORS"},
		"DeleteBucketTagging": {"PutBucketTagging"}, "GetBucketNotificationConfiguration": {"GetBucketNotification"},
		"PutBucketNotificationConfiguration": {"PutBucketNotification"}, "GetPublicAccessBlock": {"GetBucketPublicAccessBlock"},
		"PutPublicAccessBlock": {"PutBucketPublicAccessBlock"}, "DeletePublicAccessBlock": {"PutBucketPublicAccessBlock"},
		"GetObjectLockConfiguration":       {"GetBucketObjectLockConfiguration"},
		"PutObjectLockConfiguration":       {"PutBucketObjectLockConfiguration"},
		"GetBucketAccelerateConfiguration": {"GetAccelerateConfiguration"},
		"PutBucketAccelerateConfiguration": {"PutAccelerateConfiguration"},
		"GetBucketInventoryConfiguration":  {"GetInventoryConfiguration"},
		"PutBucketInventoryConfiguration":  {"PutInventoryConfiguration"},
		"GetBucketAnalyticsConfiguration":  {"GetAnalyticsConfiguration"},
		"PutBucketAnalyticsConfiguration":  {"PutAnalyticsConfiguration"},
		"GetBucketMetricsConfiguration":    {"GetMetricsConfiguration"},
		"PutBucketMetricsConfiguration":    {"PutMetricsConfiguration"},
	},
	"lambda":   {"Invoke": {"InvokeFunction"}},
	"kms":      {"ReEncrypt": {"ReEncryptFrom", "ReEncryptTo"}},
	"dynamodb": {"TransactGetItems": {"GetItem"}},
}

// free are events of calls that need no permission. Sources: AWS STS API Reference; AWS Sign-In User Guide.
var free = map[string]bool{
	"sts.GetCallerIdentity": true, "sts.GetSessionToken": true, "signin.ConsoleLogin": true, "signin.CheckMfa": true,
	"signin.ExitRole": true, "signin.RenewRole": true, "signin.PasswordRecoveryRequested": true,
	"signin.PasswordRecoveryCompleted": true,
}

// dated is the API's version behind an event's name: CreateFunction20150331v2, CreateDistribution2020_05_31.
var dated = regexp.MustCompile(`_?20\d\d(_?\d\d){2}(v\d+)?$`)

// service is the prefix of the actions of an event's source.
func service(source string) string {
	name := trail.ServiceOf(source)
	if prefix, ok := prefixes[name]; ok {
		return prefix
	}
	return name
}

// called are the actions that the calls of an event need. why says, where there are none, whether they need none or it is
// not known.
type called struct {
	actions []*catalog.Action
	why     string
}

// maxEvents bounds the events whose actions a translator remembers: more than there are names of events.
const maxEvents = 50_000

func (t *Translator) actions(source, event string) ([]*catalog.Action, string) {
	c, known := t.events[[2]string{source, event}]
	if !known {
		c.actions, c.why = actions(t.Catalog, source, event)
		if t.events == nil {
			t.events = map[[2]string]called{}
		}
		if len(t.events) < maxEvents {
			t.events[[2]string{strings.Clone(source), strings.Clone(event)}] = c
		}
	}
	return c.actions, c.why
}

func actions(c *catalog.Catalog, source, event string) (list []*catalog.Action, why string) {
	prefix := service(source)
	if free[prefix+"."+event] {
		return nil, needsNone
	}
	s, ok := c.Service(prefix)
	if !ok {
		return nil, fmt.Sprintf("no service has the prefix %q", prefix)
	}
	event = dated.ReplaceAllString(event, "")
	names, ok := renamed[s.Prefix][event]
	if !ok {
		names = []string{event}
	}
	for _, name := range names {
		a, ok := s.Action(name)
		if !ok {
			return nil, fmt.Sprintf("no action of %s is known for its event %s", s.Prefix, event)
		}
		list = append(list, a)
	}
	return list, ""
}

// needsNone is the reason why a call is in no policy.
const needsNone = "the call needs no permission"
