package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// services is what the package of services holds.
type services struct {
	keys   []key // global ones first, then by name
	global int
	list   []service // by prefix
}

type service struct {
	prefix, name string
	keys         []int // places in services.keys, in their order
	resources    []resource
	actions      []action
}

type key struct {
	name string
	kind byte // catalog.KeyType, and 0x80 for a multivalued key
}

type resource struct {
	name, arn string
	keys      []string
}

type action struct {
	name      string
	access    int // catalog.AccessLevel
	resources []actionResource
	keys      []string
	dependent []string
}

type actionResource struct {
	name      string
	required  bool
	keys      []string
	dependent []string
}

// accessLevels are the package's levels in the numbers of catalog.AccessLevel. Where it gives two, AWS's table of actions
// shows the more telling one.
var accessLevels = map[string]int{
	"List": 1, "Read": 2, "Write": 3, "Tagging, Write": 4, "Tagging": 4,
	"Permissions management, Write": 5, "Permissions management": 5,
}

// keyKinds are the types of keys in the numbers of catalog.KeyType.
var keyKinds = map[string]byte{"String": 1, "ARN": 2, "Bool": 3, "Date": 4, "IPAddress": 5, "Numeric": 6, "Binary": 7}

func keyKind(name string) (byte, error) {
	element, multivalued := strings.CutPrefix(name, "ArrayOf")
	kind, ok := keyKinds[element]
	if !ok {
		return 0, fmt.Errorf("unknown type of condition key %q", name)
	}
	if multivalued {
		kind |= 0x80
	}
	return kind, nil
}

// canonicalKey gives a key with a placeholder as the package mostly writes it. Its other spellings are "s3:RequestObjectTag/<key>",
// "aws:PrincipalTag/tag-key" and "glacier:ResourceTag/".
func canonicalKey(name string) string {
	for _, end := range []string{"/<key>", "/tag-key", "/"} {
		if before, ok := strings.CutSuffix(name, end); ok {
			return before + "/${TagKey}"
		}
	}
	return name
}

func canonicalKeys(names []string) []string {
	keys := make([]string, 0, len(names))
	for _, name := range names {
		if k := canonicalKey(name); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// readServices reads the package of services, and what depends on what of its older edition.
func readServices(packages string) (*services, error) {
	folder := filepath.Join(packages, servicesPackage)
	global, err := readGlobalKeys(filepath.Join(folder, "dist", "esm", "globalConditionKeys.js"))
	if err != nil {
		return nil, err
	}
	data := filepath.Join(folder, "data")
	var prefixes []string
	if err := readJSON(filepath.Join(data, "services.json"), &prefixes); err != nil {
		return nil, err
	}
	slices.Sort(prefixes)
	var names map[string]string
	if err := readJSON(filepath.Join(data, "serviceNames.json"), &names); err != nil {
		return nil, err
	}
	all := &services{keys: global, global: len(global)}
	own := make([][]key, len(prefixes))
	for i, prefix := range prefixes {
		s := service{prefix: prefix, name: names[prefix]}
		if own[i], err = s.read(data); err != nil {
			return nil, fmt.Errorf("service %q: %w", prefix, err)
		}
		all.list = append(all.list, s)
	}
	all.collectKeys(own)
	older, err := readDependents(filepath.Join(packages, dependentsPackage))
	if err != nil {
		return nil, err
	}
	return all, all.addDependents(older)
}

// globalKey finds the entries of the package's list of global keys, which is JavaScript.
var globalKey = regexp.MustCompile(`\{\s*key: '([^']+)',\s*category: '[^']*',\s*type: '([^']+)',`)

func readGlobalKeys(file string) ([]key, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	found := globalKey.FindAllStringSubmatch(string(text), -1)
	if len(found) == 0 || len(found) != strings.Count(string(text), "category: ") {
		return nil, fmt.Errorf("%s: the list of global keys has a new form", file)
	}
	keys := make([]key, 0, len(found))
	for _, f := range found {
		kind, err := keyKind(f[2])
		if err != nil {
			return nil, err
		}
		keys = append(keys, key{canonicalKey(f[1]), kind})
	}
	return keys, nil
}

// collectKeys makes the table of all keys out of the global ones and each service's own.
func (all *services) collectKeys(own [][]key) {
	rest := map[key]bool{}
	for _, keys := range own {
		for _, k := range keys {
			if !slices.Contains(all.keys[:all.global], k) {
				rest[k] = true
			}
		}
	}
	all.keys = append(all.keys, slices.SortedFunc(maps.Keys(rest), func(a, b key) int {
		return compareKeys(a, b)
	})...)
	places := make(map[key]int, len(all.keys))
	for i, k := range all.keys {
		places[k] = i
	}
	for i := range all.list {
		for _, k := range own[i] {
			all.list[i].keys = append(all.list[i].keys, places[k])
		}
	}
}

// compareKeys orders keys by name without case, and where that is equal wholly.
func compareKeys(a, b key) int {
	if c := strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)); c != 0 {
		return c
	}
	if c := strings.Compare(a.name, b.name); c != 0 {
		return c
	}
	return int(a.kind) - int(b.kind)
}

