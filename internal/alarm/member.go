package alarm

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/trail"
)

// rawMembers are members of a record that hold JSON of any shape; "requestParameters.userName" is in the first.
func rawMembers() []string {
	return []string{"requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"}
}

// plainMembers are the other members that rules know, each with its value. Below the line are those that Warder derives.
func plainMembers() map[string]func(*record) string {
	return map[string]func(*record) string{
		"eventSource":        func(r *record) string { return r.EventSource },
		"eventName":          func(r *record) string { return r.EventName },
		"eventType":          func(r *record) string { return r.EventType },
		"eventCategory":      func(r *record) string { return r.EventCategory },
		"awsRegion":          func(r *record) string { return r.AWSRegion },
		"sourceIPAddress":    func(r *record) string { return r.SourceIPAddress },
		"userAgent":          func(r *record) string { return r.UserAgent },
		"errorCode":          func(r *record) string { return r.ErrorCode },
		"errorMessage":       func(r *record) string { return r.ErrorMessage },
		"readOnly":           func(r *record) string { return strconv.FormatBool(r.ReadOnly) },
		"recipientAccountId": func(r *record) string { return r.RecipientAccountID },

		"userIdentity.type":             func(r *record) string { return r.UserIdentity.Type },
		"userIdentity.arn":              func(r *record) string { return r.UserIdentity.ARN },
		"userIdentity.accountId":        func(r *record) string { return r.UserIdentity.AccountID },
		"userIdentity.principalId":      func(r *record) string { return r.UserIdentity.PrincipalID },
		"userIdentity.userName":         func(r *record) string { return r.UserIdentity.UserName },
		"userIdentity.accessKeyId":      func(r *record) string { return r.UserIdentity.AccessKeyID },
		"userIdentity.invokedBy":        func(r *record) string { return r.UserIdentity.InvokedBy },
		"userIdentity.identityProvider": func(r *record) string { return r.UserIdentity.IdentityProvider },
		"userIdentity.sessionContext.sessionIssuer.arn": func(r *record) string {
			if s := r.UserIdentity.SessionContext; s != nil && s.SessionIssuer != nil {
				return s.SessionIssuer.ARN
			}
			return ""
		},
		"userIdentity.sessionContext.attributes.mfaAuthenticated": func(r *record) string {
			if s := r.UserIdentity.SessionContext; s != nil {
				return s.Attributes.MFAAuthenticated
			}
			return ""
		},

		"principal": (*record).principal,
		"network":   (*record).network,
		"place":     (*record).place,
		"workload":  (*record).workload,
	}
}

// checkMember refuses what no record has.
func checkMember(name string) error {
	if _, ok := plainMembers()[name]; ok {
		return nil
	}
	if first, rest, ok := strings.Cut(name, "."); ok && rest != "" && slices.Contains(rawMembers(), first) && len(name) <= maxPattern {
		return nil
	}
	return fmt.Errorf("%q is no member that rules know; those of any shape are %s, each with a name after it: requestParameters.userName",
		cut(name, 100), strings.Join(rawMembers(), ", "))
}

// record is an event as rules look at it.
type record struct {
	*trail.Event
	account  string // whose alarm it is
	sequence uint64
	engine   *Engine
	members  map[string]func(*record) string
	raw      map[string]any // what was decoded of the members of any shape, by name
	became   map[Fact][]Finding
}

// value is the text of a member, "" where it is absent or no text, number or truth value.
func (r *record) value(name string) string {
	if f, ok := r.members[name]; ok {
		return f(r)
	}
	path := strings.Split(name, ".")
	v := r.any(path[0])
	for _, step := range path[1:] {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[step]
	}
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// any decodes a member of any shape, once.
func (r *record) any(name string) any {
	if v, ok := r.raw[name]; ok {
		return v
	}
	var text json.RawMessage
	switch name {
	case "requestParameters":
		text = r.RequestParameters
	case "responseElements":
		text = r.ResponseElements
	case "additionalEventData":
		text = r.AdditionalEventData
	case "serviceEventDetails":
		text = r.ServiceEventDetails
	}
	var v any
	if len(text) > 0 {
		d := json.NewDecoder(strings.NewReader(string(text)))
		d.UseNumber()
		if d.Decode(&v) != nil { // trail.Parse took the record, so it is JSON; a depth that this decoder refuses is nothing to rules
			v = nil
		}
	}
	if r.raw == nil {
		r.raw = map[string]any{}
	}
	r.raw[name] = v
	return v
}

// principal is who acts, whatever the session: the ARN of the role for a session of one, else the caller's own. Of a
// caller that is not known it is the key that it named, else where it called from.
func (r *record) principal() string {
	if s := r.UserIdentity.SessionContext; s != nil && s.SessionIssuer != nil && s.SessionIssuer.ARN != "" {
		return s.SessionIssuer.ARN
	}
	return cmp.Or(r.Caller(), r.SourceIPAddress)
}

// proven reports whether the caller is who the record says. What is remembered for long is of those only: strangers may name
// as many keys as they like, and must not crowd out of a bounded memory who is known.
func (r *record) proven() bool { return r.UserIdentity.Type != "Unknown" }

// network is the neighbourhood of the source address: 24 bits of IPv4, 48 of IPv6. It is "" where the source is a service.
func (r *record) network() string {
	addr, err := netip.ParseAddr(r.SourceIPAddress)
	if err != nil {
		return ""
	}
	addr = addr.Unmap().WithZone("")
	bits := 24
	if addr.Is6() {
		bits = 48
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// place tells whether the source is in the networks of workloads: "inside", "outside", or "" where none are configured or
// the source is a service.
func (r *record) place() string {
	addr, err := netip.ParseAddr(r.SourceIPAddress)
	if err != nil || len(r.engine.options.Networks) == 0 {
		return ""
	}
	for _, p := range r.engine.options.Networks {
		if p.Contains(addr.Unmap()) {
			return "inside"
		}
	}
	return "outside"
}

// workload is "true" for a session of a role that AWS services may assume: what runs with it is a program.
func (r *record) workload() string {
	s := r.UserIdentity.SessionContext
	if r.UserIdentity.Type != "AssumedRole" || s == nil || s.SessionIssuer == nil || r.engine.options.Judge == nil {
		return "false"
	}
	return strconv.FormatBool(r.engine.options.Judge.Workload(s.SessionIssuer.ARN))
}

// holds reports whether every condition holds.
func (c Conditions) all(r *record) bool {
	for member, patterns := range c {
		if !patterns.match(r.value(member)) {
			return false
		}
	}
	return true
}

// any reports whether one of the conditions holds.
func (c Conditions) any(r *record) bool {
	for member, patterns := range c {
		if patterns.match(r.value(member)) {
			return true
		}
	}
	return false
}

func (l List) match(s string) bool {
	return slices.ContainsFunc(l, func(pattern string) bool { return pattern == s || arn.Glob(pattern, s) })
}
