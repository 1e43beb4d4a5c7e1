package trailstore

import (
	"slices"
	"sort"
)

// entry is what the index knows of one record.
type entry struct {
	position
	offset int64 // in the segment
	length uint32
}

// position orders records: by event time, and among those of one second by their place in the trail.
type position struct {
	time     int64 // Unix seconds
	sequence uint64
}

func (p position) before(o position) bool {
	return p.time < o.time || p.time == o.time && p.sequence < o.sequence
}

// segmentIndex finds the records of one segment. A posting list holds numbers of entries, in the order of their places.
type segmentIndex interface {
	// find gives the posting list of a key.
	find(indexKey) (postings, error)
	entry(n uint32) (entry, error)
	close()
}

// postings is a list of numbers of entries.
type postings interface {
	len() int
	at(i int) (uint32, error)
}

// memoryIndex is the index of a segment while it is written, or while it has no file.
type memoryIndex struct {
	entries []entry // in the order of the segment
	// lists hold numbers of entries, in the order of their places: mostly, but not always, that of the segment, since an event
	// may come to the trail some time after it happened.
	lists map[indexKey][]uint32
	order []uint32 // all
	// shared are the lists that somebody may be reading.
	shared map[indexKey]bool
}

func newMemoryIndex() *memoryIndex {
	return &memoryIndex{lists: map[indexKey][]uint32{}, shared: map[indexKey]bool{}}
}

func (m *memoryIndex) add(e entry, keys []indexKey) {
	if len(keys) == 0 {
		return
	}
	n := uint32(len(m.entries))
	m.entries = append(m.entries, e)
	m.order = slices.Insert(m.order, m.spot(m.order, e.position), n)
	for _, k := range keys {
		list := m.lists[k]
		i := m.spot(list, e.position)
		if i < len(list) && m.shared[k] { // what comes after a list's end is out of its readers' sight
			list = slices.Clone(list)
			delete(m.shared, k)
		}
		m.lists[k] = slices.Insert(list, i, n)
	}
}

// spot is where in a list the newest entry belongs: mostly at its end.
func (m *memoryIndex) spot(list []uint32, p position) int {
	n := len(list)
	if n == 0 || !p.before(m.entries[list[n-1]].position) {
		return n
	}
	return sort.Search(n, func(i int) bool { return p.before(m.entries[list[i]].position) })
}

func (m *memoryIndex) find(k indexKey) (postings, error) { return memoryPostings(m.lists[k]), nil }
func (m *memoryIndex) entry(n uint32) (entry, error)     { return m.entries[n], nil }
func (m *memoryIndex) close()                            {}

// only is what m has for one key now. Others may add to m while it is read.
func (m *memoryIndex) only(k indexKey) *memoryIndex {
	if len(m.lists[k]) > 0 {
		m.shared[k] = true
	}
	return &memoryIndex{entries: m.entries, lists: map[indexKey][]uint32{k: m.lists[k]}}
}

func (m *memoryIndex) span() *span {
	if len(m.order) == 0 {
		return &span{empty: true}
	}
	return &span{oldest: m.entries[m.order[0]].time, newest: m.entries[m.order[len(m.order)-1]].time}
}

type memoryPostings []uint32

func (p memoryPostings) len() int                 { return len(p) }
func (p memoryPostings) at(i int) (uint32, error) { return p[i], nil }
