package evaltest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

const (
	account = "111122223333"
	region  = "eu-central-1"
)

// service is one that the generated statements are about.
type service struct {
	name    string
	actions [4]verb
	// head is what its ARNs have before the name of an application, below what they have behind it.
	head, below string
}

// verb is a pattern of action names, and one name that it matches.
type verb struct{ pattern, name string }

// services are those of the generated statements. The region is open, as in most policies.
var services = [10]service{
	{"sqs", [4]verb{{"Receive*", "ReceiveMessage"}, {"Send*", "SendMessage"}, {"Get*", "GetQueueUrl"}, {"List*", "ListQueueTags"}}, "arn:aws:sqs:*:" + account + ":", ""},
	{"sns", [4]verb{{"Publish*", "PublishBatch"}, {"Get*", "GetTopicAttributes"}, {"List*", "ListTagsForResource"}, {"Subscribe*", "Subscribe"}}, "arn:aws:sns:*:" + account + ":", ""},
	{"dynamodb", [4]verb{{"Get*", "GetItem"}, {"BatchGet*", "BatchGetItem"}, {"Query*", "Query"}, {"Put*", "PutItem"}}, "arn:aws:dynamodb:*:" + account + ":table/", "/index/by-date"},
	{"lambda", [4]verb{{"Invoke*", "InvokeFunction"}, {"Get*", "GetFunction"}, {"List*", "ListTags"}, {"Update*", "UpdateFunctionCode"}}, "arn:aws:lambda:*:" + account + ":function:", ":live"},
	{"logs", [4]verb{{"Get*", "GetLogEvents"}, {"Filter*", "FilterLogEvents"}, {"Describe*", "DescribeLogStreams"}, {"Put*", "PutLogEvents"}}, "arn:aws:logs:*:" + account + ":log-group:/app/", ":log-stream:web/000042"},
	{"s3", [4]verb{{"Get*", "GetObject"}, {"List*", "ListMultipartUploadParts"}, {"Put*", "PutObject"}, {"DeleteObject*", "DeleteObject"}}, "arn:aws:s3:::", "/2026/03/report-000042.csv"},
	{"ecs", [4]verb{{"Describe*", "DescribeServices"}, {"List*", "ListTagsForResource"}, {"Run*", "RunTask"}, {"Stop*", "StopTask"}}, "arn:aws:ecs:*:" + account + ":service/", "/web"},
	{"secretsmanager", [4]verb{{"GetSecretValue*", "GetSecretValue"}, {"Describe*", "DescribeSecret"}, {"List*", "ListSecretVersionIds"}, {"PutSecret*", "PutSecretValue"}}, "arn:aws:secretsmanager:*:" + account + ":secret:", "/database-Ab12Cd"},
	{"ecr", [4]verb{{"Get*", "GetDownloadUrlForLayer"}, {"BatchGet*", "BatchGetImage"}, {"Describe*", "DescribeImages"}, {"Put*", "PutImage"}}, "arn:aws:ecr:*:" + account + ":repository/", "/web"},
	{"ssm", [4]verb{{"GetParameter*", "GetParametersByPath"}, {"Describe*", "DescribeParameters"}, {"List*", "ListTagsForResource"}, {"Put*", "PutParameter"}}, "arn:aws:ssm:*:" + account + ":parameter/", "/database/url"},
}

var (
	teams      = [10]string{"payments", "orders", "search", "catalog", "billing", "shipping", "reports", "media", "mobile", "support"}
	components = [10]string{"api", "worker", "web", "batch", "cache", "ingest", "export", "audit", "mail", "sync"}
	stages     = [10]string{"prod", "dev", "test", "preview", "load", "canary", "demo", "training", "audit", "spare"}
	networks   = [4]string{"10.16.0.0/12", "10.32.0.0/12", "10.48.0.0/12", "192.0.2.0/24"}
	addresses  = [4]string{"10.17.4.9", "10.40.0.7", "10.63.255.254", "192.0.2.77"} // one in each network
)

// app is the number of an application. Its name begins as those of its stage and team do, and none is another's beginning.
type app int

func (a app) String() string {
	stage := stages[a/100%10]
	if a >= 1000 {
		stage += strconv.Itoa(int(a / 1000))
	}
	return stage + "-" + a.team() + "-" + components[a/10%10]
}

func (a app) team() string    { return teams[a%10] }
func (a app) network() string { return networks[a%4] }
func (a app) address() string { return addresses[a%4] }

// statement is what a generated statement has: two action and two resource patterns, and conditions on the caller's team
// and address.
type statement struct {
	effect    string
	actions   [2]string
	resources [2]string
	app       app
}

func (s *statement) String() string {
	return fmt.Sprintf(`{"Effect":%q,"Action":%s,"Resource":%s,"Condition":{"StringEquals":{"aws:PrincipalTag/team":%q},"IpAddress":{"aws:SourceIp":%q}}}`,
		s.effect, list(s.actions), list(s.resources), s.app.team(), s.app.network())
}

func list(texts [2]string) string {
	out, _ := json.Marshal(texts) // strings always marshal
	return string(out)
}

// document is the text of a policy.
func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",\n") + `]}`
}

// grant lets the application's team use what belongs to it: what has its name, and what begins with that and a dash.
func grant(s *service, a app, actions [2]string) statement {
	return statement{"Allow", qualified(s, actions), [2]string{s.head + a.String() + s.below, s.head + a.String() + "-*"}, a}
}

// restrict takes a part of that away again.
func restrict(s *service, a app, actions [2]string) statement {
	return statement{"Deny", qualified(s, actions), [2]string{s.head + a.String() + "-restricted*", s.head + a.String() + "-audit/*"}, a}
}

func qualified(s *service, actions [2]string) [2]string {
	return [2]string{s.name + ":" + actions[0], s.name + ":" + actions[1]}
}

// resource is the ARN of something of the application: kind is behind the application's name.
func resource(s *service, a app, kind string) string {
	return strings.Replace(s.head, "*", region, 1) + a.String() + kind + s.below
}
