// Package guardrail carries out what audit/guardrail plans, on a schedule that internal/app keeps: as a service principal
// whose every change is an ordinary operation through the pipeline. It may change nothing in any other way, makes no more
// changes in one run than its limit, and gives a secret to nobody but the hook that the operator named.
package guardrail
