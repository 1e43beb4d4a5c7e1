package awsimport

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/arn"
)

// recogniser knows one kind of answer.
type recogniser struct {
	kind Kind
	// is tells by its members whether a value is one. No two kinds claim the same value.
	is func(v *value) bool
	// operations that answer it: an error says no more than its operation.
	operations []string
	// owner is the account that the value itself names, or "".
	owner func(v *value) string
	// read takes it into its account; shared takes in what is of no account, or of many.
	read   func(a *account, v *value)
	shared func(r *reader, v *value)
}

// recognisers lists what Read understands.
func recognisers() []recogniser {
	all := slices.Concat(identityKinds(), credentialKinds(), postureKinds(), resourceKinds(), workloadKinds(), organizationKinds())
	for i := range all {
		if all[i].owner == nil {
			all[i].owner = ownAccount
		}
	}
	return all
}

// recognise finds the kind of a value; where there is none, why says what the value is.
func (r *reader) recognise(v *value) (k *recogniser, why string) {
	if v.failure != "" {
		for i := range r.kinds {
			if slices.Contains(r.kinds[i].operations, v.operation) {
				return &r.kinds[i], ""
			}
		}
		return nil, "an error of AWS: " + v.failure + " of " + v.operation
	}
	for i := range r.kinds {
		if r.kinds[i].is(v) {
			return &r.kinds[i], ""
		}
	}
	if len(v.names) == 0 {
		return nil, "an empty answer"
	}
	names := v.names[:min(len(v.names), 5)]
	return nil, "not recognised: an object with " + cut(strings.Join(names, ", "))
}

// withList recognises values that have a list of that name.
func withList(name string) func(v *value) bool {
	return func(v *value) bool { return v.list(name) != nil }
}

// listOf recognises values that have a list of that name, empty or with items that have a member.
func listOf(name, member string) func(v *value) bool {
	return func(v *value) bool {
		items := v.list(name)
		return items != nil && (len(items) == 0 || firstHas(items, member))
	}
}

// withObject recognises values that have an object of that name.
func withObject(name string) func(v *value) bool {
	return func(v *value) bool { return v.kindOf(name) == '{' }
}

// withMembers recognises values that have all of these members.
func withMembers(names ...string) func(v *value) bool {
	return func(v *value) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return !v.has(name) })
	}
}

// owning are the members that name what an answer is about, lower-case. Others, such as PolicyArn, may be of other accounts.
var owning = []string{
	"arn", "account", "accountid", "ownerid", "registryid", "serialnumber", "resourcearn", "trailarn", "functionarn", "stackid", "alarmarn", "taskarn",
	"taskdefinitionarn", "queuearn", "topicarn", "backupvaultarn", "samlproviderarn", "openidconnectproviderarn", "principalarn", "roleid",
}

// ownAccount is the account of the first ARN or id that a value has about itself.
func ownAccount(v *value) string { return own(v, accountOf) }

// own is what the first text that a value has about itself tells: in a member, in an object or list two levels below, or in
// the request. A text that tells nothing gives "".
func own(v *value, tells func(text string) string) string {
	for _, name := range v.names {
		m := v.members[strings.ToLower(name)]
		if m.items == nil {
			if found := ownIn(name, m.raw, 2, tells); found != "" {
				return found
			}
			continue
		}
		for _, item := range m.items {
			if found := ownIn(name, item, 2, tells); found != "" {
				return found
			}
		}
	}
	return cmp.Or(tells(v.request["arn"]), tells(v.request["resourcearn"]))
}

