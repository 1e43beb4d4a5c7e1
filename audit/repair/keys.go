package repair

import (
	"slices"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

// credential deactivates the access key that a finding is about. What else such a finding may be about cannot be taken back.
func (m *maker) credential() string {
	switch {
	case m.is("password"):
		return "nobody can give a password back that was deleted: agree with the user first"
	case m.is("user"):
		return "a user that was deleted does not come back with its id and its credentials: mend the findings of its keys, and delete it later"
	}
	u := m.user()
	if u == nil {
		return gone
	}
	for _, k := range m.account.Keys(u.ID) {
		if m.is(k.ID) {
			return m.deactivate(u, k)
		}
	}
	return "the input does not tell the id of the key: list-access-keys of the user is missing"
}

// gone is why a finding about something that is not there any more is not mended.
const gone = "its resource is not in the account, or not any more after the changes before"

// user is the finding's, nil where it is not there.
func (m *maker) user() *directory.User {
	name, ok := m.named(arn.KindUser)
	if !ok {
		return nil
	}
	return m.account.User(name)
}

// deactivate makes a key inactive.
func (m *maker) deactivate(u *directory.User, k *directory.AccessKey) string {
	switch {
	case !k.Active:
		return "the key is inactive already, or is made so by a change before"
	case slices.Contains(m.in.Spare, k.ID):
		return k.ID + " is the key that this profile signs with: warder rotate-key replaces it without locking you out"
	}
	m.step(DeactivateKey(u, k))
	changed := k.Clone()
	changed.Active = false
	m.puts = append(m.puts, changed)
	return ""
}

// DeactivateKey is the step that makes a user's access key inactive.
func DeactivateKey(u *directory.User, k *directory.AccessKey) Step {
	set := func(status string) Call {
		return call("UpdateAccessKey", "UserName", u.Name, "AccessKeyId", k.ID, "Status", status)
	}
	return Step{
		Text: "deactivate access key " + k.ID + " of user " + u.Name,
		Diff: []string{`- "Status": "Active"`, `+ "Status": "Inactive"`},
		Call: set("Inactive"), Undo: []Call{set("Active")}, key: k,
	}
}

// DeleteKey is the step that deletes a user's access key. It has no way back.
func DeleteKey(u *directory.User, k *directory.AccessKey) Step {
	return Step{
		Text: "delete access key " + k.ID + " of user " + u.Name, key: k,
		Call: call("DeleteAccessKey", "UserName", u.Name, "AccessKeyId", k.ID),
	}
}

// DeletePassword is the step that takes the password from a user. It has no way back: nobody can give the same one again.
func DeletePassword(u *directory.User) Step {
	return Step{Text: "delete the password of user " + u.Name, Call: call("DeleteLoginProfile", "UserName", u.Name)}
}

// idleKey deactivates the key of a user that was used least recently; of several never used ones, the oldest.
func (m *maker) idleKey() string {
	u := m.user()
	if u == nil {
		return gone
	}
	keys := slices.DeleteFunc(slices.Clone(m.account.Keys(u.ID)), func(k *directory.AccessKey) bool { return !k.Active })
	if len(keys) < 2 {
		return "the user has no second active key, or not any more after the changes before"
	}
	var idle *directory.AccessKey
	var last time.Time
	for _, k := range keys {
		use := m.in.keyUse(m.finding.Account, k.ID)
		if use == nil {
			return "when " + k.ID + " was last used is not known, so neither is which of the keys is idle: get-access-key-last-used is missing"
		}
		if idle == nil || use.Time.Before(last) {
			idle, last = k, use.Time
		}
	}
	return m.deactivate(u, idle)
}

// keyUse is the last use of a key; nil where nobody asked.
func (in *Input) keyUse(account, id string) *awsimport.KeyUse {
	e := in.Bundle.Accounts[account]
	if e == nil {
		return nil
	}
	for i := range e.AccessKeys {
		if e.AccessKeys[i].ID == id {
			return e.AccessKeys[i].LastUsed
		}
	}
	return nil
}
