package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

// userKey is a user's access key, of list-access-keys where that is there, else of the credential report, which tells no ids.
type userKey struct {
	id        string // "" where only the report has it
	slot      int    // 1 or 2 of the report; 0 without one
	user, arn string
	active    bool
	created   time.Time // zero if unknown
	used      time.Time // zero: never, or unknown
	usedKnown bool
	usedFor   string // service, "" if unknown
	source    string // of what is said, for people
}

// name is that of the key in a sentence.
func (k *userKey) name() string {
	if k.id != "" {
		return "access key " + k.id
	}
	return fmt.Sprintf("access key %d", k.slot)
}

// capital is name at the beginning of a sentence.
func (k *userKey) capital() string { return "A" + k.name()[1:] }

// aspect tells it from other keys of its user.
func (k *userKey) aspect() string {
	if k.id != "" {
		return k.id
	}
	return fmt.Sprintf("key-%d", k.slot)
}

// made is the evidence of its age.
func (k *userKey) made() audit.Evidence {
	if k.id != "" {
		return fact("%s says that %s was made on %s", k.source, k.id, day(k.created))
	}
	return fact("the credential report says access_key_%d_last_rotated %s", k.slot, day(k.created))
}

// deactivate is the command that switches it off.
func (k *userKey) deactivate() string {
	return audit.Command("aws", "iam", "update-access-key", "--user-name", k.user, "--access-key-id", cmp.Or(k.id, "KEY_ID"), "--status", "Inactive")
}

// accessKeys are those of all users, in the order of users. What is not known of them is a gap.
func accessKeys(a *audit.Account, r *audit.Reporter) []userKey {
	listed := listedKeys(a)
	report := a.Evidence.CredentialReport
	complete := a.Evidence.Extent(awsimport.KindAccessKeys) == awsimport.Complete
	if report == nil && !complete {
		r.NotAssessed("the access keys of all users", perUser("list-access-keys", "access-keys"))
	}
	var rows []awsimport.ReportRow
	if report != nil && !complete {
		rows, _ = reportRows(a, r)
	} else if report != nil {
		rows = report.Rows
	}
	var keys []userKey
	for i := range rows {
		row := &rows[i]
		if row.Root {
			continue
		}
		of := listed[row.User]
		delete(listed, row.User)
		if len(of) == 0 && !complete {
			of = reportedKeys(row)
			if strings.Contains(row.Additional, "access key") {
				r.NotAssessed("the further access keys of user "+row.User, perUser("list-access-keys", "access-keys"))
			}
		}
		for _, k := range of {
			k.arn = row.ARN
			k.useOf(row)
			keys = append(keys, k)
		}
	}
	for _, of := range listed {
		keys = append(keys, of...)
	}
	slices.SortStableFunc(keys, func(k, l userKey) int {
		return cmp.Or(cmp.Compare(k.user, l.user), k.created.Compare(l.created), cmp.Compare(k.id, l.id))
	})
	return keys
}

// listedKeys are the keys of list-access-keys by user name.
func listedKeys(a *audit.Account) map[string][]userKey {
	all := map[string][]userKey{}
	for _, k := range a.Evidence.AccessKeys {
		if !k.Listed || k.User == "" {
			continue
		}
		key := userKey{id: k.ID, user: k.User, arn: userARN(a, k.User), active: k.Active, created: k.Created, source: "list-access-keys"}
		if k.LastUsed != nil {
			key.used, key.usedKnown, key.usedFor = k.LastUsed.Time, true, k.LastUsed.Service
		}
		all[k.User] = append(all[k.User], key)
	}
	return all
}

// userARN is the ARN of a user by name; where the account's users are not known, of one without a path.
func userARN(a *audit.Account, name string) string {
	if a.Directory != nil {
		if u := a.Directory.User(name); u != nil {
			return a.Directory.ARN(u)
		}
	}
	return a.ARN("user/" + name)
}

// reportedKeys are the keys that a row tells of.
func reportedKeys(row *awsimport.ReportRow) []userKey {
	var keys []userKey
	for i, k := range row.AccessKeys {
		active := is(k.Active, true)
		if !active && k.LastRotated.State != awsimport.Known {
			continue // there is none
		}
		key := userKey{slot: i + 1, user: row.User, arn: row.ARN, active: active, source: "the credential report"}
		if k.LastRotated.State == awsimport.Known {
			key.created = k.LastRotated.Value
		}
		keys = append(keys, key)
	}
	return keys
}

// useOf takes the last use from the row of its user: of the slot, or of the key that was made at the same time.
func (k *userKey) useOf(row *awsimport.ReportRow) {
	if k.usedKnown {
		return
	}
	for i, reported := range row.AccessKeys {
		rotated := reported.LastRotated
		if k.slot == 0 && !(rotated.State == awsimport.Known && rotated.Value.Equal(k.created)) || k.slot != 0 && k.slot != i+1 {
			continue
		}
		switch reported.LastUsed.State {
		case awsimport.Known:
			k.used, k.usedKnown = reported.LastUsed.Value, true
			if reported.LastUsedService.State == awsimport.Known {
				k.usedFor = reported.LastUsedService.Value
			}
		case awsimport.NotApplicable, awsimport.NoInformation:
			k.usedKnown = true
		}
		return
	}
}
