package main

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// dependents are the actions that whoever does an action needs too.
type dependents struct {
	own  []string            // whatever it is done on
	with map[string][]string // where it is done on a resource of this type, by lower-case name
}

func (d *dependents) any() bool { return len(d.own) > 0 || len(d.with) > 0 }

// readDependents reads them from an older edition of the package of services, by the action in lower case. Editions since
// 0.21 are made of AWS's service reference files, which do not tell them; those before of its pages, which do.
func readDependents(folder string) (map[string]dependents, error) {
	files, err := filepath.Glob(filepath.Join(folder, "data", "actions", "*.json"))
	if err != nil {
		return nil, err
	}
	all := map[string]dependents{}
	for _, file := range files {
		prefix := strings.TrimSuffix(filepath.Base(file), ".json")
		s := service{prefix: prefix}
		if err := s.readActions(file); err != nil {
			return nil, err
		}
		for i := range s.actions {
			if d := s.actions[i].dependents(); d.any() {
				all[strings.ToLower(prefix+":"+s.actions[i].name)] = d
			}
		}
	}
	if len(all) == 0 {
		return nil, errors.New(folder + " tells of no dependent action")
	}
	return all, nil
}

// dependents are those that an action has in its own edition.
func (a *action) dependents() dependents {
	d := dependents{own: a.dependent, with: map[string][]string{}}
	for _, r := range a.resources {
		if len(r.dependent) > 0 {
			d.with[strings.ToLower(r.name)] = r.dependent
		}
	}
	return d
}

// addDependents gives the actions the dependents of an older edition, as far as actions of those names are still there. What
// depended on a resource type that the action has no more depends on the action.
func (all *services) addDependents(older map[string]dependents) error {
	names := map[string]string{} // as they are written, by lower case
	for _, s := range all.list {
		for i := range s.actions {
			a := &s.actions[i]
			if d := a.dependents(); d.any() {
				return errors.New("the package of services tells of dependent actions again: the older edition is not needed any more")
			}
			names[strings.ToLower(s.prefix+":"+a.name)] = s.prefix + ":" + a.name
		}
	}
	for _, s := range all.list {
		for i := range s.actions {
			a := &s.actions[i]
			a.add(older[strings.ToLower(s.prefix+":"+a.name)], names)
		}
	}
	return nil
}

func (a *action) add(older dependents, names map[string]string) {
	known := func(list []string) (found []string) {
		for _, name := range list {
			if now := names[strings.ToLower(name)]; now != "" && !slices.Contains(found, now) {
				found = append(found, now)
			}
		}
		return found
	}
	own := slices.Clone(older.own)
	for _, typ := range slices.Sorted(maps.Keys(older.with)) {
		at := slices.IndexFunc(a.resources, func(r actionResource) bool { return strings.EqualFold(r.name, typ) })
		if at < 0 {
			own = append(own, older.with[typ]...)
			continue
		}
		a.resources[at].dependent = known(older.with[typ])
	}
	a.dependent = known(own)
}
