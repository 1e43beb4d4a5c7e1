package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
)

// alarmTopic is something that somebody has to be told of.
type alarmTopic struct {
	id, name   string
	severity   audit.Severity
	references []audit.Reference
	// samples are records of it: all of them have to raise an alarm. By what people call them.
	samples []occurrence
	// pattern is a filter that matches all of it.
	pattern string
}

type occurrence struct{ name, record string }

// alarmTopics are those of CIS 5.0, 4.1 to 4.7.
func alarmTopics() []alarmTopic {
	watch := practice("watch")
	return []alarmTopic{
		{
			"root-use", "use of the root user", audit.High, slices.Concat(cis("4.3", "5.3"), hub("CloudWatch.1"), watch),
			[]occurrence{
				{"a sign-in of the root user", `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventType":"AwsConsoleSignIn","readOnly":false,` +
					`"userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"},"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"Yes"}}`},
				{"a call of the root user", `{"eventSource":"s3.amazonaws.com","eventName":"CreateBucket","eventType":"AwsApiCall","readOnly":false,` +
					`"userIdentity":{"type":"Root","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}}`},
			},
			`{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }`,
		},
		{
			"unauthorized-calls", "calls that are not authorized", audit.Medium, slices.Concat(cis("4.1", "5.1"), hub("CloudWatch.2"), watch),
			[]occurrence{refused("AccessDenied"), refused("AccessDeniedException"), refused("UnauthorizedOperation"), refused("Client.UnauthorizedOperation")},
			`{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }`,
		},
		{
			"sign-in-without-mfa", "sign-ins without MFA", audit.Medium, slices.Concat(cis("4.2", "5.2"), hub("CloudWatch.3"), watch),
			[]occurrence{{"a sign-in without MFA", signIn(`"additionalEventData":{"MFAUsed":"No"},"responseElements":{"ConsoleLogin":"Success"}`)}},
			`{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }`,
		},
		{
			"iam-changes", "changes of IAM policies", audit.Medium, slices.Concat(cis("4.4", "5.4"), hub("CloudWatch.4"), watch),
			calls("iam", iamChanges...), anyOf("iam", iamChanges...),
		},
		{
			"trail-changes", "changes of trails", audit.Medium, slices.Concat(cis("4.5", "5.5"), hub("CloudWatch.5"), watch),
			calls("cloudtrail", trailChanges...), anyOf("cloudtrail", trailChanges...),
		},
		{
			"sign-in-failures", "sign-ins that failed", audit.Medium, slices.Concat(cis("4.6", "5.6"), hub("CloudWatch.6"), watch),
			[]occurrence{{"a sign-in that failed", signIn(`"errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"No"}`)}},
			`{ ($.eventName = "ConsoleLogin") && ($.errorMessage = "Failed authentication") }`,
		},
		{
			"key-disabling", "keys that are disabled or about to be deleted", audit.Medium, slices.Concat(cis("4.7", "5.7"), hub("CloudWatch.7"), watch),
			calls("kms", "DisableKey", "ScheduleKeyDeletion"), anyOf("kms", "DisableKey", "ScheduleKeyDeletion"),
		},
	}
}

// The operations that CIS names.
var (
	iamChanges = []string{
		"DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy", "CreatePolicy", "DeletePolicy",
		"CreatePolicyVersion", "DeletePolicyVersion", "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy",
		"DetachGroupPolicy",
	}
	trailChanges = []string{"CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"}
)

// calls are records of operations of a service.
func calls(service string, operations ...string) []occurrence {
	samples := make([]occurrence, 0, len(operations))
	for _, o := range operations {
		samples = append(samples, occurrence{o, fmt.Sprintf(`{"eventSource":"%s.amazonaws.com","eventName":"%s","eventType":"AwsApiCall","readOnly":false,"userIdentity":`+
			`{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"}}`, service, o)})
	}
	return samples
}

// anyOf is a pattern for operations of a service.
func anyOf(service string, operations ...string) string {
	names := make([]string, 0, len(operations))
	for _, o := range operations {
		names = append(names, "($.eventName = "+o+")")
	}
	return "{ ($.eventSource = " + service + ".amazonaws.com) && (" + strings.Join(names, " || ") + ") }"
}

func refused(code string) occurrence {
	return occurrence{"a call that is refused with " + code, `{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","eventType":"AwsApiCall","readOnly":false,"errorCode":"` + code +
		`","sourceIPAddress":"198.51.100.7","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"}}`}
}

func signIn(rest string) string {
	return `{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventType":"AwsConsoleSignIn","readOnly":false,"userIdentity":{"type":"IAMUser",` +
		`"arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"},` + rest + `}`
}
