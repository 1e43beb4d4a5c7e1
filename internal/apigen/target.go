package main

// target is a service to generate, with what its model does not say.
type target struct {
	// name is the folder in botocore's data and the name of the Go package.
	name string
	// echoes is set where the service prints the refused value in its validation errors.
	// Source: responses recorded on AWS; IAM leaves the value out, STS prints it, and services of JSON 1.1 do.
	echoes bool
	// local is set where the model is Warder's own, models/NAME.json.
	local bool
	// sensitive names shapes that the model does not mark though they are credentials or one-time codes.
	sensitive []string
	// invalid are the errors of an operation's own for values that break a constraint, by operation and member of its input.
	invalid map[string]map[string]string
}

var targets = []target{
	{name: "accessanalyzer"},
	{name: "account"},
	// Source: CloudTrail API reference, the errors of these operations.
	{name: "cloudtrail", echoes: true, invalid: map[string]map[string]string{
		"AddTags":             {"TagsList": "InvalidTagParameterException"},
		"CreateTrail":         {"TagsList": "InvalidTagParameterException"},
		"RemoveTags":          {"TagsList": "InvalidTagParameterException"},
		"PutEventSelectors":   {"EventSelectors": "InvalidEventSelectorsException", "AdvancedEventSelectors": "InvalidEventSelectorsException"},
		"PutInsightSelectors": {"InsightSelectors": "InvalidInsightSelectorsException"},
		"LookupEvents": {
			"LookupAttributes": "InvalidLookupAttributesException", "MaxResults": "InvalidMaxResultsException", "EventCategory": "InvalidEventCategoryException",
			"NextToken": "InvalidNextTokenException",
		},
	}},
	{name: "iam", sensitive: []string{"authenticationCodeType"}},
	{name: "sts", echoes: true, sensitive: []string{"tokenCodeType", "tokenType"}},
	{name: "warder", local: true},
}
