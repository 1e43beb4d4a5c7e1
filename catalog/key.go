package catalog

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// KeyType is the type of a condition key's values. The zero value is no type.
type KeyType uint8

// The types of condition keys.
const (
	TypeString KeyType = iota + 1
	TypeARN
	TypeBool
	TypeDate
	TypeIPAddress
	TypeNumeric
	TypeBinary
)

// keyTypes are the names of the types, as AWS writes them.
var keyTypes = [...]string{TypeString: "String", TypeARN: "ARN", TypeBool: "Bool", TypeDate: "Date", TypeIPAddress: "IPAddress", TypeNumeric: "Numeric", TypeBinary: "Binary"}

// String gives AWS's name: "IPAddress"; "" for no type.
func (t KeyType) String() string {
	if int(t) < len(keyTypes) {
		return keyTypes[t]
	}
	return ""
}

// ConditionKey is a condition key with its type.
type ConditionKey struct {
	// Name is the key as documented, with placeholders: "s3:prefix", "aws:RequestTag/${TagKey}".
	Name string
	Type KeyType
	// Multivalued is true for a key that a request gives a list for, such as aws:TagKeys. AWS writes "ArrayOfString".
	Multivalued bool
}

// TypeName gives the type as AWS writes it: "ArrayOfString".
func (k ConditionKey) TypeName() string {
	if k.Multivalued {
		return "ArrayOf" + k.Type.String()
	}
	return k.Type.String()
}

// ConditionKey gives the condition key that a name as written in a policy means, in any case: "aws:requesttag/team" is
// the key "aws:RequestTag/${TagKey}".
func (c *Catalog) ConditionKey(name string) (ConditionKey, bool) {
	name = lower(name)
	aws := c.keys.load()
	if k, ok := aws.global.find(name); ok {
		return k, true
	}
	if k, ok := c.ownKeys.find(name); ok {
		return k, true
	}
	if k, ok := aws.services.find(name); ok {
		return k, true
	}
	return c.strayKeys.find(name)
}

// Multivalued says whether a condition key, in any case, has a list of values in a request; known is false for a key that
// the catalogue does not have.
func (c *Catalog) Multivalued(key string) (multi, known bool) {
	k, known := c.ConditionKey(key)
	return k.Multivalued, known
}

// GlobalKeys gives the condition keys that requests to any service may have, in the order of AWS's list: "aws:SourceIp".
func (c *Catalog) GlobalKeys() []ConditionKey { return slices.Clone(c.keys.load().globals) }

// keySet is AWS's condition keys, read on first use.
type keySet struct {
	files    *serviceFiles
	once     sync.Once
	globals  []ConditionKey // those of global, in order
	global   *keyIndex
	services *keyIndex
}

func (s *keySet) load() *keySet {
	s.once.Do(func() {
		keys, global := readKeys(s.files.text(0))
		s.global, s.services, s.globals = newKeyIndex(), newKeyIndex(), keys[:global]
		for i, k := range keys {
			if i < global {
				s.global.add(k)
			} else {
				s.services.add(k)
			}
		}
	})
	return s
}

// keyIndex finds keys by what a policy writes. The first of two keys with one name stays.
type keyIndex struct {
	exact map[string]ConditionKey
	// templates are the keys with placeholders, by what stands before the first colon; those with a placeholder in that
	// part stand under "". The most specific comes first.
	templates map[string][]template
}

// template is a key with placeholders: literal texts in lower case, with a placeholder for at least one byte between each
// two of them.
type template struct {
	parts    []string
	literals int // bytes
	key      ConditionKey
}

func newKeyIndex() *keyIndex {
	return &keyIndex{exact: map[string]ConditionKey{}, templates: map[string][]template{}}
}

func (x *keyIndex) add(k ConditionKey) {
	name := lower(k.Name)
	if _, there := x.exact[name]; there {
		return
	}
	x.exact[name] = k
	parts := splitPlaceholders(name)
	if len(parts) == 1 {
		return
	}
	service, _, ok := strings.Cut(parts[0], ":")
	if !ok {
		service = ""
	}
	t := template{parts: parts, key: k, literals: len(strings.Join(parts, ""))}
	list := x.templates[service]
	at, _ := slices.BinarySearchFunc(list, t, func(a, b template) int {
		return cmp.Or(cmp.Compare(b.literals, a.literals), cmp.Compare(a.key.Name, b.key.Name))
	})
	x.templates[service] = slices.Insert(list, at, t)
}

// find gives the key that a name in lower case means.
func (x *keyIndex) find(name string) (ConditionKey, bool) {
	if k, ok := x.exact[name]; ok {
		return k, true
	}
	service, _, _ := strings.Cut(name, ":")
	for _, list := range [...][]template{x.templates[service], x.templates[""]} {
		for _, t := range list {
			if t.matches(name) {
				return t.key, true
			}
		}
	}
	return ConditionKey{}, false
}

func (t *template) matches(name string) bool {
	first, last := t.parts[0], t.parts[len(t.parts)-1]
	rest, ok := strings.CutPrefix(name, first)
	if !ok {
		return false
	}
	for _, part := range t.parts[1 : len(t.parts)-1] {
		// A placeholder takes one byte at least, and as few as it can.
		if rest == "" {
			return false
		}
		i := strings.Index(rest[1:], part)
		if i < 0 {
			return false
		}
		rest = rest[1+i+len(part):]
	}
	return len(rest) > len(last) && strings.HasSuffix(rest, last)
}

// splitPlaceholders cuts a key name at its placeholders: "a/${x}/b" gives "a/", "/b".
func splitPlaceholders(name string) []string {
	var parts []string
	for {
		before, after, ok := strings.Cut(name, "${")
		if !ok {
			return append(parts, name)
		}
		_, rest, ok := strings.Cut(after, "}")
		if !ok {
			return append(parts, name)
		}
		parts = append(parts, before)
		name = rest
	}
}
