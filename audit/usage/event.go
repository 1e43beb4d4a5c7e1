package usage

import (
	"cmp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/trail"
)

// Outcome says how a call ended.
type Outcome uint8

// The outcomes. A call that failed was permitted all the same, but for a failed sign-in.
const (
	Succeeded Outcome = iota
	Failed            // for a reason other than a missing permission
	Denied            // a permission was missing
)

// refusals are the error codes by which services say that a permission is missing. Source: CloudTrail User Guide, example
// of the metric filter for authorization failures, and the services' lists of errors.
var refusals = []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "UnauthorizedAccess", "Forbidden"}

// OutcomeOf is how the call of a record ended.
func OutcomeOf(e *trail.Event) Outcome {
	code := e.ErrorCode[strings.LastIndexByte(e.ErrorCode, '.')+1:] // Client.UnauthorizedOperation
	switch {
	case slices.Contains(refusals, code):
		return Denied
	case code != "" || e.ErrorMessage != "":
		return Failed // a sign-in that failed has a message only
	case e.EventName == "ConsoleLogin" && strings.Contains(string(e.ResponseElements), `"Failure"`):
		return Failed
	}
	return Succeeded
}

// Actor is the root user, user or role that acted, and its account: what sessions did, their role or user did. Both are ""
// where the record names none, as of a service's own call.
func Actor(e *trail.Event) (principal, account string) {
	u := &e.UserIdentity
	name := u.ARN
	if s := u.SessionContext; s != nil && s.SessionIssuer != nil && s.SessionIssuer.ARN != "" {
		name = s.SessionIssuer.ARN
	}
	if u.Type == "Root" && arn.IsAccountID(cmp.Or(u.AccountID, e.RecipientAccountID)) {
		// A sign-in that failed may come without an ARN.
		name = cmp.Or(name, named(e, cmp.Or(u.AccountID, e.RecipientAccountID)).Root().String())
	}
	if name == "" && u.Type == "IAMUser" && u.UserName != "" && arn.IsAccountID(u.AccountID) {
		name = named(e, u.AccountID).User("/", u.UserName).String()
	}
	parsed, err := arn.Parse(name)
	if err != nil || !arn.IsAccountID(parsed.Account) {
		return "", ""
	}
	if rest, ok := strings.CutPrefix(parsed.Resource, "assumed-role/"); ok && parsed.Service == "sts" {
		role, _, _ := strings.Cut(rest, "/")
		name = arn.Account{Partition: parsed.Partition, ID: parsed.Account}.Role("/", role).String()
	}
	return name, parsed.Account
}

// named makes ARNs of an account in the partition of the region where an event happened.
func named(e *trail.Event, account string) arn.Account {
	return arn.Account{Partition: arn.PartitionOf(e.AWSRegion), ID: account}
}
