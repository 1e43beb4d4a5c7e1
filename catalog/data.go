package catalog

import _ "embed" // the data files

//go:embed policies.bin
var policiesData string

//go:embed services.bin
var servicesData string

// Source is what a part of the embedded data was generated from.
type Source struct {
	Package string // name in the npm registry
	Version string
	License string // SPDX identifier
}

// Sources names the packages that the AWS-managed policies and the services were generated from.
func Sources() (policies, services Source) {
	return Source{policiesPackage, policiesVersion, policiesLicense}, Source{servicesPackage, servicesVersion, servicesLicense}
}
