package catalog

import (
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Own are the services that With added, in the order of their prefixes. They are shared: do not modify them.
func (c *Catalog) Own() []*Service { return slices.Clone(c.own) }

// The form of AWS's service reference, as it is written.
type (
	writtenService struct {
		Name          string
		Actions       []writtenAction
		Resources     []writtenResource `json:",omitempty"`
		ConditionKeys []writtenKey      `json:",omitempty"`
		Version       string
	}
	writtenAction struct {
		Name                string
		ActionConditionKeys []string            `json:",omitempty"`
		Annotations         *writtenAnnotations `json:",omitempty"`
		Resources           []writtenName       `json:",omitempty"`
	}
	writtenAnnotations struct{ Properties writtenProperties }
	writtenProperties  struct{ IsList, IsPermissionManagement, IsTaggingOnly, IsWrite bool }
	writtenName        struct{ Name string }
	writtenResource    struct {
		Name          string
		ARNFormats    []string
		ConditionKeys []string `json:",omitempty"`
	}
	writtenKey struct {
		Name  string
		Types []string
	}
)

// FormatServiceReference writes a service in the form of AWS's service reference (JSON, indented). Of a service that
// ParseServiceReference made it is a description of the same service.
func FormatServiceReference(s *Service) ([]byte, error) {
	w := writtenService{Name: s.Prefix, Version: "v1.3", Actions: []writtenAction{}}
	for i := range s.Actions {
		a := &s.Actions[i]
		action := writtenAction{Name: a.Name, ActionConditionKeys: a.Keys, Annotations: annotations(a.Access)}
		for _, r := range a.Resources {
			action.Resources = append(action.Resources, writtenName{r.Type})
		}
		w.Actions = append(w.Actions, action)
	}
	for _, r := range s.Resources {
		w.Resources = append(w.Resources, writtenResource{r.Name, r.ARNs, r.Keys})
	}
	for _, k := range s.Keys {
		w.ConditionKeys = append(w.ConditionKeys, writtenKey{k.Name, []string{k.TypeName()}})
	}
	return json.Marshal(w, jsontext.WithIndent("  "))
}

// annotations are what AWS writes for an access level: whatever changes permissions or tags is writing too.
func annotations(l AccessLevel) *writtenAnnotations {
	if l == 0 {
		return nil
	}
	return &writtenAnnotations{writtenProperties{
		IsList: l == List, IsPermissionManagement: l == PermissionsManagement, IsTaggingOnly: l == Tagging,
		IsWrite: l == Write || l == Tagging || l == PermissionsManagement,
	}}
}
