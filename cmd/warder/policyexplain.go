package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy/eval"
)

// question is a case as flags put it. Beside a file they change the file's case.
type question struct {
	principal, role, user     string
	action, resource, account string
	context                   []string
	identity, session         []string
	scp, rcp                  []string
	boundary, resourcePolicy  string
}

func (p *program) policyExplain() *cobra.Command {
	var q question
	var name, expect string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "explain [FILE]",
		Short: "Say why one request is allowed or denied",
		Long: `Decide one request and say why: the verdict, the layer that decided, every statement that mattered with its place, what the
request has for each condition, the keys that it lacks, and what would have to change.

The request and its policies come from FILE, a case as warder policy test has them (- is standard input; --case NAME where
there are several), or from flags. With both, the flags change the case: what if?

Policies are files. The ARN of an AWS-managed policy will do, and FullAWSAccess and RCPFullAWSAccess. Each --scp and --rcp is
one level of the organization, the root first; policies of one level have commas between them:

  --scp FullAWSAccess --scp FullAWSAccess,ou.json --scp account.json

A context key given twice, or a JSON list, has several values: --context 'aws:TagKeys=["a","b"]'.
Keys that follow from the principal and the resource are there by themselves, such as aws:PrincipalArn and aws:username.

The exit status is 0 whatever the verdict is, unless --expect says what it must be; then 1 if it is another. 2: a file cannot
be read.`,
		Example: `  warder policy explain --principal arn:aws:iam::111122223333:user/alice --action s3:GetObject \
      --resource arn:aws:s3:::reports/q1.csv --identity alice.json --context aws:SourceIp=10.0.0.1
  warder policy explain tests/reports.yaml --case 'alice reads her own reports'
  warder policy explain case.json --context aws:MultiFactorAuthPresent=true --expect Allow`,
		Args: cobra.MaximumNArgs(1),
	}
	addSettings(cmd, catalogSetting)
	q.addFlags(cmd)
	cmd.Flags().StringVar(&name, "case", "", "the case of FILE with that `NAME`")
	cmd.Flags().StringVar(&expect, "expect", "", "exit status 1 unless the `VERDICT` is this: Allow, Deny, ExplicitDeny or ImplicitDeny")
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON object")
	completeWith(cmd, "expect", "Allow", "Deny", "ExplicitDeny", "ImplicitDeny")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var want eval.Expectation
		if expect != "" && want.UnmarshalText([]byte(expect)) != nil {
			return usagef("--expect %s: a verdict is Allow, Deny, ExplicitDeny or ImplicitDeny", expect)
		}
		services, err := p.loadCatalog(cmd)
		if err != nil {
			return err
		}
		c, err := p.asked(cmd, &q, args, name, services)
		if err != nil {
			return err
		}
		if doubt := doubtful(services, c.Request.Action); doubt != "" {
			p.say("Note: %s", clean(doubt))
		}
		got, err := c.Run(eval.WithKeyTypes(services))
		if err != nil {
			p.say("warder: %s", clean(caseProblem(err)))
			return statusError(exitUsage)
		}
		if err := p.explained(c, &got.Explanation, asJSON); err != nil {
			return err
		}
		if want != "" && !want.Met(got.Explanation.Verdict) {
			p.say("Expected %s, got %s.", want, got.Explanation.Verdict)
			return statusError(exitFailure)
		}
		return nil
	}
	return cmd
}

// completeWith completes a flag's value from a list.
func completeWith(cmd *cobra.Command, flag string, values ...string) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // there is no such flag
	}
}

func (q *question) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&q.principal, "principal", "", "`WHO` asks: the ARN of a user, role, session, federated user or root; '*' for nobody; service:NAME; federated:PROVIDER")
	f.StringVar(&q.role, "principal-role", "", "`ARN` of a session's role, where the role has a path")
	f.StringVar(&q.user, "principal-user", "", "`ARN` of the user that a federated user's token was made for")
	f.StringVar(&q.action, "action", "", "`ACTION`, such as s3:GetObject")
	f.StringVar(&q.resource, "resource", "", "`ARN` of the resource (default *, for an action without resources)")
	f.StringVar(&q.account, "resource-account", "", "`ACCOUNT` of the resource (default the one in its ARN, else the caller's)")
	f.StringArrayVar(&q.context, "context", nil, "`KEY=VALUE` of the request; may be repeated")
	f.StringArrayVar(&q.identity, "identity", nil, "`FILE` with an identity policy; may be repeated")
	f.StringVar(&q.boundary, "boundary", "", "`FILE` with the permissions boundary")
	f.StringArrayVar(&q.session, "session", nil, "`FILE` with a session policy; may be repeated")
	f.StringVar(&q.resourcePolicy, "resource-policy", "", "`FILE` with the resource's policy; a role's trust policy, a key's policy")
	f.StringArrayVar(&q.scp, "scp", nil, "`FILE,...` with the service control policies of one level; repeated for each level, the root first")
	f.StringArrayVar(&q.rcp, "rcp", nil, "`FILE,...` with the resource control policies of one level, likewise")
}

