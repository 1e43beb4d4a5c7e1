package trail

import (
	"cmp"
	"strings"
)

// Caller is the best name that the record has for who called: the ARN, else the service that called, else the user's name,
// the unique id, and the access key. It is "" where the record names nobody; what kind of caller it was is
// UserIdentity.Type.
func (e *Event) Caller() string {
	u := &e.UserIdentity
	return cmp.Or(u.ARN, u.InvokedBy, u.UserName, u.PrincipalID, u.AccessKeyID)
}

// Service is ServiceOf the event's source.
func (e *Event) Service() string { return ServiceOf(e.EventSource) }

// ServiceOf is the short name of the service that an event's source is: "iam" of "iam.amazonaws.com", and of
// "iam.amazonaws.com.cn". Another source ("warder.internal") is its own name. It is not always the prefix of the service's
// actions in policies.
func ServiceOf(source string) string {
	return strings.TrimSuffix(strings.TrimSuffix(source, ".amazonaws.com"), ".amazonaws.com.cn")
}
