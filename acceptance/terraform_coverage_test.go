package acceptance

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// tfState is what the tests read of a Terraform state file.
type tfState struct {
	Outputs   map[string]struct{ Value any }
	Resources []struct {
		Mode      string // "managed" or "data"
		Type      string // "aws_iam_user"
		Name      string
		Instances []struct{ Attributes map[string]any }
	}
}

// exceptions are what the configuration does not do with the provider, each with the reason.
type exceptions struct {
	LeftOut     map[string]string // resources, and data sources with "data." before them, that it does not have
	NotImported map[string]string // resources that it has and does not import
}

// everythingIsUsed checks that the configuration has every resource and data source that the provider has of what Warder serves, and
// that every resource is imported, but for the exceptions.
func (tf *terraform) everythingIsUsed() {
	tf.t.Helper()
	var resources, used []string
	for _, r := range tf.state().Resources {
		switch {
		case !isServed(r.Type):
		case r.Mode == "data":
			used = append(used, "data."+r.Type)
		default:
			used, resources = append(used, r.Type), append(resources, r.Type)
		}
	}
	var imported []string
	for _, i := range readJSON[[]tfImport](tf.t, "testdata/terraform/imports.json") {
		imported = append(imported, i.resource())
	}
	except := readJSON[exceptions](tf.t, "testdata/terraform/exceptions.json")
	for _, wrong := range unaccounted(tf.provided(), used, except.LeftOut) {
		tf.t.Errorf("in the configuration, %s", wrong)
	}
	for _, wrong := range unaccounted(resources, imported, except.NotImported) {
		tf.t.Errorf("among the imports, %s", wrong)
	}
}

// unaccounted finds what breaks the rule that each of all is either done or has a reason why it is not, and that nothing
// else is done or excused.
func unaccounted(all, done []string, reasons map[string]string) []string {
	var wrong []string
	for _, name := range all {
		switch reason, excused := reasons[name]; {
		case slices.Contains(done, name) && excused:
			wrong = append(wrong, name+": is there, and exceptions.json says why it is not")
		case !slices.Contains(done, name) && !excused:
			wrong = append(wrong, name+": is not there, and exceptions.json does not say why")
		case excused && reason == "":
			wrong = append(wrong, name+": exceptions.json gives no reason")
		}
	}
	for _, name := range slices.Concat(done, slices.Collect(maps.Keys(reasons))) {
		if !slices.Contains(all, name) {
			wrong = append(wrong, name+": no such thing")
		}
	}
	return wrong
}

func TestTerraformExceptions(t *testing.T) {
	for name, test := range map[string]struct {
		all, done []string
		reasons   map[string]string
		want      []string
	}{
		"all done":            {all: []string{"a", "b"}, done: []string{"a", "b", "b"}},
		"a reason":            {all: []string{"a", "b"}, done: []string{"a"}, reasons: map[string]string{"b": "it cannot be"}},
		"forgotten":           {all: []string{"a", "b"}, done: []string{"a"}, want: []string{"b: is not there, and exceptions.json does not say why"}},
		"done and excused":    {all: []string{"a"}, done: []string{"a"}, reasons: map[string]string{"a": "it cannot be"}, want: []string{"a: is there, and exceptions.json says why it is not"}},
		"an empty reason":     {all: []string{"a"}, reasons: map[string]string{"a": ""}, want: []string{"a: exceptions.json gives no reason"}},
		"excused and unknown": {all: []string{"a"}, done: []string{"a"}, reasons: map[string]string{"b": "it cannot be"}, want: []string{"b: no such thing"}},
		"done and unknown":    {all: []string{"a"}, done: []string{"a", "b"}, want: []string{"b: no such thing"}},
	} {
		if have := unaccounted(test.all, test.done, test.reasons); !slices.Equal(have, test.want) {
			t.Errorf("%s: %q, want %q", name, have, test.want)
		}
	}
}

// provided asks the provider what it has of what Warder serves.
func (tf *terraform) provided() []string {
	tf.t.Helper()
	out, err := tf.command("providers", "schema", "-json").Output()
	check(tf.t, err)
	var schema struct {
		Providers map[string]struct {
			Resources map[string]json.RawMessage `json:"resource_schemas"`
			Data      map[string]json.RawMessage `json:"data_source_schemas"`
		} `json:"provider_schemas"`
	}
	check(tf.t, json.Unmarshal(out, &schema))
	var names []string
	for _, provider := range schema.Providers {
		for name := range provider.Resources {
			names = append(names, name)
		}
		for name := range provider.Data {
			names = append(names, "data."+name)
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !isServed(strings.TrimPrefix(name, "data.")) })
	if len(names) == 0 {
		tf.t.Fatal("the provider has nothing of IAM")
	}
	return names
}

// isServed: those of IAM, and an account's contacts.
func isServed(resource string) bool {
	return strings.HasPrefix(resource, "aws_iam_") || resource == "aws_account_alternate_contact" || resource == "aws_account_primary_contact"
}
