package catalog

import (
	"slices"
	"strings"
)

// Catalog is an immutable set of services, condition keys and AWS-managed policies. It is safe for concurrent use. Its
// parts are inflated when they are first asked for, and kept with the Catalog; the Catalogs that With derives share them.
type Catalog struct {
	policies *policySet
	services *serviceSet
	keys     *keySet
	arns     *arnSet
	own      []*Service // services beside or in place of AWS's, by prefix
	// ownKeys are the keys of own services that bear their service's prefix, strayKeys the others.
	ownKeys, strayKeys *keyIndex
}

// Load gives the catalogue of AWS. It costs nothing until something is looked up; keep one for the life of a process.
func Load() *Catalog {
	files := new(serviceFiles)
	return &Catalog{
		policies:  new(policySet),
		services:  &serviceSet{files: files},
		keys:      &keySet{files: files},
		arns:      new(arnSet),
		ownKeys:   newKeyIndex(),
		strayKeys: newKeyIndex(),
	}
}

// With gives a catalogue that has these services too; c stays as it is. A service whose prefix, without case, is there
// already takes its place. The services are copied.
//
// A condition key means what the global keys say, else what the given service says whose prefix it bears, else what AWS
// says, else what any given service says: a service cannot change the keys of another.
func (c *Catalog) With(services ...*Service) *Catalog {
	with := *c
	with.arns = new(arnSet)
	with.own = slices.Clone(c.own)
	for _, s := range services {
		s = s.normal()
		i, found := slices.BinarySearchFunc(with.own, s.Prefix, byPrefix)
		if found {
			with.own[i] = s
		} else {
			with.own = slices.Insert(with.own, i, s)
		}
	}
	with.ownKeys, with.strayKeys = newKeyIndex(), newKeyIndex()
	for _, s := range with.own {
		for _, k := range s.Keys {
			if strings.HasPrefix(lower(k.Name), s.Prefix+":") {
				with.ownKeys.add(k)
			} else {
				with.strayKeys.add(k)
			}
		}
	}
	return &with
}

func byPrefix(s *Service, prefix string) int { return strings.Compare(s.Prefix, prefix) }
