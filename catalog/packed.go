package catalog

import (
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
)

// services.bin is an archive of two blocks. Block 0 is the condition keys of all services, apart so that a process that only
// evaluates policies inflates no more than them; block 1 is the services.
//
//	block 0 = names (table of strings), for each: type, |0x80 for a multivalued one; number of global keys, which come first
//	block 1 = table of strings, number of services,
//	          for each service: prefix, name, first fresh string, length of its record; then the records
//	record  = keys: count, places in block 0
//	          key lists: count, for each: count, places in keys
//	          resource types: count, for each: name, ARN pattern, key list
//	          dependency lists: count, for each: count, "service:Name"
//	          resource lists: count, for each: count, for each: place in resource types <<1 | required, key list, dependency list
//	          actions: count, for each: name, access level, resource list, key list, dependency list
//
// A string is 0 for the next fresh one of the table or 1 + its place. Lists have list 0, the empty one, implied.
type serviceFiles struct {
	once  sync.Once
	files *archive
}

func (f *serviceFiles) text(block int) string {
	f.once.Do(func() { f.files = openArchive(servicesData) })
	return f.files.text(block)
}

// serviceSet is AWS's services. The block is inflated on first use; a service is read when it is first asked for.
type serviceSet struct {
	files   *serviceFiles
	once    sync.Once
	strings []string
	keys    []ConditionKey
	entries []serviceEntry // by prefix
}

type serviceEntry struct {
	once    sync.Once
	prefix  string
	name    string
	fresh   int
	record  string
	service *Service
}

func (s *serviceSet) load() {
	s.once.Do(func() {
		s.keys, _ = readKeys(s.files.text(0))
		c := &cursor{text: s.files.text(1)}
		s.strings = c.texts()
		s.entries = make([]serviceEntry, c.uint())
		lengths := make([]int, len(s.entries))
		for i := range s.entries {
			e := &s.entries[i]
			e.prefix, e.name = s.strings[c.uint()], s.strings[c.uint()]
			e.fresh = c.uint()
			lengths[i] = c.uint()
		}
		for i := range s.entries {
			s.entries[i].record = c.take(lengths[i])
		}
	})
}

func (s *serviceSet) get(prefix string) (*Service, bool) {
	s.load()
	i, ok := sort.Find(len(s.entries), func(i int) int { return strings.Compare(prefix, s.entries[i].prefix) })
	if !ok {
		return nil, false
	}
	return s.read(i), true
}

func (s *serviceSet) all() iter.Seq[*Service] {
	return func(yield func(*Service) bool) {
		s.load()
		for i := range s.entries {
			if !yield(s.read(i)) {
				return
			}
		}
	}
}

func (s *serviceSet) read(i int) *Service {
	e := &s.entries[i]
	e.once.Do(func() {
		r := recordReader{cursor: cursor{text: e.record}, set: s, fresh: e.fresh}
		e.service = r.service(e.prefix, e.name)
	})
	return e.service
}

// recordReader reads one service.
type recordReader struct {
	cursor
	set   *serviceSet
	fresh int
}

func (r *recordReader) string() string {
	i := r.uint()
	if i == 0 {
		r.fresh++
		return r.set.strings[r.fresh-1]
	}
	return r.set.strings[i-1]
}

func (r *recordReader) service(prefix, name string) *Service {
	s := &Service{Prefix: prefix, Name: name}
	s.Keys = many(r, func() ConditionKey { return r.set.keys[r.uint()] })
	keys := lists(r, func() string { return s.Keys[r.uint()].Name })
	s.Resources = many(r, func() ResourceType {
		return ResourceType{Name: r.string(), ARNs: []string{r.string()}, Keys: keys[r.uint()]}
	})
	dependent := lists(r, r.string)
	resources := lists(r, func() ActionResource {
		n := r.uint()
		return ActionResource{Type: s.Resources[n>>1].Name, Required: n&1 == 1, Keys: keys[r.uint()], Dependent: dependent[r.uint()]}
	})
	s.Actions = many(r, func() Action {
		return Action{
			Service: prefix, Name: r.string(), Access: AccessLevel(r.uint()),
			Resources: resources[r.uint()], Keys: keys[r.uint()], Dependent: dependent[r.uint()],
		}
	})
	return s
}

// many reads a count and as many values; nil for none.
func many[T any](r *recordReader, one func() T) []T {
	n := r.uint()
	if n == 0 {
		return nil
	}
	all := make([]T, n)
	for i := range all {
		all[i] = one()
	}
	return all
}

// lists reads a service's table of lists, which its actions share.
func lists[T any](r *recordReader, one func() T) [][]T {
	table := [][]T{nil}
	for range r.uint() {
		table = append(table, slices.Clip(many(r, one)))
	}
	return table
}

// readKeys reads block 0, and says how many of the keys are global.
func readKeys(text string) (keys []ConditionKey, global int) {
	c := &cursor{text: text}
	names := c.texts()
	keys = make([]ConditionKey, len(names))
	for i, name := range names {
		n := c.uint()
		keys[i] = ConditionKey{Name: name, Type: KeyType(n & 0x7f), Multivalued: n&0x80 != 0}
	}
	return keys, c.uint()
}
