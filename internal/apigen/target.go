package main

// target is a service to generate, with what its model does not say.
type target struct {
	// name is the folder in botocore's data and the name of the Go package.
	name string
	// echoes is set where the service prints the refused value in its validation errors.
	// Source: responses recorded on AWS; IAM leaves the value out, STS prints it.
	echoes bool
	// local is set where the model is Warder's own, models/NAME.json.
	local bool
	// sensitive names shapes that the model does not mark though they are credentials or one-time codes.
	sensitive []string
}

var targets = []target{
	{name: "accessanalyzer"},
	{name: "cloudtrail"},
	{name: "account"},
	{name: "iam", sensitive: []string{"authenticationCodeType"}},
	{name: "sts", echoes: true, sensitive: []string{"tokenCodeType", "tokenType"}},
	{name: "warder", local: true},
}
