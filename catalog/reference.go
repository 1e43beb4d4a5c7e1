package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxReference is the most bytes of a service reference document.
const MaxReference = 4 << 20

// Limits of a service reference document.
const (
	maxActions       = 10_000
	maxResourceTypes = 1_000
	maxKeys          = 2_000
	maxNameBytes     = 256
	maxARNs          = 50 // of one resource type
	maxARNBytes      = 2048
)

// reference is a document in the form of AWS's service reference. Members that say nothing about a policy are accepted and
// left unread.
type reference struct {
	Name          string
	Version       string
	Actions       []referenceAction
	Resources     []referenceResource
	ConditionKeys []referenceKey
	Operations    jsontext.Value
}

type referenceAction struct {
	Name                string
	ActionConditionKeys []string
	Annotations         *struct {
		Properties struct {
			IsList, IsPermissionManagement, IsTaggingOnly, IsWrite bool
		}
	}
	Resources   []struct{ Name string }
	SupportedBy jsontext.Value
}

type referenceResource struct {
	Name          string
	ARNFormats    []string
	ConditionKeys []string
}

type referenceKey struct {
	Name  string
	Types []string
}

var (
	prefixForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)
	actionForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,127}$`)
	resourceForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_./ -]{0,126}[A-Za-z0-9_./-])?$`)
	keyForm      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}:([A-Za-z0-9_.:/=@+-]|\$\{[A-Za-z0-9]+\})+$`)
	arnForm      = regexp.MustCompile(`^arn(:([A-Za-z0-9-]|\$\{[A-Za-z0-9]+\})*){4}:([!-#%-z|~]|\$\{[A-Za-z0-9]+\})+$`)
)

// ParseServiceReference reads one service in the form of AWS's service reference documents (JSON), at most 4 MiB. It is
// strict: unknown and repeated members, names that a policy could not use, and references to things that the document does
// not define are errors, which name the place. Condition keys that begin with "aws:" need no definition.
func ParseServiceReference(text []byte) (*Service, error) {
	if len(text) > MaxReference {
		return nil, fmt.Errorf("service reference: %d bytes are more than the %d that are read", len(text), MaxReference)
	}
	var r reference
	if err := json.Unmarshal(text, &r, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("service reference: %w", jsonError(err))
	}
	s, err := r.service()
	if err != nil {
		return nil, fmt.Errorf("service reference: %w", err)
	}
	return s, nil
}

// jsonError says for people where a document does not have the form: the library's own words name Go types.
func jsonError(err error) error {
	var form *json.SemanticError
	switch {
	case !errors.As(err, &form):
		return err
	case errors.Is(err, json.ErrUnknownName):
		return fmt.Errorf("unknown member at %s", form.JSONPointer)
	default:
		return fmt.Errorf("a JSON %v cannot stand at %q, byte %d", form.JSONKind, form.JSONPointer, form.ByteOffset)
	}
}

func (r *reference) service() (*Service, error) {
	switch {
	case !prefixForm.MatchString(r.Name):
		return nil, fmt.Errorf("Name %q: a service prefix is up to 63 of a to z, 0 to 9 and -", r.Name)
	case r.Name == "aws":
		return nil, errors.New(`Name "aws": this prefix belongs to the global condition keys`)
	case len(r.Actions) == 0 || len(r.Actions) > maxActions:
		return nil, fmt.Errorf("Actions: a service has 1 to %d, this one %d", maxActions, len(r.Actions))
	case len(r.Resources) > maxResourceTypes:
		return nil, fmt.Errorf("Resources: a service has at most %d, this one %d", maxResourceTypes, len(r.Resources))
	case len(r.ConditionKeys) > maxKeys:
		return nil, fmt.Errorf("ConditionKeys: a service has at most %d, this one %d", maxKeys, len(r.ConditionKeys))
	}
	s := &Service{Prefix: r.Name, Name: r.Name}
	keys, err := r.keys(s)
	if err != nil {
		return nil, err
	}
	resources, err := r.resources(s, keys)
	if err != nil {
		return nil, err
	}
	if err := r.actions(s, keys, resources); err != nil {
		return nil, err
	}
	return s.normal(), nil
}

// names holds what a document has defined, by name without case.
type names map[string]string

// define notes a name; it is an error if it is malformed or there already.
func (n names) define(name string, form *regexp.Regexp) error {
	if len(name) > maxNameBytes {
		return fmt.Errorf("Name %.40q… is longer than %d bytes", name, maxNameBytes)
	}
	if !form.MatchString(name) {
		return fmt.Errorf("Name %q is malformed", name)
	}
	if _, there := n[lower(name)]; there {
		return fmt.Errorf("Name %q stands there twice (case does not count)", name)
	}
	n[lower(name)] = name
	return nil
}

// useKeys gives condition keys as they were defined.
func (n names) useKeys(list []string) ([]string, error) {
	var used []string
	seen := names{}
	for _, name := range list {
		if err := seen.define(name, keyForm); err != nil {
			return nil, fmt.Errorf("condition key: %w", err)
		}
		defined, ok := n[lower(name)]
		if !ok {
			if !strings.HasPrefix(lower(name), "aws:") {
				return nil, fmt.Errorf("condition key %q is not in ConditionKeys", name)
			}
			defined = name
		}
		used = append(used, defined)
	}
	return used, nil
}

func (r *reference) keys(s *Service) (names, error) {
	defined := names{}
	for i, k := range r.ConditionKeys {
		if err := defined.define(k.Name, keyForm); err != nil {
			return nil, fmt.Errorf("ConditionKeys[%d]: %w", i, err)
		}
		if len(k.Types) != 1 {
			return nil, fmt.Errorf("ConditionKeys[%d] (%s): a key has one type, this one %d", i, k.Name, len(k.Types))
		}
		kind, multivalued, ok := parseKeyType(k.Types[0])
		if !ok {
			return nil, fmt.Errorf("ConditionKeys[%d] (%s): unknown type %q", i, k.Name, k.Types[0])
		}
		s.Keys = append(s.Keys, ConditionKey{Name: k.Name, Type: kind, Multivalued: multivalued})
	}
	return defined, nil
}

func (r *reference) resources(s *Service, keys names) (names, error) {
	defined := names{}
	for i, t := range r.Resources {
		if err := defined.define(t.Name, resourceForm); err != nil {
			return nil, fmt.Errorf("Resources[%d]: %w", i, err)
		}
		if len(t.ARNFormats) == 0 || len(t.ARNFormats) > maxARNs {
			return nil, fmt.Errorf("Resources[%d] (%s): a resource type has 1 to %d ARNFormats, this one %d", i, t.Name, maxARNs, len(t.ARNFormats))
		}
		for _, arn := range t.ARNFormats {
			if len(arn) > maxARNBytes || !arnForm.MatchString(arn) {
				return nil, fmt.Errorf("Resources[%d] (%s): ARN format %q is malformed; write arn:${Partition}:service:${Region}:${Account}:type/${Name}", i, t.Name, arn)
			}
		}
		used, err := keys.useKeys(t.ConditionKeys)
		if err != nil {
			return nil, fmt.Errorf("Resources[%d] (%s): %w", i, t.Name, err)
		}
		s.Resources = append(s.Resources, ResourceType{Name: t.Name, ARNs: t.ARNFormats, Keys: used})
	}
	return defined, nil
}

func (r *reference) actions(s *Service, keys, resources names) error {
	defined := names{}
	for i := range r.Actions {
		a := &r.Actions[i]
		if err := defined.define(a.Name, actionForm); err != nil {
			return fmt.Errorf("Actions[%d]: %w", i, err)
		}
		used, err := keys.useKeys(a.ActionConditionKeys)
		if err != nil {
			return fmt.Errorf("Actions[%d] (%s): %w", i, a.Name, err)
		}
		action := Action{Service: s.Prefix, Name: a.Name, Access: a.access(), Keys: used}
		seen := names{}
		for _, t := range a.Resources {
			if err := seen.define(t.Name, resourceForm); err != nil {
				return fmt.Errorf("Actions[%d] (%s): Resources: %w", i, a.Name, err)
			}
			name, ok := resources[lower(t.Name)]
			if !ok {
				return fmt.Errorf("Actions[%d] (%s): resource type %q is not in Resources", i, a.Name, t.Name)
			}
			action.Resources = append(action.Resources, ActionResource{Type: name})
		}
		s.Actions = append(s.Actions, action)
	}
	return nil
}

// access gives the level that the annotations mean: AWS marks what changes permissions or tags as writing too.
func (a *referenceAction) access() AccessLevel {
	if a.Annotations == nil {
		return 0
	}
	switch p := a.Annotations.Properties; {
	case p.IsPermissionManagement:
		return PermissionsManagement
	case p.IsTaggingOnly:
		return Tagging
	case p.IsList:
		return List
	case p.IsWrite:
		return Write
	}
	return Read
}

// parseKeyType reads a type as AWS writes it, such as ArrayOfString.
func parseKeyType(name string) (kind KeyType, multivalued, ok bool) {
	element, multivalued := strings.CutPrefix(name, "ArrayOf")
	for kind := TypeString; int(kind) < len(keyTypes); kind++ {
		if keyTypes[kind] == element {
			return kind, multivalued, true
		}
	}
	return 0, false, false
}
