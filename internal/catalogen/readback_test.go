package main

import (
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/warder-iam/warder/catalog"
)

// What catalog reads out of the committed data is what stands in the packages: all but the middle of the long histories,
// which would take many seconds since each text is made out of all newer ones.
func TestCatalogReadsBack(t *testing.T) {
	packages := packagesAtHand(t)
	policies, err := readPolicies(filepath.Join(packages, policiesPackage))
	if err != nil {
		t.Fatal(err)
	}
	c := catalog.Load()
	for _, p := range policies {
		got, ok := c.ManagedPolicy(p.arn)
		if !ok || len(got.Versions) != len(p.versions) || int(got.Created.Unix()) != p.created || int(got.Updated.Unix()) != p.updated {
			t.Errorf("%s: got %+v", p.arn, got)
			continue
		}
		for i, v := range p.versions {
			if i%10 != 0 && len(p.versions)-i > 20 {
				continue
			}
			id := "v" + strconv.Itoa(v.number)
			if text, ok := got.Document(id); !ok || text != v.document || int(got.Versions[i].Created.Unix()) != v.created {
				t.Errorf("%s %s differs", p.arn, id)
			}
		}
	}
	services, err := readServices(packages)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range services.list {
		got, ok := c.Service(s.prefix)
		if !ok || got.Name != s.name || len(got.Actions) != len(s.actions) || len(got.Resources) != len(s.resources) || len(got.Keys) != len(s.keys) {
			t.Errorf("service %q: got %+v", s.prefix, got)
			continue
		}
		for i, k := range s.keys {
			kind, multivalued := catalog.KeyType(services.keys[k].kind&0x7f), services.keys[k].kind&0x80 != 0
			if want := (catalog.ConditionKey{Name: services.keys[k].name, Type: kind, Multivalued: multivalued}); got.Keys[i] != want {
				t.Errorf("%s: key %+v, want %+v", s.prefix, got.Keys[i], want)
			}
		}
		for i, r := range s.resources {
			g := got.Resources[i]
			if g.Name != r.name || !slices.Equal(g.ARNs, []string{r.arn}) || !slices.Equal(g.Keys, r.keys) {
				t.Errorf("%s: resource type %+v, want %+v", s.prefix, g, r)
			}
		}
		for i, a := range s.actions {
			checkAction(t, &got.Actions[i], a)
		}
	}
}

func checkAction(t *testing.T, got *catalog.Action, a action) {
	t.Helper()
	if got.Name != a.name || int(got.Access) != a.access || !slices.Equal(got.Keys, a.keys) || !slices.Equal(got.Dependent, a.dependent) {
		t.Errorf("%s: got %+v, want %+v", got, got, a)
	}
	same := slices.EqualFunc(got.Resources, a.resources, func(g catalog.ActionResource, r actionResource) bool {
		return g.Type == r.name && g.Required == r.required && slices.Equal(g.Keys, r.keys) && slices.Equal(g.Dependent, r.dependent)
	})
	if !same {
		t.Errorf("%s: resource types %+v, want %+v", got, got.Resources, a.resources)
	}
}
