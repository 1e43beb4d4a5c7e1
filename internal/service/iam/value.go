package iam

import "strings"

// value is what an optional member holds, or its zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// each is the list of what show makes of the items; never nil, so that an empty list shows as one.
func each[T, U any](items []T, show func(T) U) []U {
	out := make([]U, 0, len(items))
	for _, item := range items {
		out = append(out, show(item))
	}
	return out
}

// notEmpty leaves out an optional member that holds nothing.
func notEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// folded is the form in which names and tag keys are ordered and compared.
func folded(name string) string { return strings.ToLower(name) }
