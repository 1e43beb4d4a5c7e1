package liveaudit

import (
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/checks"
	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
)

const (
	// mostSteps bounds the calls of one remedy: all that they change is evaluated while the caller waits.
	mostSteps = 100
	// What is lost or gained is told in groups; these bound them and what one names.
	mostGroups, mostActionsNamed, mostResourcesNamed = 200, 100, 20
)

// PreviewRemedy plans how to mend one finding, on the account as it is now, and proves what is lost by it. It makes no call.
func (l *Live) PreviewRemedy(c *server.Call, in *api.PreviewRemedyInput) (*api.PreviewRemedyOutput, error) {
	work, done, err := l.Turns.Take(c.Context(), c.Caller.Account)
	if err != nil {
		return nil, err
	}
	defer done()
	input, a, err := l.input(c.Caller.Account, l.Now().UTC())
	if err != nil {
		return nil, err
	}
	input.Checks = slices.DeleteFunc(checks.All(), func(check *audit.Check) bool { return check.ID != checkOf(in.FindingId) })
	f := find(audit.Run(input), in.FindingId)
	if f == nil {
		return nil, noFinding(in.FindingId)
	}
	source := &repair.Input{
		Bundle: input.Bundle, Settings: input.Settings, Now: input.Now, Details: details(a, f), Spare: []string{c.Caller.AccessKeyID},
		Stop: func() bool { return work.Err() != nil },
	}
	plan := repair.Make(source, []audit.Finding{*f})
	out := &api.PreviewRemedyOutput{
		FindingId: f.ID, StateRevision: strconv.FormatUint(input.Bundle.Snapshot.Revision(), 10), Remedy: showRemedy(&f.Remedy), Steps: []api.RemedyStep{},
	}
	switch steps := plan.Steps(); {
	case len(plan.Manual) > 0:
		out.Reason = &plan.Manual[0].Why
	case len(steps) > mostSteps:
		out.Reason = new("it takes " + strconv.Itoa(len(steps)) + " calls; warder audit fix " + f.ID + " shows and makes them")
	default:
		out.Mendable = true
		for i := range steps {
			out.Steps = append(out.Steps, showStep(&steps[i]))
		}
		out.Proof = showProof(plan.Prove(source))
	}
	return out, nil
}

// checkOf is the check of a finding, by the finding's id.
func checkOf(id string) string { return id[:max(0, strings.LastIndexByte(id, '-'))] }

// details are what must be known of a policy to make it again.
func details(a *directory.Account, f *audit.Finding) map[string]repair.PolicyDetails {
	p := a.PolicyByARN(f.Resource)
	if p == nil {
		return nil
	}
	return map[string]repair.PolicyDetails{f.Resource: {Description: p.Description, Tags: p.Tags}}
}

func showStep(s *repair.Step) api.RemedyStep {
	shown := api.RemedyStep{Text: s.Text, Diff: append([]string{}, s.Diff...), Call: showCall(s.Call), Undo: []api.RemedyCall{}}
	for _, c := range s.Undo {
		shown.Undo = append(shown.Undo, showCall(c))
	}
	return shown
}

func showCall(c repair.Call) api.RemedyCall {
	return api.RemedyCall{Service: "iam", Action: c.Action, Parameters: c.Params}
}

// useNames are those of the model.
var useNames = map[repair.Use]string{
	repair.Unknown: "NO_EVIDENCE", repair.Unused: "UNUSED", repair.PerhapsUsed: "PERHAPS_USED", repair.Used: "USED",
}

func showProof(p *repair.Proof) *api.RemedyProof {
	shown := &api.RemedyProof{
		Principals: append([]string{}, p.Principals...), Lost: grouped(p.Lost, true), LostTotal: int32(len(p.Lost)),
		Gained: grouped(p.Gained, false), GainedTotal: int32(len(p.Gained)), Keys: []api.RemedyKey{},
		NotAssessed: append([]string{}, p.NotAssessed...), UsedIsLost: p.Refused(), NoEvidence: int32(p.Unproved()),
	}
	for i := range p.Keys {
		k := &p.Keys[i]
		shown.Keys = append(shown.Keys, api.RemedyKey{AccessKeyId: k.ID, UserName: k.User, Use: useNames[k.Use], Evidence: k.Evidence})
	}
	return shown
}

// grouped puts together what one principal may do by actions of one service, on one condition and with one evidence.
func grouped(list []repair.Access, lost bool) []api.RemedyAccess {
	type group struct{ who, service, answer, use, evidence string }
	shown, at := []api.RemedyAccess{}, map[group]int{}
	actions, resources := map[[2]string]bool{}, map[[2]string]bool{}
	for i := range list {
		a := &list[i]
		service, _, _ := strings.Cut(a.Action, ":")
		g := group{who: a.Principal, service: service, answer: a.Answer}
		if lost {
			g.use, g.evidence = useNames[a.Use], a.Evidence
		}
		n, known := at[g]
		if !known {
			if n = len(shown); n == mostGroups {
				continue
			}
			at[g] = n
			shown = append(shown, api.RemedyAccess{
				Principal: g.who, Service: service, Actions: []string{}, Resources: []string{}, Answer: g.answer, Use: optional(g.use), Evidence: optional(g.evidence),
			})
		}
		number := strconv.Itoa(n)
		if key := [2]string{number, a.Action}; !actions[key] {
			actions[key] = true
			name(&shown[n].Actions, &shown[n].ActionsTotal, mostActionsNamed, a.Action)
		}
		for _, r := range a.Resources {
			if key := [2]string{number, r}; !resources[key] {
				resources[key] = true
				name(&shown[n].Resources, &shown[n].ResourcesTotal, mostResourcesNamed, r)
			}
		}
	}
	return shown
}

// name counts one more, and names it while there is room.
func name(list *[]string, total *int32, most int, what string) {
	if *total++; len(*list) < most {
		*list = append(*list, what)
	}
}
