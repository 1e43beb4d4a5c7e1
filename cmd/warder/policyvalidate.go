package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/lint"
)

func (p *program) policyValidate() *cobra.Command {
	var v validation
	var kind, severity, failOn string
	cmd := &cobra.Command{
		Use:   "validate [FILE…]",
		Short: "Find what is wrong or risky in policy documents",
		Long: `Check policy documents as AWS IAM Access Analyzer does, with its issue codes and four types of finding: ERROR,
SECURITY_WARNING, WARNING, SUGGESTION. FILE is a file, a folder (its *.json files) or a pattern; none, or -, is standard input.

What a document is for decides what is right in it. Without --type it is guessed: statements with a Principal make a resource
policy, or a trust policy if all they allow is to assume a role; others an identity policy. The last line says what was
guessed. Service and resource control policies must be named: --type scp, --type rcp.

Results come as text, --json, --sarif (2.1.0, for code scanning) or --github (annotations of GitHub Actions; the default
there, that is where GITHUB_ACTIONS=true).

Exit statuses: 0 nothing at or above the bar, which is SECURITY_WARNING unless --fail-on says otherwise; 1 something is;
2 a file cannot be read.`,
		Example: `  warder policy validate policies/
  warder policy validate --type scp 'organization/**/*.json'
  warder policy validate --resource-type AWS::S3::Bucket --fail-on warning bucket.json
  warder policy validate --sarif policies/ >warder.sarif
  aws iam get-role … | jq .Role.AssumeRolePolicyDocument | warder policy validate --type trust`,
	}
	addSettings(cmd, catalogSetting)
	f := cmd.Flags()
	f.StringVar(&kind, "type", "", "`TYPE` of the documents: identity, resource, trust, scp or rcp, or AWS's names such as IDENTITY_POLICY (default guessed)")
	f.StringVar(&v.resourceType, "resource-type", "", "`TYPE` of what a resource policy is attached to, such as AWS::S3::Bucket; makes the documents resource policies")
	f.StringVar(&failOn, "fail-on", "security-warning", "exit status 1 from this `TYPE` of finding on: error, security-warning, warning, suggestion, or none for never")
	f.StringVar(&severity, "severity", "suggestion", "show findings from this `TYPE` on; those that fail are shown anyway")
	f.BoolVar(&v.json, "json", false, "a JSON array, findings as access-analyzer:ValidatePolicy gives them")
	f.BoolVar(&v.sarif, "sarif", false, "SARIF 2.1.0")
	f.Bool("github", false, "annotations of GitHub Actions (default true where GITHUB_ACTIONS=true)")
	cmd.MarkFlagsMutuallyExclusive("json", "sarif", "github")
	completeWith(cmd, "type", "identity", "resource", "trust", "scp", "rcp")
	completeWith(cmd, "fail-on", "error", "security-warning", "warning", "suggestion", "none")
	completeWith(cmd, "severity", "error", "security-warning", "warning", "suggestion")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := v.set(kind, failOn, severity); err != nil {
			return err
		}
		v.github = p.annotated(cmd)
		services, err := p.loadCatalog(cmd)
		if err != nil {
			return err
		}
		v.catalog = services
		return v.run(p, args)
	}
	return cmd
}

// validation is one run of policy validate.
type validation struct {
	kind         policy.Kind // 0: guessed for each document
	resourceType string
	failOn, show lint.Type // 0: none
	catalog      *catalog.Catalog

	json, sarif, github bool
}

// kindNames are the kinds of document as --type, people and AWS name them.
var kindNames = []struct {
	kind             policy.Kind
	flag, title, aws string
}{
	{policy.Identity, "identity", "identity policy", "IDENTITY_POLICY"},
	{policy.Resource, "resource", "resource policy", "RESOURCE_POLICY"},
	{policy.Trust, "trust", "trust policy", "RESOURCE_POLICY"},
	{policy.SCP, "scp", "service control policy", "SERVICE_CONTROL_POLICY"},
	{policy.RCP, "rcp", "resource control policy", "RESOURCE_CONTROL_POLICY"},
}

// trustType is AWS's name of what a trust policy is attached to.
const trustType = "AWS::IAM::AssumeRolePolicyDocument"

func (v *validation) set(kind, failOn, severity string) error {
	for _, n := range kindNames {
		if v.kind == 0 && (letters(kind) == letters(n.flag) || letters(kind) == letters(n.aws)) {
			v.kind = n.kind
		}
	}
	switch {
	case kind != "" && v.kind == 0:
		return usagef("--type %s: a policy is identity, resource, trust, scp or rcp", kind)
	case v.resourceType != "" && v.kind != 0 && v.kind != policy.Resource && v.kind != policy.Trust:
		return usagef("--resource-type goes with resource policies, not with --type %s", kind)
	case v.resourceType != "" && strings.Count(v.resourceType, "::") != 2:
		return usagef("--resource-type %s: a resource type has the form AWS::S3::Bucket", v.resourceType)
	case v.resourceType != "" && v.kind == 0:
		v.kind = policy.Resource
	}
	if v.resourceType == trustType {
		v.kind = policy.Trust
	}
	var ok bool
	if v.failOn, ok = findingType(failOn); !ok && failOn != "none" {
		return usagef("--fail-on %s: write error, security-warning, warning, suggestion or none", failOn)
	}
	if v.show, ok = findingType(severity); !ok {
		return usagef("--severity %s: write error, security-warning, warning or suggestion", severity)
	}
	return nil
}

