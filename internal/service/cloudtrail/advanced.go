package cloudtrail

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
)

// The values of the field eventCategory.
const (
	management = "Management"
	data       = "Data"
	network    = "NetworkActivity" // events of VPC endpoints, of which Warder has none
)

// field is what advanced event selectors may say of one field in events of one category.
type field struct {
	required bool
	// operators that may compare it, nil for all.
	operators []string
	// values that it may be compared with, nil for all.
	values []string
}

// operators of a field selector, by the names that the API has for them.
const (
	equals        = "Equals"
	startsWith    = "StartsWith"
	endsWith      = "EndsWith"
	notEquals     = "NotEquals"
	notStartsWith = "NotStartsWith"
	notEndsWith   = "NotEndsWith"
)

// fields that selectors of a trail may name, by category. Source: the API reference, AdvancedFieldSelector; CloudTrail User
// Guide, "Logging management events", "Logging data events" and "Logging network activity events".
var fields = map[string]map[string]field{
	management: {
		"eventCategory": {required: true, operators: []string{equals}},
		"eventSource":   {operators: []string{notEquals}, values: excludable},
		"readOnly":      {operators: []string{equals}, values: []string{"true", "false"}},
	},
	data: {
		"eventCategory":                {required: true, operators: []string{equals}},
		"resources.type":               {required: true, operators: []string{equals}},
		"readOnly":                     {operators: []string{equals}, values: []string{"true", "false"}},
		"eventName":                    {},
		"eventSource":                  {},
		"eventType":                    {},
		"resources.ARN":                {},
		"sessionCredentialFromConsole": {operators: []string{equals, notEquals}, values: []string{"true"}},
		"userIdentity.arn":             {},
	},
	network: {
		"eventCategory":    {required: true, operators: []string{equals}},
		"eventSource":      {required: true, operators: []string{equals}},
		"errorCode":        {operators: []string{equals}, values: []string{"VpceAccessDenied"}},
		"eventName":        {},
		"userIdentity.arn": {},
		"vpcEndpointId":    {},
	},
}

func readAdvanced(given []api.AdvancedEventSelector) ([]directory.AdvancedEventSelector, error) {
	var list []directory.AdvancedEventSelector
	conditions, size := 0, 0
	for _, g := range given {
		s := directory.AdvancedEventSelector{}
		set(&s.Name, g.Name)
		for _, f := range g.FieldSelectors {
			s.Fields = append(s.Fields, modelField(&f))
		}
		if err := checkAdvanced(&s); err != nil {
			return nil, err
		}
		size += len(s.Name)
		for i := range s.Fields {
			for _, c := range comparisons(&s.Fields[i]) {
				conditions += len(*c.values)
				size += textSize(*c.values)
			}
		}
		list = append(list, s)
	}
	switch {
	case conditions > maxConditions:
		return nil, invalidSelectors("The advanced event selectors of a trail have %d values at most for all conditions, and the request has %d.", maxConditions, conditions)
	case size > maxSelectorText:
		return nil, tooMuchText()
	}
	return list, nil
}

// checkAdvanced refuses a selector that could not choose what it says.
func checkAdvanced(s *directory.AdvancedEventSelector) error {
	category, err := categoryOf(s)
	if err != nil {
		return err
	}
	known := fields[category]
	var seen []string
	for i := range s.Fields {
		f := &s.Fields[i]
		rule, ok := known[f.Field]
		switch {
		case !ok:
			return invalidSelectors("The field %.100s is not supported in selectors of %s events.", f.Field, category)
		case slices.Contains(seen, f.Field):
			return invalidSelectors("The field %s stands more than once in one selector.", f.Field)
		}
		seen = append(seen, f.Field)
		if err := rule.check(f); err != nil {
			return err
		}
	}
	for name, rule := range known {
		if rule.required && !slices.Contains(seen, name) {
			return invalidSelectors("A selector of %s events must have the field %s.", category, name)
		}
	}
	return nil
}

// categoryOf is the one category that a selector chooses events of.
func categoryOf(s *directory.AdvancedEventSelector) (string, error) {
	i := slices.IndexFunc(s.Fields, func(f directory.FieldSelector) bool { return f.Field == "eventCategory" })
	if i < 0 {
		return "", invalidSelectors("A selector must have the field eventCategory.")
	}
	values := s.Fields[i].Equals
	if len(values) != 1 || fields[values[0]] == nil {
		return "", invalidSelectors("The field eventCategory must equal one of %s, %s and %s.", management, data, network)
	}
	return values[0], nil
}

// check refuses operators and values that the field has not.
func (rule *field) check(f *directory.FieldSelector) error {
	operators := 0
	for _, c := range comparisons(f) {
		if len(*c.values) == 0 {
			continue
		}
		operators++
		if rule.operators != nil && !slices.Contains(rule.operators, c.operator) {
			return invalidSelectors("The operator %s is not supported for the field %s: %s is.", c.operator, f.Field, strings.Join(rule.operators, " or "))
		}
		for _, value := range *c.values {
			if rule.values != nil && !slices.Contains(rule.values, value) {
				return invalidSelectors("The field %s can not be compared with %.100s: it may be with %s.", f.Field, value, strings.Join(rule.values, " or "))
			}
			if f.Field == "resources.type" && !resourceTypeForm.MatchString(value) {
				return invalidSelectors("%.100s is not a resource type.", value)
			}
		}
	}
	if operators == 0 {
		return invalidSelectors("The field %.100s is compared with nothing.", f.Field)
	}
	return nil
}

// comparison is one operator of a field selector with the values that it compares with.
type comparison struct {
	operator string
	values   *[]string
}

func comparisons(f *directory.FieldSelector) []comparison {
	return []comparison{
		{equals, &f.Equals}, {startsWith, &f.StartsWith}, {endsWith, &f.EndsWith},
		{notEquals, &f.NotEquals}, {notStartsWith, &f.NotStartsWith}, {notEndsWith, &f.NotEndsWith},
	}
}

func modelField(f *api.AdvancedFieldSelector) directory.FieldSelector {
	return directory.FieldSelector{
		Field: f.Field, Equals: f.Equals, StartsWith: f.StartsWith, EndsWith: f.EndsWith,
		NotEquals: f.NotEquals, NotStartsWith: f.NotStartsWith, NotEndsWith: f.NotEndsWith,
	}
}

func showAdvanced(s *directory.AdvancedEventSelector) api.AdvancedEventSelector {
	shown := api.AdvancedEventSelector{FieldSelectors: []api.AdvancedFieldSelector{}}
	if s.Name != "" {
		shown.Name = &s.Name
	}
	for _, f := range s.Fields {
		shown.FieldSelectors = append(shown.FieldSelectors, api.AdvancedFieldSelector{
			Field: f.Field, Equals: f.Equals, StartsWith: f.StartsWith, EndsWith: f.EndsWith,
			NotEquals: f.NotEquals, NotStartsWith: f.NotStartsWith, NotEndsWith: f.NotEndsWith,
		})
	}
	return shown
}
