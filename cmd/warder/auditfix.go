package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/apiclient"
)

const fixHelp = `Show how to mend findings, by their ids in a report of 'warder audit', and prove what the change does: the account is audited
anew, the calls are planned, and what every principal that they touch can do before and after is evaluated and compared. What
is lost is held against the evidence of use: last accessed details, last use of keys, the trail.

--apply makes the calls at the Warder of the profile, after a question. It does not, without --force, where something that was
used would be lost. Before the first call the way back is written to a file; --undo FILE goes it. It may be interrupted: the
file says how far it was. Only what can be taken back by calls is planned; of other findings it is said what to do by hand.

Exit statuses: 0 the change is shown, or made; 1 nothing can be mended, something used would be lost, or a call failed; 2 the
input cannot be read.`

// auditFix are the flags of warder audit fix.
type auditFix struct {
	auditInput
	settings, undo, undoFile string
	apply, force, yes        bool
}

func (p *program) auditFix() *cobra.Command {
	a := new(auditFix)
	cmd := &cobra.Command{
		Use:   "fix FINDING…",
		Short: "Mend findings: show the change, prove what is lost, make it, take it back",
		Long:  fixHelp,
		Example: `  warder audit fix access-key-rotation-0123456789ab
  warder audit fix access-key-rotation-0123456789ab --apply
  warder audit fix --undo warder-fix-20260301T101500Z.json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return p.runFix(cmd, a, args) },
	}
	a.addFlags(cmd)
	f := cmd.Flags()
	f.StringVar(&a.settings, "settings", "", "`FILE` with thresholds (default "+auditSettingsFile+" where it exists)")
	f.BoolVar(&a.apply, "apply", false, "make the change, after a question")
	f.BoolVar(&a.force, "force", false, "make it although something that was used is lost")
	f.BoolVar(&a.yes, "yes", false, "do not ask")
	f.StringVar(&a.undoFile, "undo-file", "", "write the way back to `FILE`, which must not exist (default warder-fix-TIME.json)")
	f.StringVar(&a.undo, "undo", "", "take back what the run did that wrote `FILE`")
	for _, other := range []string{"apply", "force", "undo-file", "input", "settings", "account"} {
		cmd.MarkFlagsMutuallyExclusive("undo", other)
	}
	return cmd
}

func (p *program) runFix(cmd *cobra.Command, a *auditFix, ids []string) error {
	switch {
	case a.undo != "" && len(ids) > 0:
		return usagef("--undo takes no findings: it takes back the whole run")
	case a.undo != "":
		return p.undoFix(cmd, a)
	case len(ids) == 0:
		return usagef("name a FINDING by its id; a report of 'warder audit' has them")
	case !a.apply && (a.force || a.yes || a.undoFile != ""):
		return usagef("--force, --yes and --undo-file go with --apply")
	case a.apply && len(a.inputs) > 0:
		return usagef("--apply changes the Warder of the profile: it does not go with --input")
	}
	in, err := p.fixInput(cmd, a, ids)
	if err != nil {
		return err
	}
	findings, err := chosenFindings(audit.Run(in), ids)
	if err != nil {
		return err
	}
	source := repair.Input{Bundle: in.Bundle, Settings: in.Settings, Now: in.Now}
	var server *fixServer
	if len(a.inputs) == 0 {
		if server, err = p.fixServer(cmd, a.profile); err != nil {
			return err
		}
		source.Spare = []string{server.own}
		if source.Details, err = server.details(cmd.Context(), findings); err != nil {
			return explain(err, a.profile)
		}
	}
	plan := repair.Make(&source, findings)
	proof := plan.Prove(&source)
	if err := p.showFix(plan, proof); err != nil {
		return err
	}
	switch {
	case len(plan.Changes) == 0:
		return statusError(exitFailure)
	case proof.Refused() && !a.force:
		p.say("Something that was used is lost: --apply makes this change only with --force.")
		return statusError(exitFailure)
	case !a.apply:
		return nil
	}
	return p.applyFix(cmd.Context(), a, server, plan, proof)
}

// fixInput is an audit by the checks of the findings alone.
func (p *program) fixInput(cmd *cobra.Command, a *auditFix, ids []string) (*audit.Input, error) {
	in := &audit.Input{Now: time.Now().UTC()}
	for _, c := range checks.All() {
		if slices.ContainsFunc(ids, func(id string) bool { return checkOf(id) == c.ID }) {
			in.Checks = append(in.Checks, c)
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(in.Checks, func(c *audit.Check) bool { return c.ID == checkOf(id) }) {
			return nil, usagef("%s is the id of no finding: an id is that of a check, and 12 digits behind it", clean(id))
		}
	}
	settings, err := loadAuditSettings(a.settings)
	if err != nil {
		return nil, p.unreadable(err)
	}
	settings.apply(in)
	if in.Bundle, err = p.readBundle(cmd, &a.auditInput); err != nil {
		return nil, p.unreadable(err)
	}
	return in, nil
}

// checkOf is the check of a finding, by the finding's id.
func checkOf(id string) string { return id[:max(0, strings.LastIndexByte(id, '-'))] }

// chosenFindings are those with the ids, in their order, each once.
func chosenFindings(r *audit.Report, ids []string) ([]audit.Finding, error) {
	var found []audit.Finding
	var missing []string
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			continue
		}
		at := slices.IndexFunc(r.Findings, func(f audit.Finding) bool { return f.ID == id })
		if at < 0 {
			missing = append(missing, id)
			continue
		}
		found = append(found, r.Findings[at])
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("the audit does not find, or not any more: %s", clean(strings.Join(missing, ", ")))
	}
	return found, nil
}

// fixServer is the Warder that is changed.
type fixServer struct {
	client *apiclient.Client
	by     apiclient.Credentials
	own    string // id of the long-term key behind the credentials
}

func (p *program) fixServer(cmd *cobra.Command, profile string) (*fixServer, error) {
	client, by, own, err := p.callAs(cmd, profile)
	return &fixServer{client, by, own}, err
}

// details asks for what must be known of policies to make them again. One that is gone meanwhile has none.
func (s *fixServer) details(ctx context.Context, findings []audit.Finding) (map[string]repair.PolicyDetails, error) {
	all := map[string]repair.PolicyDetails{}
	for _, f := range findings {
		if f.Check != "policy-unattached" {
			continue
		}
		var got struct {
			Description string          `xml:"GetPolicyResult>Policy>Description"`
			Tags        []directory.Tag `xml:"GetPolicyResult>Policy>Tags>member"`
		}
		err := s.do(ctx, repair.Call{Action: "GetPolicy", Params: map[string]string{"PolicyArn": f.Resource}}, "", &got)
		if apiclient.HasCode(err, "NoSuchEntity") {
			continue
		} else if err != nil {
			return nil, err
		}
		all[f.Resource] = repair.PolicyDetails{Description: got.Description, Tags: got.Tags}
	}
	return all, nil
}

// do makes a call to IAM.
func (s *fixServer) do(ctx context.Context, c repair.Call, invocation string, out any) error {
	params := url.Values{}
	for name, value := range c.Params {
		params.Set(name, value)
	}
	return s.client.Do(ctx, s.by, apiclient.Call{Service: "iam", Action: c.Action, Params: params, Invocation: invocation}, out)
}

// account that the calls are for.
func (s *fixServer) account(ctx context.Context) (string, error) {
	var who struct {
		Account string `xml:"GetCallerIdentityResult>Account"`
	}
	err := s.client.Do(ctx, s.by, apiclient.Call{Service: "sts", Action: "GetCallerIdentity"}, &who)
	if err == nil && who.Account == "" {
		err = errors.New("the server does not tell whose account it is")
	}
	return who.Account, err
}