// findingType reads a type of finding as people and as AWS write it.
func findingType(name string) (lint.Type, bool) {
	for t := lint.Error; t <= lint.Suggestion; t++ {
		if letters(name) == letters(t.String()) {
			return t, true
		}
	}
	return 0, false
}

// validated is a document with its findings.
type validated struct {
	input
	kind     policy.Kind
	findings []lint.Finding // those to show

	inRunes, inUTF16 *columns // made when they are asked for
}

func (d *validated) runes() *columns {
	if d.inRunes == nil {
		d.inRunes = inRunes(d.text)
	}
	return d.inRunes
}

func (d *validated) utf16() *columns {
	if d.inUTF16 == nil {
		d.inUTF16 = inUTF16(d.text)
	}
	return d.inUTF16
}

func (v *validation) run(p *program, args []string) error {
	var all []validated
	status := exitOK
	for _, in := range p.inputs(args, policy.MaxSize, ".json") {
		d := validated{input: in}
		if in.err != nil {
			status = exitUsage
			p.complain(&in, in.err)
		} else if v.check(&d) {
			status = max(status, exitFailure)
		}
		all = append(all, d)
	}
	if err := v.report(p, all); err != nil {
		return err
	}
	if status != exitOK {
		return statusError(status)
	}
	return nil
}

// check finds what is to be shown of a document, and tells whether some of it fails.
func (v *validation) check(d *validated) (fails bool) {
	d.kind = v.kind
	if d.kind == 0 {
		d.kind = guessKind(d.text)
	}
	for _, f := range lint.Check(d.text, lint.Options{Kind: d.kind, ResourceType: v.resourceType, Catalog: v.catalog}) {
		failing := f.Type <= v.failOn
		fails = fails || failing
		if failing || f.Type <= v.show {
			d.findings = append(d.findings, f)
		}
	}
	return fails
}

// guessKind tells what a document without a word about it is for. One that cannot be parsed is judged by its look: its
// findings will say what is wrong.
func guessKind(text string) policy.Kind {
	doc, err := policy.Parse(text)
	if err != nil {
		switch {
		case !strings.Contains(text, `Principal"`):
			return policy.Identity
		case strings.Contains(text, `"sts:AssumeRole`):
			return policy.Trust
		default:
			return policy.Resource
		}
	}
	principal, trust := false, true
	for i := range doc.Statements {
		s := &doc.Statements[i]
		principal = principal || s.Principal != nil || s.NotPrincipal != nil
		trust = trust && s.Resource == nil && s.NotResource == nil && s.Action != nil && !slices.ContainsFunc(s.Action, isNotSTS)
	}
	switch {
	case !principal:
		return policy.Identity
	case trust:
		return policy.Trust
	default:
		return policy.Resource
	}
}

func isNotSTS(action policy.Value) bool {
	return !strings.HasPrefix(strings.ToLower(action.Text), "sts:")
}

func (v *validation) report(p *program, all []validated) error {
	switch {
	case v.json:
		return p.printJSON(validationJSON(all, v.resourceType))
	case v.sarif:
		return p.printJSON(sarifLog(all))
	}
	for i := range all {
		for j := range all[i].findings {
			text := all[i].finding(&all[i].findings[j])
			if v.github {
				text = all[i].annotation(&all[i].findings[j])
			}
			if err := p.printf("%s\n", text); err != nil {
				return err
			}
		}
	}
	return p.printf("%s\n", validationSummary(all))
}

// finding is a finding for people.
func (d *validated) finding(f *lint.Finding) string {
	var b strings.Builder
	at := f.Locations[0].Span
	fmt.Fprintf(&b, "%s:%d:%d: %s: %s (%s)\n%s", clean(d.name), at.Start.Line, at.Start.Column, f.Type, clean(f.Details), f.Code, excerpt(d.text, at))
	for _, l := range f.Locations[1:min(len(f.Locations), 5)] {
		fmt.Fprintf(&b, "  and %s:%d:%d\n", d.name, l.Span.Start.Line, l.Span.Start.Column)
	}
	fmt.Fprintf(&b, "  %s\n", f.Link)
	return b.String()
}

// validationSummary counts documents by kind, and findings by type.
func validationSummary(all []validated) string {
	var kinds, types []string
	for _, n := range kindNames {
		count := 0
		for i := range all {
			if all[i].kind == n.kind {
				count++
			}
		}
		if count == 1 {
			kinds = append(kinds, "1 "+n.title)
		} else if count > 1 {
			kinds = append(kinds, fmt.Sprintf("%d %sies", count, strings.TrimSuffix(n.title, "y")))
		}
	}
	for t := lint.Error; t <= lint.Suggestion; t++ {
		count := 0
		for i := range all {
			for j := range all[i].findings {
				if all[i].findings[j].Type == t {
					count++
				}
			}
		}
		if count > 0 {
			types = append(types, counted(count, strings.ToLower(strings.ReplaceAll(t.String(), "_", " "))))
		}
	}
	if len(kinds) == 0 {
		return "no policy was checked"
	}
	if len(types) == 0 {
		types = []string{"no findings"}
	}
	return strings.Join(kinds, ", ") + ": " + strings.Join(types, ", ")
}
