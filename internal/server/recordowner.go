package server

import (
	"github.com/google/uuid"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/trail"
)

// shared is the event that the owner of a call's resource gets, where that is another account here: the same call under the
// same sharedEventID, which e is given too, seen from outside. It is nil where there is none, and for a call that was refused,
// so that strangers cannot fill the owner's trail. Source: AWS IAM User Guide, logging IAM and STS calls with CloudTrail.
func (c *Call) shared(e *trail.Event) *trail.Event {
	owner := c.owner()
	if owner == "" || e.ErrorCode != "" {
		return nil
	}
	e.SharedEventID = uuid.NewString()
	theirs := *e
	theirs.EventID = uuid.NewString()
	theirs.RecipientAccountID = owner
	theirs.UserIdentity = outsider(c.Caller)
	return &theirs
}

// owner is the other account here that owns a resource which the call was allowed to use; "" where there is none.
func (c *Call) owner() string {
	if c.Caller == nil || c.snapshot == nil {
		return ""
	}
	for i := range c.decisions {
		d := &c.decisions[i]
		account := d.Ask.ResourceAccount
		if d.Allowed() && account != "" && account != c.recipient() && c.snapshot.Account(account) != nil {
			return account
		}
	}
	return ""
}

// outsider is a caller as another account's trail shows it: its ids, and none of its names.
func outsider(k *authz.Caller) trail.UserIdentity {
	return trail.UserIdentity{Type: "AWSAccount", PrincipalID: k.UserID, AccountID: k.Account}
}