// read reads the service's three files and gives its keys, by name.
func (s *service) read(data string) ([]key, error) {
	keys, err := s.readKeys(filepath.Join(data, "conditionKeys", s.prefix+".json"))
	if err == nil {
		err = s.readResources(filepath.Join(data, "resourceTypes", s.prefix+".json"))
	}
	if err == nil {
		err = s.readActions(filepath.Join(data, "actions", s.prefix+".json"))
	}
	if err == nil {
		err = s.check(keys)
	}
	return keys, err
}

func (s *service) readKeys(file string) ([]key, error) {
	var raw map[string]struct{ Key, Type string }
	if err := readJSON(file, &raw); err != nil {
		return nil, err
	}
	byName := map[string]key{}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		kind, err := keyKind(raw[name].Type)
		if err != nil {
			return nil, err
		}
		k := key{canonicalKey(raw[name].Key), kind}
		folded := strings.ToLower(k.name)
		if other, there := byName[folded]; there && other != k {
			return nil, fmt.Errorf("condition key %q has two types or spellings", k.name)
		}
		byName[folded] = k
	}
	return slices.SortedFunc(maps.Values(byName), compareKeys), nil
}

func (s *service) readResources(file string) error {
	var raw map[string]struct {
		Key           string
		ARN           string
		ConditionKeys []string
	}
	if err := readJSON(file, &raw); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		r := raw[name]
		if name != strings.ToLower(r.Key) {
			return fmt.Errorf("resource type %q stands under %q", r.Key, name)
		}
		s.resources = append(s.resources, resource{r.Key, r.ARN, canonicalKeys(r.ConditionKeys)})
	}
	return nil
}

func (s *service) readActions(file string) error {
	var raw map[string]struct {
		Name          string
		AccessLevel   string
		ResourceTypes []struct {
			Name             string
			Required         bool
			ConditionKeys    []string
			DependentActions []string
		}
		ConditionKeys    []string
		DependentActions []string
	}
	if err := readJSON(file, &raw); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		r := raw[name]
		a := action{name: r.Name, access: accessLevels[r.AccessLevel], keys: canonicalKeys(r.ConditionKeys), dependent: r.DependentActions}
		if name != strings.ToLower(r.Name) {
			return fmt.Errorf("action %q stands under %q", r.Name, name)
		}
		if a.access == 0 {
			return fmt.Errorf("action %q has the access level %q", r.Name, r.AccessLevel)
		}
		for _, t := range r.ResourceTypes {
			a.resources = append(a.resources, actionResource{t.Name, t.Required, canonicalKeys(t.ConditionKeys), t.DependentActions})
		}
		s.actions = append(s.actions, a)
	}
	return nil
}

// check makes sure that what the service's lists name is there, so that the packed form can number it.
func (s *service) check(keys []key) error {
	known := func(names []string) bool {
		return !slices.ContainsFunc(names, func(name string) bool {
			return !slices.ContainsFunc(keys, func(k key) bool { return strings.EqualFold(k.name, name) })
		})
	}
	if s.name == "" {
		return errors.New("it has no name")
	}
	for _, r := range s.resources {
		if strings.Count(r.arn, ":") < 5 || !strings.HasPrefix(r.arn, "arn:") || !known(r.keys) {
			return fmt.Errorf("resource type %q is malformed", r.name)
		}
	}
	for _, a := range s.actions {
		if !known(a.keys) {
			return fmt.Errorf("action %q has an unknown condition key", a.name)
		}
		for _, r := range a.resources {
			if !known(r.keys) || s.resourcePlace(r.name) < 0 {
				return fmt.Errorf("action %q has an unknown resource type or condition key", a.name)
			}
		}
	}
	return nil
}

func (s *service) resourcePlace(name string) int {
	return slices.IndexFunc(s.resources, func(r resource) bool { return strings.EqualFold(r.name, name) })
}
