package warder

import (
	"cmp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/compare"
	"github.com/warder-iam/warder/catalog"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/turns"
)

// Bounds of a preview, beside the time of a turn. What ends there is said to be unfinished.
const (
	previewQuestions = 200_000
	// mostDifferences and mostNames are what an answer lists; the rest is counted.
	mostDifferences = 300
	mostNames       = 10_000
	mostUndecided   = 100
)

// RegisterPreview makes s answer what a change of policies would do. The answer tells of everybody in the account, so the
// permission is the operation's own and has no resource.
func RegisterPreview(s *server.Server, t *turns.Turns) {
	server.Handle(s, api.PreviewPolicyChange, onAccount[*api.PreviewPolicyChangeInput](),
		func(c *server.Call, in *api.PreviewPolicyChangeInput) (*api.PreviewPolicyChangeOutput, error) {
			return previewPolicyChange(c, t, in)
		})
}

// previewPolicyChange tells who in the caller's account, and who outside, would gain and lose what, if calls were made one
// after the other. Nothing is changed.
func previewPolicyChange(c *server.Call, t *turns.Turns, in *api.PreviewPolicyChangeInput) (*api.PreviewPolicyChangeOutput, error) {
	states := suppose(c.Directory(), c.Caller.Account)
	if states.before.Account(states.account) == nil {
		return nil, missing("account", states.account)
	}
	for i := range in.Changes {
		if err := states.apply(&in.Changes[i]); err != nil {
			return nil, err
		}
	}
	work, done, err := t.Take(c.Context(), states.account)
	if err != nil {
		return nil, err
	}
	defer done()
	options := access.Options{Now: c.Time()}
	report := compare.Compare(access.New(states.before, options), access.New(states.after, options), compare.Options{
		Questions: previewQuestions,
		Stop:      func() bool { return work.Err() != nil },
	})
	if err := c.Context().Err(); err != nil {
		return nil, err
	}
	return shownReport(c.Directory().Library().Catalog(), report), nil
}

// shownReport is a report on the wire, the gravest first: what is gained, then what is changed, then what is lost.
func shownReport(known *catalog.Catalog, r *compare.Report) *api.PreviewPolicyChangeOutput {
	rank := map[compare.Direction]int{compare.Gained: 0, compare.Changed: 1, compare.Lost: 2}
	slices.SortStableFunc(r.Differences, func(a, b compare.Difference) int {
		return cmp.Or(cmp.Compare(rank[a.Direction], rank[b.Direction]), cmp.Compare(len(b.Actions), len(a.Actions)))
	})
	out := &api.PreviewPolicyChangeOutput{Differences: []api.AccessDifference{}, Undecided: []string{}, Unfinished: r.Unfinished}
	names := mostNames
	for i := range r.Differences {
		if i == mostDifferences || names == 0 {
			out.Omitted = int32(len(r.Differences) - i)
			break
		}
		out.Differences = append(out.Differences, shownDifference(known, &r.Differences[i], &names))
	}
	out.Undecided = append(out.Undecided, r.Undecided[:min(len(r.Undecided), mostUndecided)]...)
	return out
}

// directions are the words of the wire.
var directions = map[compare.Direction]string{compare.Gained: "Gained", compare.Lost: "Lost", compare.Changed: "Changed"}

// shownDifference takes what it lists from names, the number of names that there is room for.
func shownDifference(known *catalog.Catalog, d *compare.Difference, names *int) api.AccessDifference {
	first := func(list []string) []string {
		n := min(len(list), *names)
		*names -= n
		return list[:n:n]
	}
	shown := api.AccessDifference{
		Direction: directions[d.Direction], PrincipalCount: int32(len(d.Principals)), ActionCount: int32(len(d.Actions)),
		Principals: first(d.Principals), Actions: first(patterns(known, d.Actions)), AccessLevels: levels(known, d.Actions),
		Resource: d.Resource, Example: d.Example, Before: d.Before, After: d.After, Statements: []api.StatementPlace{},
	}
	for i := range d.Statements {
		s := &d.Statements[i]
		place := api.StatementPlace{Layer: s.Layer.String(), Policy: s.Policy, Sid: optional(s.SID)}
		if s.Line > 0 {
			place.Line, place.Column = new(int32(s.Line)), new(int32(s.Column))
		}
		shown.Statements = append(shown.Statements, place)
	}
	return shown
}

// levels count actions by access level, the gravest first; those that the catalogue does not class are "Unknown".
func levels(known *catalog.Catalog, actions []string) []api.AccessLevelCount {
	counts := map[catalog.AccessLevel]int32{}
	for _, name := range actions {
		service, action, _ := strings.Cut(name, ":")
		var level catalog.AccessLevel
		if a, ok := known.Action(service, action); ok {
			level = a.Access
		}
		counts[level]++
	}
	var list []api.AccessLevelCount
	for _, level := range []catalog.AccessLevel{catalog.PermissionsManagement, catalog.Write, catalog.Tagging, catalog.Read, catalog.List, 0} {
		if counts[level] > 0 {
			list = append(list, api.AccessLevelCount{Level: cmp.Or(level.String(), "Unknown"), Actions: counts[level]})
		}
	}
	return list
}

// patterns shorten a list of actions: "s3:*" stands for all that the catalogue has of the service, "*" for all of it.
func patterns(known *catalog.Catalog, actions []string) []string {
	byService := map[string][]string{}
	for _, name := range actions {
		service, _, _ := strings.Cut(name, ":")
		byService[service] = append(byService[service], name)
	}
	var list []string
	whole := 0
	for service, names := range byService {
		if s, ok := known.Service(service); ok && len(s.Actions) == len(names) {
			whole++
			names = []string{service + ":*"}
		}
		list = append(list, names...)
	}
	if whole > 0 && whole == len(byService) && whole == serviceCount(known) {
		return []string{"*"}
	}
	slices.Sort(list)
	return list
}

func serviceCount(known *catalog.Catalog) (n int) {
	for s := range known.Services() {
		if len(s.Actions) > 0 {
			n++
		}
	}
	return n
}
