package escalation

import "slices"

// Steps are all that this package knows, by family. The order is that in which equal ways are preferred.
func Steps() []Step {
	return slices.Concat(rightsSteps, credentialSteps, []Step{factorStep}, trustSteps, providerSteps, makingSteps, serviceSteps(), workloadSteps)
}
