package checks

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/lint"
)

var policyInvalid = audit.Check{
	ID:       "policy-invalid",
	Title:    "Every policy says what it means",
	Why:      "A policy with an action that does not exist, or a condition that never holds, protects or allows something else than its author thinks.",
	Severity: audit.Medium,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "validate policies"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		inventory(a, r, users|groups|rolesOf|policies)
		for d := range documents(a) {
			lintDocument(a, r, &d)
		}
		for d := range organizationDocuments(a) {
			lintDocument(a, r, &d)
		}
	},
}

// severityOf a type of finding: what does not work as written, or allows more than it seems to, weakens a protection.
func severityOf(t lint.Type) audit.Severity {
	switch t {
	case lint.Error, lint.SecurityWarning:
		return audit.Medium
	case lint.Warning:
		return audit.Low
	}
	return audit.Informational
}

// lintDocument reports one finding per type, with every place as evidence.
func lintDocument(a *audit.Account, r *audit.Reporter, d *document) {
	found := map[lint.Type][]lint.Finding{}
	for _, f := range lint.Check(d.text.Text, lint.Options{
		Kind: d.kind, ResourceType: resourceType(d), Catalog: a.Bundle.Snapshot.Library().Catalog(),
	}) {
		found[f.Type] = append(found[f.Type], f)
	}
	for _, t := range slices.Sorted(maps.Keys(found)) {
		var codes []string
		var evidence []audit.Evidence
		for _, f := range found[t] {
			if !slices.Contains(codes, f.Code) {
				codes = append(codes, f.Code)
			}
			evidence = append(evidence, d.found(&f))
		}
		r.FoundAs(severityOf(t), d.aspect+" "+t.String(), audit.Finding{
			Resource: d.resource,
			Title:    in(d, "has %s: %s", ofType(len(found[t]), t), and(codes)),
			Evidence: few(evidence),
			Remedy:   audit.Remedy{Text: "Mend the document as the evidence says, and put it in the place of this one.", Command: d.edit()},
		})
	}
}

func ofType(n int, t lint.Type) string {
	name := strings.ReplaceAll(strings.ToLower(t.String()), "_", " ")
	return count(n, name, name+"s")
}

// found is a finding of lint as evidence.
func (d *document) found(f *lint.Finding) audit.Evidence {
	at := f.Locations[0]
	e := audit.Evidence{
		Text: f.Code + ": " + f.Details, Policy: d.name, Line: at.Span.Start.Line, Column: at.Span.Start.Column, File: d.file,
	}
	if doc := d.text.Compiled().Document(); d.text.Err() == nil {
		for i := range doc.Statements {
			st := &doc.Statements[i]
			if st.Span.Start.Offset <= at.Span.Start.Offset && at.Span.Start.Offset < st.Span.End.Offset {
				e.Statement = sidOf(st)
			}
		}
	}
	return e
}

// resourceType is what a resource policy is attached to, as package lint names it; "" where lint knows nothing of it.
func resourceType(d *document) string {
	if d.kind != policy.Resource {
		return ""
	}
	a, err := arn.Parse(d.resource)
	if err != nil {
		return ""
	}
	switch a.Service {
	case "s3":
		if strings.HasPrefix(a.Resource, "accesspoint/") {
			return "AWS::S3::AccessPoint"
		}
		return "AWS::S3::Bucket"
	case "dynamodb":
		return "AWS::DynamoDB::Table"
	case "kms":
		return "AWS::KMS::Key"
	case "sqs":
		return "AWS::SQS::Queue"
	case "sns":
		return "AWS::SNS::Topic"
	case "lambda":
		return "AWS::Lambda::Function"
	case "secretsmanager":
		return "AWS::SecretsManager::Secret"
	}
	return ""
}

// organizationDocuments are the organization's own policies. They belong to the management account; where the bundle does
// not hold that one, the first of the accounts speaks for it, so that each is reported once.
func organizationDocuments(a *audit.Account) iter.Seq[document] {
	return func(yield func(document) bool) {
		org := a.Bundle.Organization
		if org == nil || a.ID != speaker(a.Bundle) {
			return
		}
		for _, id := range slices.Sorted(maps.Keys(org.Policies)) {
			p := org.Policies[id]
			kind, ok := map[string]policy.Kind{awsimport.ServiceControlPolicy: policy.SCP, awsimport.ResourceControlPolicy: policy.RCP}[p.Type]
			if !ok || p.AWSManaged || p.Document == nil {
				continue
			}
			d := document{kind: kind, resource: p.ARN, name: fmt.Sprintf("organization policy %s (%s)", p.Name, p.ID), grants: true, text: *p.Document}
			if !yield(d) {
				return
			}
		}
	}
}

// speaker is the account that findings about the organization belong to.
func speaker(b *awsimport.Bundle) string {
	ids := slices.Collect(maps.Keys(b.Accounts))
	for account := range b.Snapshot.Accounts() {
		ids = append(ids, account.ID())
	}
	if slices.Contains(ids, b.Organization.Management) {
		return b.Organization.Management
	}
	return slices.Min(ids)
}