// asked is the case to explain, from a file, flags or both, with its documents.
func (p *program) asked(cmd *cobra.Command, q *question, args []string, name string, services *catalog.Catalog) (*eval.Case, error) {
	c := &eval.Case{}
	if len(args) > 0 || !q.given(cmd) {
		var err error
		if c, err = p.askedInFile(args, name, services); err != nil {
			return nil, err
		}
	} else if name != "" {
		return nil, usagef("--case needs the file that the case stands in")
	}
	if err := q.apply(c, services); err != nil {
		return nil, err
	}
	documents := documents{beside: &input{stdin: true}, catalog: services, read: map[string]input{}} // flags name files from here
	if err := c.Load(documents.load); err != nil {
		p.say("warder: %s", clean(caseProblem(err)))
		return nil, statusError(exitUsage)
	}
	return c, nil
}

// given tells whether some flag puts a question.
func (q *question) given(cmd *cobra.Command) bool {
	return slices.ContainsFunc([]string{"principal", "action", "resource", "identity", "context", "boundary", "session", "resource-policy", "scp", "rcp"},
		cmd.Flags().Changed)
}

func (p *program) askedInFile(args []string, name string, services *catalog.Catalog) (*eval.Case, error) {
	if len(args) == 0 && isTerminal(p.in) {
		return nil, usagef("name a file with a case, or put the question with --principal, --action, --resource and --identity")
	}
	files := p.inputs(args, maxCaseFile, caseSuffixes()...)
	if len(files) > 1 {
		return nil, usagef("%s means %d files; name one of them", args[0], len(files))
	}
	in := files[0]
	cases, err := readCases(&in, eval.ReadQuestions)
	if err != nil {
		p.complain(&in, err)
		return nil, statusError(exitUsage)
	}
	c, err := pick(cases, name)
	if err != nil {
		return nil, usagef("%s: %v", in.name, err)
	}
	documents := documents{beside: &in, catalog: services, read: map[string]input{}}
	if err := c.Load(documents.load); err != nil {
		p.say("%s", clean(caseProblem(err)))
		return nil, statusError(exitUsage)
	}
	return c, nil
}

