package iam

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/policy/eval"
)

// everyResource is what an action is simulated on where no resource is given. Only a lone star in a policy matches it.
const everyResource = "*"

// simulatedResources reads ResourceArns; explicit is false where they are left out, or are the star.
func simulatedResources(in *api.SimulateCustomPolicyInput) (list []string, explicit bool, err error) {
	list, explicit = in.ResourceArns, true
	if len(list) == 0 || len(list) == 1 && list[0] == everyResource {
		list, explicit = []string{everyResource}, false
	}
	for _, text := range list {
		if explicit && !resembles(text) {
			return nil, false, api.InvalidInput.New("ResourceNames are not in a valid ARN format: %s.", text)
		}
	}
	if in.ResourcePolicy != nil && !explicit {
		// "it must be applicable to all of the resources included in the simulation or you receive an invalid input error"
		return nil, false, api.InvalidInput.New("A ResourcePolicy needs the ResourceArns that it is attached to.")
	}
	return list, explicit, checkScenario(in.ResourceHandlingOption, list)
}

// resembles: a resource has the six parts of an ARN. Its last part may hold wildcards, which are characters like others:
// arn:aws:s3:::bucket/* is what a policy for all of the bucket's objects covers.
func resembles(text string) bool {
	parts := strings.SplitN(text, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && parts[1] != "" && parts[2] != "" && parts[5] != ""
}

// accountOf is the account in a resource's ARN, or otherwise.
func accountOf(resource, otherwise string) string {
	if parts := strings.SplitN(resource, ":", 6); len(parts) == 6 && arn.IsAccountID(parts[4]) {
		return parts[4]
	}
	return otherwise
}

// scenarios are the values of ResourceHandlingOption, each with the resources of EC2 that it must be simulated on.
// Source: API reference of SimulateCustomPolicy.
var scenarios = map[string][]string{
	"EC2-VPC-InstanceStore":        {"instance", "image", "security-group", "network-interface"},
	"EC2-VPC-InstanceStore-Subnet": {"instance", "image", "security-group", "network-interface", "subnet"},
	"EC2-VPC-EBS":                  {"instance", "image", "security-group", "network-interface", "volume"},
	"EC2-VPC-EBS-Subnet":           {"instance", "image", "security-group", "network-interface", "subnet", "volume"},
}

func checkScenario(option *string, resources []string) error {
	if option == nil {
		return nil
	}
	needed, ok := scenarios[*option]
	if !ok {
		return api.InvalidInput.New("Invalid input resource handling options: %s.", *option)
	}
	for _, kind := range needed {
		if !slices.ContainsFunc(resources, func(text string) bool {
			parts := strings.SplitN(text, ":", 6)
			return len(parts) == 6 && parts[2] == "ec2" && strings.HasPrefix(parts[5], kind+"/")
		}) {
			return api.InvalidInput.New("The resource handling option %s needs the ARN of an EC2 %s among the ResourceArns.", *option, strings.ReplaceAll(kind, "-", " "))
		}
	}
	return nil
}

// readable says of each scalar type of context entry which values it takes.
var readable = map[string]func(string) bool{
	"string":  func(string) bool { return true },
	"numeric": eval.IsNumber,
	"boolean": eval.IsBool,
	"ip":      eval.IsAddress,
	"binary":  eval.IsBinary,
	"date":    eval.IsDate,
}

// suppose reads the context entries. They may give any key, those of the caller too. An entry without a type is a list
// where its key is one, or where it has several values. A list of none is an absent key.
func (s *simulation) suppose(entries []api.ContextEntry) (eval.Context, error) {
	var ctx eval.Context
	seen := map[string]bool{}
	sorted := slices.Clone(entries) // a Context grows fastest in its own order
	slices.SortFunc(sorted, func(a, b api.ContextEntry) int {
		return strings.Compare(folded(value(a.ContextKeyName)), folded(value(b.ContextKeyName)))
	})
	for _, e := range sorted {
		name := value(e.ContextKeyName)
		if name == "" {
			return ctx, api.InvalidInput.New("Invalid context entry: ContextKeyName is missing.")
		}
		if _, twice := ctx.Lookup(name); twice || seen[folded(name)] {
			return ctx, api.InvalidInput.New("Invalid context entry: %s is given more than once; keys have no case.", name)
		}
		seen[folded(name)] = true
		kind, list := s.entryType(&e)
		if err := checkValues(name, kind, list, e.ContextKeyValues); err != nil {
			return ctx, err
		}
		if list {
			ctx.SetList(name, e.ContextKeyValues...)
		} else {
			ctx.Set(name, e.ContextKeyValues[0])
		}
	}
	return ctx, nil
}

// entryType is the scalar type of an entry, and whether it is a list.
func (s *simulation) entryType(e *api.ContextEntry) (kind string, list bool) {
	if e.ContextKeyType != nil {
		return strings.CutSuffix(*e.ContextKeyType, "List")
	}
	many := false
	if s.catalog != nil {
		many, _ = s.catalog.Multivalued(*e.ContextKeyName)
	}
	return "string", many || len(e.ContextKeyValues) != 1
}

func checkValues(name, kind string, list bool, values []string) *awsapi.Error {
	if !list && len(values) != 1 {
		return api.InvalidInput.New("Invalid context entry: %s has %d values, and the type %s takes one. Use the type %sList.", name, len(values), kind, kind)
	}
	for _, v := range values {
		if !readable[kind](v) {
			return api.InvalidInput.New("Invalid context entry: the value %.100q of %s is not of the type %s.", v, name, kind)
		}
	}
	return nil
}
