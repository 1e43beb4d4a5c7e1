package report

import (
	"io"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
)

// The shapes of AWS Security Finding Format 2018-10-08, as far as they are used. Source: Security Hub API Reference,
// AwsSecurityFinding, with its limits of length.
type (
	asffBatch struct {
		Findings []asffFinding
	}
	asffFinding struct {
		SchemaVersion   string
		Id              string //nolint:revive // AWS's spelling
		ProductArn      string
		ProductName     string
		CompanyName     string
		GeneratorId     string
		AwsAccountId    string
		Types           []string
		FirstObservedAt string
		CreatedAt       string
		UpdatedAt       string
		Severity        asffSeverity
		Title           string
		Description     string
		Remediation     asffRemediation
		Resources       []asffResource
		Compliance      asffCompliance
		Workflow        asffWorkflow
		RecordState     string
	}
	asffSeverity       struct{ Label, Original string }
	asffRemediation    struct{ Recommendation asffRecommendation }
	asffRecommendation struct{ Text string }
	asffResource       struct{ Type, Id, Partition, Region string }
	asffCompliance     struct {
		Status              string
		RelatedRequirements []string `json:",omitempty"`
	}
	asffWorkflow struct{ Status string }
)

// asffBatchSize is how many findings BatchImportFindings takes.
const asffBatchSize = 100

// writeASFF writes requests of BatchImportFindings, one in each line: each takes from one finding to a hundred, so that there is
// none without findings. The
// region is that of the partition's IAM, where IAM's findings live.
func writeASFF(w io.Writer, r *audit.Report, _ Options) error {
	for from := 0; from < len(r.Findings); from += asffBatchSize {
		var batch asffBatch
		for i := from; i < min(from+asffBatchSize, len(r.Findings)); i++ {
			batch.Findings = append(batch.Findings, asff(r, &r.Findings[i]))
		}
		if err := encodeLine(w, batch); err != nil {
			return err
		}
	}
	return nil
}

func asff(r *audit.Report, f *audit.Finding) asffFinding {
	partition := arn.AWS
	if a, err := arn.Parse(f.Resource); err == nil {
		partition = a.Partition
	}
	region := arn.HomeRegion(partition)
	var why []string
	for _, e := range f.Evidence {
		why = append(why, place(&e)+e.Text)
	}
	finding := asffFinding{
		SchemaVersion: "2018-10-08", Id: "warder/" + f.Account + "/" + f.ID,
		ProductArn:  "arn:" + partition + ":securityhub:" + region + ":" + f.Account + ":product/" + f.Account + "/default",
		ProductName: "Warder", CompanyName: "Warder", GeneratorId: "warder-audit/" + f.Check, AwsAccountId: f.Account,
		Types:           []string{"Software and Configuration Checks/AWS Security Best Practices"},
		FirstObservedAt: f.FirstSeen.UTC().Format(time.RFC3339), CreatedAt: f.FirstSeen.UTC().Format(time.RFC3339),
		UpdatedAt:   r.Generated.UTC().Format(time.RFC3339),
		Severity:    asffSeverity{strings.ToUpper(f.Severity.String()), f.Severity.String()},
		Title:       clip(f.Title, 256),
		Description: clip(r.Check(f.Check).Why+" "+strings.Join(why, "; "), 1024),
		Remediation: asffRemediation{asffRecommendation{clip(f.Remedy.Text, 512)}},
		Resources:   []asffResource{{resourceType(f.Resource), clip(f.Resource, 512), partition, region}},
		Compliance:  asffCompliance{Status: "FAILED"},
		Workflow:    asffWorkflow{"NEW"}, RecordState: "ACTIVE",
	}
	for _, ref := range f.References[:min(len(f.References), 32)] {
		finding.Compliance.RelatedRequirements = append(finding.Compliance.RelatedRequirements, clip(string(ref.Framework)+" "+ref.ID, 64))
	}
	if f.Suppressed != nil {
		finding.Workflow.Status = "SUPPRESSED"
	}
	return finding
}

// asffTypes are the types of resource that the format knows by name, by what stands in the ARN.
var asffTypes = map[string]string{
	"iam:user": "AwsIamUser", "iam:group": "AwsIamGroup", "iam:role": "AwsIamRole", "iam:policy": "AwsIamPolicy", "iam:root": "AwsAccount",
	"s3:": "AwsS3Bucket", "kms:key": "AwsKmsKey", "sns:": "AwsSnsTopic", "sqs:": "AwsSqsQueue", "secretsmanager:secret": "AwsSecretsManagerSecret",
	"lambda:function": "AwsLambdaFunction", "ecr:repository": "AwsEcrRepository", "cloudtrail:trail": "AwsCloudTrailTrail",
}

// resourceType is the format's name for what an ARN names, "Other" where it has none.
func resourceType(resource string) string {
	a, err := arn.Parse(resource)
	if err != nil {
		return "Other"
	}
	kind, _, _ := strings.Cut(a.Resource, "/")
	kind, _, _ = strings.Cut(kind, ":")
	if t, ok := asffTypes[a.Service+":"+kind]; ok {
		return t
	}
	if t, ok := asffTypes[a.Service+":"]; ok {
		return t
	}
	return "Other"
}

// clip shortens a text to so many characters, with an ellipsis as the last.
func clip(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