// pick finds the case of that name, or the one whose name contains it.
func pick(cases []eval.Case, name string) (*eval.Case, error) {
	var found []*eval.Case
	var names strings.Builder
	for i := range cases {
		switch c := &cases[i]; {
		case c.Name == name && name != "":
			return c, nil
		case strings.Contains(c.Name, name):
			found = append(found, c)
			fmt.Fprintf(&names, "\n  %s", clean(c.Name))
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(cases) == 0:
		return nil, errors.New("the file has no case")
	case len(found) == 0:
		return nil, fmt.Errorf("no case is called %q", name)
	default:
		return nil, fmt.Errorf("%d cases; say which with --case NAME:%s", len(found), names.String())
	}
}

// apply puts what the flags say into the case.
func (q *question) apply(c *eval.Case, services *catalog.Catalog) error {
	r := &c.Request
	for _, part := range []struct {
		flag string
		to   *string
	}{
		{q.role, &r.PrincipalRole}, {q.user, &r.PrincipalUser}, {q.action, &r.Action}, {q.resource, &r.Resource}, {q.account, &r.ResourceAccount},
	} {
		if part.flag != "" {
			*part.to = part.flag
		}
	}
	if q.principal != "" {
		r.Principal = principalOf(q.principal)
	}
	if err := q.complete(r, services); err != nil {
		return err
	}
	if err := addContext(r, q.context); err != nil {
		return err
	}
	q.addPolicies(&c.Policies)
	return nil
}

// complete sees that there is a whole request.
func (q *question) complete(r *eval.CaseRequest, services *catalog.Catalog) error {
	service, name, ok := strings.Cut(r.Action, ":")
	action, known := services.Action(service, name)
	switch {
	case r.Principal == (eval.CasePrincipal{}):
		return usagef("nobody asks; give --principal ARN")
	case r.Action == "":
		return usagef("nothing is asked; give --action, such as s3:GetObject")
	case !ok || strings.ContainsAny(r.Action, "*?"):
		return usagef("--action %s: an action has the form service:Name, without wildcards", r.Action)
	case r.Resource == "" && known && len(action.Resources) > 0:
		return usagef("%s works on a resource; give --resource ARN, or --resource '*' for any", action)
	case r.Resource == "":
		r.Resource = "*"
	}
	return nil
}

func principalOf(text string) eval.CasePrincipal {
	if name, ok := strings.CutPrefix(text, "service:"); ok {
		return eval.CasePrincipal{Service: name}
	}
	if provider, ok := strings.CutPrefix(text, "federated:"); ok {
		return eval.CasePrincipal{Federated: provider}
	}
	return eval.CasePrincipal{ARN: text}
}

// addContext adds KEY=VALUE pairs, in the place of what the case has for the same keys.
func addContext(r *eval.CaseRequest, pairs []string) error {
	added := map[string]eval.CaseValue{}
	for _, pair := range pairs {
		key, text, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return usagef("--context %s: write KEY=VALUE", pair)
		}
		value := eval.CaseValue{Texts: []string{text}}
		if strings.HasPrefix(text, "[") {
			if err := json.Unmarshal([]byte(text), &value); err != nil {
				return usagef("--context %s: a value that begins with [ is a JSON list of strings", pair)
			}
		}
		folded := strings.ToLower(key)
		if earlier, twice := added[folded]; twice {
			value = eval.CaseValue{Texts: slices.Concat(earlier.Texts, value.Texts), List: true}
		}
		added[folded] = value
	}
	for key := range r.Context {
		if _, replaced := added[strings.ToLower(key)]; replaced {
			delete(r.Context, key)
		}
	}
	if r.Context == nil {
		r.Context = map[string]eval.CaseValue{}
	}
	for _, pair := range pairs {
		key, _, _ := strings.Cut(pair, "=")
		if value, ok := added[strings.ToLower(key)]; ok {
			r.Context[key] = value
			delete(added, strings.ToLower(key))
		}
	}
	return nil
}

func (q *question) addPolicies(p *eval.CasePolicies) {
	p.Identity = append(p.Identity, inFiles(q.identity)...)
	p.Session = append(p.Session, inFiles(q.session)...)
	if q.boundary != "" {
		p.Boundary = &inFiles([]string{q.boundary})[0]
	}
	if q.resourcePolicy != "" {
		reference, _ := json.Marshal(map[string]string{"file": q.resourcePolicy}) // a string can always be written
		p.Resource = reference
	}
	for _, level := range q.scp {
		p.SCP = append(p.SCP, inFiles(strings.FieldsFunc(level, isComma)))
	}
	for _, level := range q.rcp {
		p.RCP = append(p.RCP, inFiles(strings.FieldsFunc(level, isComma)))
	}
}

func isComma(r rune) bool { return r == ',' }

// inFiles are policies in these files, called after them.
func inFiles(files []string) []eval.CasePolicy {
	list := make([]eval.CasePolicy, len(files))
	for i, file := range files {
		list[i] = eval.CasePolicy{Name: strings.TrimSuffix(filepath.Base(file), ".json"), File: file}
	}
	return list
}

func (p *program) explained(c *eval.Case, e *eval.Explanation, asJSON bool) error {
	if asJSON {
		return p.printJSON(e)
	}
	who := c.Request.Principal.ARN
	switch named := c.Request.Principal; {
	case named.Service != "":
		who = "the service " + named.Service
	case named.Federated != "":
		who = "somebody from " + named.Federated
	case named.ARN == "*":
		who = "nobody in particular (*)"
	}
	return p.printf("principal  %s\naction     %s\nresource   %s\n\n%s\n",
		clean(who), clean(c.Request.Action), clean(c.Request.Resource), e.Text(p.style()))
}

// style has colours on a terminal whose user did not refuse them (https://no-color.org).
func (p *program) style() eval.Style {
	if !isTerminal(p.out) || p.getenv("NO_COLOR") != "" || p.getenv("TERM") == "dumb" {
		return eval.Style{}
	}
	return eval.Style{Good: sgr("32"), Bad: sgr("31"), Title: sgr("1")}
}

// sgr wraps a text in a terminal's select-graphic-rendition sequence.
func sgr(code string) func(string) string {
	return func(text string) string { return "\x1b[" + code + "m" + text + "\x1b[0m" }
}

// isTerminal tells whether a reader or writer is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