// ownIn looks in the value of a member.
func ownIn(name string, raw jsontext.Value, depth int, tells func(text string) string) string {
	switch {
	case raw.Kind() == '"' && slices.Contains(owning, strings.ToLower(name)):
		var text string
		if decode(raw, &text) != nil {
			return ""
		}
		return tells(text)
	case raw.Kind() == '{' && depth > 0:
		return ownInObject(raw, depth-1, tells)
	case raw.Kind() == '[' && depth > 0:
		var items []jsontext.Value
		if decode(raw, &items) != nil {
			return ""
		}
		for _, item := range items {
			if found := ownIn(name, item, depth-1, tells); found != "" {
				return found
			}
		}
	}
	return ""
}

func ownInObject(raw jsontext.Value, depth int, tells func(text string) string) string {
	d := jsontext.NewDecoder(strings.NewReader(string(raw)))
	if _, err := d.ReadToken(); err != nil {
		return ""
	}
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return ""
		}
		name := t.String()
		inner, err := d.ReadValue()
		if err != nil {
			return ""
		}
		if found := ownIn(name, inner, depth, tells); found != "" {
			return found
		}
	}
	return ""
}

// accountOf is the account in an ARN, or of an account id; else "".
func accountOf(text string) string {
	if arn.IsAccountID(text) {
		return text
	}
	a, err := arn.Parse(text)
	if err != nil || !arn.IsAccountID(a.Account) {
		return ""
	}
	return a.Account
}

// regionOf is the region of an answer that does not name it: of the envelope, or of an ARN that it has.
func regionOf(v *value, name string) string {
	a, err := arn.Parse(name)
	if err != nil {
		return v.region
	}
	return cmp.Or(a.Region, v.region)
}

// identityKinds are those about users, groups, roles and policies.
func identityKinds() []recogniser {
	return []recogniser{
		{kind: KindAuthorizationDetails, is: isDetails, operations: []string{"GetAccountAuthorizationDetails"}, read: readDetails},
		{kind: KindUsers, is: isUsers, read: readUsers},
		{kind: KindRoles, is: isRoles, read: readRoles},
		{kind: KindInstanceProfiles, is: isProfiles, read: readProfiles},
		{kind: KindSummary, is: withObject("summarymap"), read: readSummary},
		{kind: KindAliases, is: withList("accountaliases"), read: readAliases},
		{kind: KindCallerIdentity, is: withMembers("userid", "account", "arn"), read: func(*account, *value) {}},
		{kind: KindLastAccessed, is: withList("serviceslastaccessed"), owner: lastAccessedOwner, read: readLastAccessed},
	}
}

// credentialKinds are those about what principals sign in with.
func credentialKinds() []recogniser {
	return []recogniser{
		{kind: KindCredentialReport, is: withMembers("content", "generatedtime"), owner: reportOwner, read: readReport},
		{
			kind: KindPasswordPolicy, is: withObject("passwordpolicy"), operations: []string{"GetAccountPasswordPolicy"},
			read: readPasswordPolicy,
		},
		{kind: KindMFADevices, is: withList("mfadevices"), read: readMFADevices},
		{kind: KindVirtualMFADevices, is: withList("virtualmfadevices"), read: readVirtualMFADevices},
		{kind: KindAccessKeys, is: withList("accesskeymetadata"), read: readAccessKeys},
		{kind: KindAccessKeyLastUsed, is: withObject("accesskeylastused"), read: readAccessKeyLastUsed},
		{kind: KindLoginProfile, is: withObject("loginprofile"), operations: []string{"GetLoginProfile"}, read: readLoginProfile},
		{kind: KindSSHPublicKeys, is: withList("sshpublickeys"), read: readSSHPublicKeys},
		{kind: KindSigningCertificates, is: listOf("certificates", "CertificateBody"), read: readSigningCertificates},
		{kind: KindServiceCredentials, is: withList("servicespecificcredentials"), read: readServiceCredentials},
		{kind: KindServerCertificates, is: isServerCertificates, read: readServerCertificates},
		{kind: KindSAMLProviders, is: isSAMLProviders, read: readSAMLProviders},
		{kind: KindOIDCProviders, is: isOIDCProviders, read: readOIDCProviders},
	}
}
