package accessmap

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/rewind"
)

// Graph answers GetAccessMap: the map of an account as it is, or at a time as it was. Who has the analysed map of the newest
// revision already is told only that nothing changed.
func (m *Maps) Graph(ctx context.Context, account string, in *api.GetAccessMapInput) (*api.GetAccessMapOutput, error) {
	s, now, at := m.present(), m.options.Now(), in.At
	if at != nil && at.After(now) {
		return nil, awsapi.ValidationError.New("at is a time that is still to come.")
	}
	shown := now
	since := s.snap.Account(account).Info().Created
	if at != nil {
		shown = *at
		if shown.Before(since) {
			return nil, awsapi.ValidationError.New("The account did not exist at that time. It was made at %s.", since.UTC().Format(time.RFC3339))
		}
		var err error
		if s, err = m.past(ctx, account, *at); err != nil {
			return nil, err
		}
	}
	a := s.snap.Account(account)
	analysis := s.analysis(ctx, patience)
	revision := strconv.FormatUint(s.revision, 10)
	var out *api.GetAccessMapOutput
	if at == nil && analysis != nil && text(in.Revision) == revision {
		out = (&Graph{}).answer(a)
		out.Unchanged = true
	} else {
		g, err := m.graph(ctx, s, a, analysis)
		if err != nil {
			return nil, err
		}
		out = g.answer(a)
	}
	out.Revision, out.At, out.Since, out.Analysed = revision, shown, since, analysis != nil
	out.Unknown = append(out.Unknown, s.unknown...)
	return out, nil
}

// past is the state of an account at a time, in whole seconds, as the trail has it: found once for all who ask for it at the
// same time.
func (m *Maps) past(ctx context.Context, account string, at time.Time) (*made, error) {
	at = at.Truncate(time.Second)
	k := key{m.options.Snapshot().Revision(), account, at.Unix()}
	if s := m.has(k); s != nil {
		return s, nil
	}
	return m.pasts.do(ctx, k, func(ctx context.Context) (*made, error) {
		work, done, err := m.options.Turns.Take(ctx, account)
		if err != nil {
			return nil, err
		}
		defer done()
		s, err := m.rewound(work, account, at)
		if errors.Is(err, rewind.ErrTooMany) || ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			return nil, awsapi.ValidationError.New("Too much changed since then for a map to be made: choose a later time.")
		}
		return s, err
	})
}

// rewound reads the trail back to a time.
func (m *Maps) rewound(ctx context.Context, account string, at time.Time) (*made, error) {
	const tries = 3 // a change while the trail is read is one that the state does not have yet
	h := m.options.History(ctx, account)
	var now *directory.Snapshot
	var p *rewind.Past
	var err error
	for range tries {
		now = m.options.Snapshot()
		if s := m.has(key{now.Revision(), account, at.Unix()}); s != nil {
			return s, nil
		}
		p, err = rewind.To(now, account, at, h)
		if err != nil || m.options.Snapshot().Revision() == now.Revision() {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	unknown := p.Unknown
	reached, err := rewind.Reaches(h, at)
	if err != nil {
		return nil, err
	}
	if !reached {
		unknown = append(unknown, "The trail does not reach back to this time. Shown is what is still there of it, by the times at which it was made.")
	}
	return m.state(key{now.Revision(), account, at.Unix()}, p.Snapshot, unknown), nil
}

// answer is the graph in columns.
func (g *Graph) answer(a *directory.Account) *api.GetAccessMapOutput {
	prefix := strings.TrimSuffix(a.Names().Root().String(), ":root")
	out := &api.GetAccessMapOutput{
		Truncated: g.Truncated, ArnPrefix: prefix, NodeKinds: kindNames[:], EdgeKinds: relationNames[:], FlagNames: flagNames[:], Unknown: []string{},
		Nodes: api.MapNodes{Names: make([]string, len(g.Nodes))}, Notes: make([]api.MapNote, len(g.Notes)),
	}
	for _, column := range []*[]int32{&out.Nodes.Kinds, &out.Nodes.Flags, &out.Nodes.X, &out.Nodes.Y, &out.Nodes.Homes} {
		*column = make([]int32, len(g.Nodes))
	}
	for _, column := range []*[]int32{&out.Edges.From, &out.Edges.To, &out.Edges.Kinds, &out.Edges.Notes} {
		*column = make([]int32, len(g.Edges))
	}
	for i := range g.Nodes {
		n, to := &g.Nodes[i], &out.Nodes
		to.Names[i] = n.Name
		if own, ok := strings.CutPrefix(n.Name, prefix+":"); ok {
			to.Names[i] = ":" + own
		}
		to.Kinds[i], to.Flags[i], to.X[i], to.Y[i], to.Homes[i] = int32(n.Kind), int32(n.Flags), n.At.X, n.At.Y, int32(n.Home)
	}
	for i := range g.Edges {
		e, to := &g.Edges[i], &out.Edges
		to.From[i], to.To[i], to.Kinds[i], to.Notes[i] = int32(e.From), int32(e.To), int32(e.Relation), int32(e.Note)
	}
	for i := range g.Notes {
		out.Notes[i] = g.Notes[i].answer()
	}
	return out
}

func (n *Note) answer() api.MapNote {
	shown := api.MapNote{Title: n.Title, Requirements: listed(n.Requirements)}
	if n.Step != "" {
		shown.Step = &n.Step
	}
	if n.Object != "" {
		shown.Object = &n.Object
	}
	return shown
}

// listed is a list that JSON does not call null.
func listed(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
