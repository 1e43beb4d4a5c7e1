package search

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/trail"
)

// Query says which events are wanted: those that meet every member that is not empty, each in one of its values. In patterns
// "*" stands for any text and "?" for one character.
type Query struct {
	// Principals are patterns for the caller: a whole ARN, what stands in an ARN behind the account ("user/alice",
	// "role/deploy"), or a name or id. A session of a role is found under the role too.
	Principals []string
	// Actions are "service:Name" or "Name", patterns without case: "iam:Create*", "ConsoleLogin".
	Actions []string
	// Resources are patterns for an ARN, a name or an id of what the event is about.
	Resources []string
	// Errors are patterns for the error code; "any" for every failure, "none" for success.
	Errors []string
	// Addresses are IP addresses, networks such as 192.0.2.0/24, or the name of a service that called.
	Addresses []string
	// Accounts are ids of the account whose trail it is.
	Accounts []string
	// EventIDs and AccessKeys are matched exactly.
	EventIDs, AccessKeys []string
	// Since and Until bound the event time, both included; zero for no bound.
	Since, Until time.Time
}

// Filter is a Query that can be asked. It is for use by any number of goroutines.
type Filter struct {
	q        Query
	actions  []action
	prefixes []netip.Prefix
	tests    []rawTest
}

// action is a pattern, in lower case.
type action struct{ service, name string }

// MaxPattern is the most bytes of one value of a Query.
const MaxPattern = 2048

// Compile checks a query. Its error says what to write instead.
func Compile(q Query) (*Filter, error) {
	f := &Filter{q: q}
	for _, list := range [][]string{q.Principals, q.Actions, q.Resources, q.Errors, q.Addresses, q.Accounts, q.EventIDs, q.AccessKeys} {
		for _, s := range list {
			if s == "" || len(s) > MaxPattern {
				return nil, fmt.Errorf("search: a value has 1 to %d bytes, not %d", MaxPattern, len(s))
			}
		}
	}
	if !q.Since.IsZero() && !q.Until.IsZero() && q.Until.Before(q.Since) {
		return nil, errors.New("search: the time ends before it begins")
	}
	for _, s := range q.Actions {
		f.actions = append(f.actions, parseAction(s))
	}
	for _, s := range q.Addresses {
		p, err := parseAddress(s)
		if err != nil {
			return nil, err
		}
		if p.IsValid() {
			f.prefixes = append(f.prefixes, p)
		}
	}
	for _, s := range q.Accounts {
		if !arn.IsAccountID(s) {
			return nil, fmt.Errorf("search: %q is no account id, which has 12 digits", s)
		}
	}
	f.tests = f.rawTests()
	return f, nil
}

func parseAction(s string) action {
	service, name, ok := strings.Cut(strings.ToLower(s), ":")
	if !ok {
		service, name = "*", service
	}
	return action{service, name}
}

// parseAddress gives the network that s names; none for the name of a service, which stands in records where a service
// called on somebody's behalf.
func parseAddress(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), nil
	}
	if strings.Contains(s, "/") || strings.Contains(s, ":") || !strings.Contains(s, ".") || strings.Trim(s, "0123456789.") == "" {
		return netip.Prefix{}, fmt.Errorf("search: %q is no address (192.0.2.1), no network (192.0.2.0/24) and no service (cloudformation.amazonaws.com)", s)
	}
	return netip.Prefix{}, nil
}

// Match tells whether the event is wanted.
func (f *Filter) Match(e *trail.Event) bool {
	q := &f.q
	return f.matchTime(e.EventTime) &&
		f.matchAction(e) &&
		f.matchError(e.ErrorCode, e.ErrorMessage) &&
		oneOf(q.EventIDs, e.EventID) &&
		oneOf(q.AccessKeys, e.UserIdentity.AccessKeyID) &&
		oneOf(q.Accounts, Account(e)) &&
		f.matchAddress(e.SourceIPAddress) &&
		f.matchNames(q.Principals, func() []string { return principalNames(e) }) &&
		f.matchNames(q.Resources, func() []string { return resourceNames(e) })
}

func oneOf(wanted []string, s string) bool { return len(wanted) == 0 || slices.Contains(wanted, s) }

// matchTime: the event has whole seconds, so that until a time means to the end of its second.
func (f *Filter) matchTime(t time.Time) bool {
	return (f.q.Since.IsZero() || !t.Before(f.q.Since)) && (f.q.Until.IsZero() || !t.After(f.q.Until))
}

func (f *Filter) matchAction(e *trail.Event) bool {
	if len(f.actions) == 0 {
		return true
	}
	source, name := e.Operation()
	source, name = strings.ToLower(trail.ServiceOf(source)), strings.ToLower(name)
	return slices.ContainsFunc(f.actions, func(a action) bool { return arn.Glob(a.service, source) && arn.Glob(a.name, name) })
}

// What --error takes beside codes.
const (
	anyError = "any"
	noError  = "none"
)

func (f *Filter) matchError(code, message string) bool {
	failed := code != "" || message != ""
	return len(f.q.Errors) == 0 || slices.ContainsFunc(f.q.Errors, func(want string) bool {
		switch want {
		case anyError:
			return failed
		case noError:
			return !failed
		}
		return code != "" && arn.Glob(want, code)
	})
}

func (f *Filter) matchAddress(source string) bool {
	return len(f.q.Addresses) == 0 || slices.Contains(f.q.Addresses, source) || f.inNetwork(source)
}

func (f *Filter) inNetwork(source string) bool {
	if len(f.prefixes) == 0 {
		return false
	}
	a, err := netip.ParseAddr(source)
	if err != nil {
		return false
	}
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(f.prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}

func (f *Filter) matchNames(patterns []string, names func() []string) bool {
	if len(patterns) == 0 {
		return true
	}
	all := names()
	return slices.ContainsFunc(patterns, func(p string) bool {
		return slices.ContainsFunc(all, func(name string) bool { return name != "" && arn.Glob(p, name) })
	})
}

// principalNames are all names that the record has for its caller.
func principalNames(e *trail.Event) []string {
	u := &e.UserIdentity
	names := []string{u.ARN, resourcePart(u.ARN), u.UserName, e.Username(), u.PrincipalID, u.InvokedBy}
	if s := u.SessionContext; s != nil {
		if i := s.SessionIssuer; i != nil {
			names = append(names, i.ARN, resourcePart(i.ARN), i.UserName, i.PrincipalID)
		}
		names = append(names, s.SourceIdentity)
	}
	return names
}

func resourceNames(e *trail.Event) []string {
	var names []string
	for _, r := range e.References() {
		names = append(names, r.Name, resourcePart(r.Name))
	}
	return names
}

// resourcePart is what stands in an ARN behind the account.
func resourcePart(s string) string {
	if parts := strings.SplitN(s, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		return parts[5]
	}
	return ""
}

// Account is the account whose trail the event belongs to. Records before version 1.02 name only the caller's.
func Account(e *trail.Event) string { return cmp.Or(e.RecipientAccountID, e.UserIdentity.AccountID) }
