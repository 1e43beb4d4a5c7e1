package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/policy"
)

func (p *program) auditGeneratePolicy() *cobra.Command {
	var a auditTrail
	var terraform bool
	cmd := &cobra.Command{
		Use:   "generate-policy PRINCIPAL",
		Short: "Write the smallest policy that allows what a user or role used",
		Long: `Write the smallest tidy policy that allows the calls of PRINCIPAL in a trail, those that were refused left out. More than 5
names below one prefix become prefix/*, more than 20 names of one type all of that type; account and region stay. A call that
passes a role needs iam:PassRole, which is in no record, and gets it for that role and service. With --input the conditions of
the statements that allow the calls today are kept, and PRINCIPAL may be a name such as role/deploy.

Before the policy is printed, every call is decided once more with it alone; all must be allowed. What is not in it is said on
standard error: attempts that were refused, calls of which it is not known what they need, and granted actions that the trail
cannot show.`,
		Example: `  warder audit generate-policy arn:aws:iam::111122223333:role/deploy --trail logs/ > policy.json
  warder audit generate-policy role/deploy --trail logs/ --input export/ --terraform`,
		Args: cobra.ExactArgs(1),
	}
	a.addFlags(cmd)
	cmd.Flags().BoolVar(&terraform, "terraform", false, "a Terraform resource in place of the policy alone")
	cmd.MarkFlagsMutuallyExclusive("json", "terraform")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(a.trails) == 0 {
			return usagef("--trail says where the records are")
		}
		g, err := p.generate(cmd, &a, args[0])
		if err != nil {
			return err
		}
		switch {
		case a.json:
			return p.printJSON(generatedJSON{g, documentOf(g)})
		case g.Document == nil:
			p.sayGenerated(g)
			p.say("%s used nothing that a policy allows: there is no policy to write.", clean(g.Principal))
			return statusError(exitFailure)
		case terraform:
			err = p.printf("%s", terraformPolicy(g.Principal, g.Document))
		default:
			err = p.printf("%s", g.Document.Print())
		}
		p.sayGenerated(g)
		return err
	}
	return cmd
}

// generatedJSON is the policy with its reasons.
type generatedJSON struct {
	*usage.Generated
	Policy json.RawMessage `json:"policy"`
}

func documentOf(g *usage.Generated) json.RawMessage {
	if g.Document == nil {
		return nil
	}
	return json.RawMessage(g.Document.Canonical())
}

func (p *program) generate(cmd *cobra.Command, a *auditTrail, principal string) (*usage.Generated, error) {
	e, err := p.readTrail(cmd, a)
	if err != nil {
		return nil, p.unreadable(err)
	}
	if e.finder == nil {
		if e.finder, err = p.alone(cmd, principal); err != nil {
			return nil, err
		}
	}
	q := &asking{program: p, finder: e.finder}
	who, err := q.principal(principal)
	if err != nil {
		return nil, err
	}
	_, stop := p.counting("reading the trail")
	defer stop()
	return usage.Generate(e.records, e.finder, who.ARN)
}

// managedSize is the quota of a managed policy's characters, white space not counted. Source: IAM User Guide, "IAM and AWS
// STS quotas".
const managedSize = 6144

// sayGenerated says what stands behind the policy, and what is not in it.
func (p *program) sayGenerated(g *usage.Generated) {
	p.say("%s of %s from %s; %d proven to be allowed.", calls(g.Records), clean(g.Principal), period(g.From, g.To), g.Proven)
	if g.Document != nil {
		if size := policy.Size(g.Document.Canonical()); size > managedSize {
			p.say("The policy has %d characters, more than the %d of a managed policy: split it.", size, managedSize)
		}
	}
	if g.Unread > 0 {
		p.say("%d records could not be read.", g.Unread)
	}
	p.sayGaps(g.Gaps)
	for _, d := range g.Denied {
		p.say("Refused, not in the policy: %s on %s, %s.", d.Action, clean(strings.Join(d.Resources, " ")), calls(d.Records))
	}
	for _, u := range g.Unseen {
		p.say("No evidence: %s (%s).", someOf(u.Actions), u.Why)
	}
	if len(g.Unseen) == 0 {
		p.say("What the trail was not told to record, such as data events, it does not show; iam:PassRole is never recorded.")
	}
}

var notInLabel = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// terraformPolicy is a Terraform resource with the policy. In a heredoc ${ and %{ begin templates.
func terraformPolicy(principal string, doc *policy.Document) string {
	name := principal[strings.LastIndexAny(principal, "/:")+1:] + "-used"
	text := strings.NewReplacer("${", "$${", "%{", "%%{").Replace(doc.Print())
	return fmt.Sprintf("resource \"aws_iam_policy\" %q {\n  name   = %q\n  policy = <<-POLICY\n%s  POLICY\n}\n",
		"p_"+notInLabel.ReplaceAllString(name, "_"), name, indented(text, "    "))
}

func indented(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(by + line)
	}
	return b.String()
}
