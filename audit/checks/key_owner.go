package checks

import (
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

// keyOwner says whose an access key is.
type keyOwner struct {
	arn, user string // user is "" for the root user
	active    bool
	// listed: list-access-keys has it. Otherwise it is known by the trail only, and taken to be active.
	listed bool
	proof  string
}

// ownerOf finds the owner of an access key id among the users of the account, by their lists of keys and by the trail, which
// knows the keys of the root user, too.
func ownerOf(a *audit.Account, id string) (o keyOwner, found bool) {
	for _, k := range a.Evidence.AccessKeys {
		if k.ID == id && k.Listed {
			return keyOwner{userARN(a, k.User), k.User, k.Active, true, "list-access-keys has it for user " + k.User}, true
		}
	}
	if activity := a.Activity(); activity != nil {
		for _, p := range activity.Principals {
			for _, s := range p.Sources {
				if s.KeyID == id {
					_, user, _ := strings.Cut(p.ARN, ":user/")
					return keyOwner{p.ARN, user[strings.LastIndexByte(user, '/')+1:], true, false, "the trail has calls with it, the last on " + day(s.Last)}, true
				}
			}
		}
	}
	for _, k := range a.Evidence.AccessKeys {
		if k.ID == id && k.User != "" {
			return keyOwner{userARN(a, k.User), k.User, true, false, "get-access-key-last-used knows it of user " + k.User}, true
		}
	}
	return keyOwner{}, false
}

// name is that of the key at the beginning of a sentence.
func (o *keyOwner) name(id string) string {
	switch {
	case !o.active:
		return "The inactive access key " + id
	case o.listed:
		return "The active access key " + id
	}
	return "Access key " + id
}

// ownersKnown reports whether a key that no user has is no key of the account's users.
func ownersKnown(a *audit.Account) bool {
	return a.Evidence.Extent(awsimport.KindAccessKeys) == awsimport.Complete
}

// withdraw is how a key is taken out of use at once.
func (o *keyOwner) withdraw(id string) audit.Remedy {
	if o.user == "" {
		return audit.Remedy{Text: "Sign in as the root user and delete the key under Security credentials; then look through the trail for what was done with it."}
	}
	key := userKey{id: id, user: o.user}
	return audit.Remedy{
		Text:    "Deactivate it now, give what uses it a role or a new key, look through the trail for what was done with it, and delete it.",
		Command: key.deactivate() + "\n" + audit.Command("aws", "iam", "delete-access-key", "--user-name", o.user, "--access-key-id", id),
	}
}
