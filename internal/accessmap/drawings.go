package accessmap

import (
	"context"
	"slices"

	"github.com/warder-iam/warder/directory"
)

// drawingKey tells graphs apart: by the state and account that they show, with its analysis or without.
type drawingKey struct {
	state   *made
	account string
	whole   bool
}

// drawings are graphs that are kept, as many as fit into mostDrawn. The zero drawings is ready.
type drawings struct {
	all  []drawing // the last used first
	size int
}

type drawing struct {
	drawingKey
	graph *Graph
	size  int
}

// mostDrawn bounds the graphs that are kept, in bytes. The largest one takes less than half of it.
const mostDrawn = 64 << 20

// get gives the graph of a key, or nil.
func (d *drawings) get(k drawingKey) *Graph {
	at := slices.IndexFunc(d.all, func(one drawing) bool { return one.drawingKey == k })
	if at < 0 {
		return nil
	}
	one := d.all[at]
	d.all = slices.Insert(slices.Delete(d.all, at, at+1), 0, one)
	return one.graph
}

// put keeps a graph, and drops those that nobody used for the longest time where there is no room for all.
func (d *drawings) put(k drawingKey, g *Graph) {
	d.all = slices.Insert(d.all, 0, drawing{k, g, g.size()})
	d.size += d.all[0].size
	for d.size > mostDrawn && len(d.all) > 1 {
		last := len(d.all) - 1
		d.size -= d.all[last].size
		d.all = slices.Delete(d.all, last, last+1)
	}
}

// drop takes out the graphs of a state.
func (d *drawings) drop(s *made) {
	d.all = slices.DeleteFunc(d.all, func(one drawing) bool {
		if one.state == s {
			d.size -= one.size
		}
		return one.state == s
	})
}

// size is about how much memory a graph takes, in bytes.
func (g *Graph) size() int {
	const node, edge, note, text = 80, 32, 80, 16
	n := node*len(g.Nodes) + edge*len(g.Edges) + note*len(g.Notes)
	for i := range g.Nodes {
		n += len(g.Nodes[i].Name)
	}
	for i := range g.Notes {
		m := &g.Notes[i]
		n += len(m.Title) + len(m.Step) + len(m.Object)
		for _, r := range m.Requirements {
			n += text + len(r)
		}
	}
	return n
}

// graph is that of one account, drawn once for all who want it at the same time.
func (m *Maps) graph(ctx context.Context, s *made, account *directory.Account, a *analysis) (*Graph, error) {
	k := drawingKey{s, account.ID(), a != nil}
	if g := m.kept(k); g != nil {
		return g, nil
	}
	return m.drawing.do(ctx, k, func(ctx context.Context) (*Graph, error) {
		if g := m.kept(k); g != nil { // somebody was quicker
			return g, nil
		}
		_, done, err := m.options.Turns.Take(ctx, k.account)
		if err != nil {
			return nil, err
		}
		defer done()
		g := build(account, a)
		m.keep(k, g)
		return g, nil
	})
}

func (m *Maps) kept(k drawingKey) *Graph {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.drawn.get(k)
}

// keep keeps a graph as long as its state is known.
func (m *Maps) keep(k drawingKey, g *Graph) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if slices.Contains(m.known, k.state) {
		m.drawn.put(k, g)
	}
}
