package awsimport

import (
	"regexp"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// The errors that say that there is none.
const (
	noSuchEntity     = "NoSuchEntity"
	resourceNotFound = "ResourceNotFoundException"
)

// object decodes an object member; what cannot be read is a problem.
func (a *account) object(v *value, name string, to any) bool {
	if v.kindOf(name) != '{' {
		a.problem(place{v, v.pointer(v.nameOf(name))}, "", "", "is no object")
		return false
	}
	if err := decode(v.members[name].raw, to); err != nil {
		a.problem(place{v, v.pointer(v.nameOf(name))}, arnIn(v.members[name].raw), "", "cannot be read: %s", decodeReason(err))
		return false
	}
	return true
}

// eachObject is eachItem for a member that is one object.
func eachObject[T any](a *account, v *value, name string, read func(*T, place)) {
	var item T
	if a.object(v, name, &item) {
		read(&item, place{v, v.pointer(v.nameOf(name))})
	}
}

func readPasswordPolicy(a *account, v *value) {
	if v.failure != "" {
		if v.failure != noSuchEntity {
			a.refused(v)
			return
		}
		a.ev.NoPasswordPolicy = a.ev.PasswordPolicy == nil
		a.hold(KindPasswordPolicy, Complete)
		return
	}
	var d struct {
		MinimumPasswordLength                                  number
		RequireSymbols, RequireNumbers                         bool
		RequireUppercaseCharacters, RequireLowercaseCharacters bool
		AllowUsersToChangePassword, HardExpiry                 bool
		MaxPasswordAge, PasswordReusePrevention                number
	}
	if !a.object(v, "passwordpolicy", &d) {
		return
	}
	a.ev.PasswordPolicy = &directory.PasswordPolicy{
		MinLength: int(d.MinimumPasswordLength), RequireSymbols: d.RequireSymbols, RequireNumbers: d.RequireNumbers,
		RequireUppercase: d.RequireUppercaseCharacters, RequireLowercase: d.RequireLowercaseCharacters,
		UsersMayChange: d.AllowUsersToChangePassword, MaxAge: int(d.MaxPasswordAge), Reuse: int(d.PasswordReusePrevention),
		HardExpiry: d.HardExpiry,
	}
	a.ev.NoPasswordPolicy = false
	a.hold(KindPasswordPolicy, Complete)
}

// refused notes that AWS did not answer: the caller was not allowed to ask, say.
func (a *account) refused(v *value) {
	message := v.operation + " was answered by " + v.failure
	if v.message != "" {
		message += ": " + cut(v.message)
	}
	a.problem(place{v, v.at}, "", "", "%s", message)
}

func readMFADevices(a *account, v *value) {
	var users []string
	eachItem(a, v, "mfadevices", func(d *struct {
		UserName, SerialNumber string
		EnableDate             instant
	}, _ place,
	) {
		users = append(users, d.UserName)
		a.device(MFADevice{Serial: d.SerialNumber, User: d.UserName, Enabled: d.EnableDate.Time})
	})
	a.askedFor(KindMFADevices, v, users...)
}

func readVirtualMFADevices(a *account, v *value) {
	eachItem(a, v, "virtualmfadevices", func(d *struct {
		SerialNumber string
		User         struct{ Arn string }
		EnableDate   instant
	}, _ place,
	) {
		a.device(MFADevice{Serial: d.SerialNumber, User: d.User.Arn, Enabled: d.EnableDate.Time, Virtual: true})
	})
	if status := v.param("AssignmentStatus"); status != "" && status != "Any" {
		a.hold(KindVirtualMFADevices, Partial)
		return
	}
	a.whole(KindVirtualMFADevices, v)
}

// device takes an MFA device in, which the lists by user and of virtual devices may both have.
func (a *account) device(d MFADevice) {
	d.SecurityKey = strings.Contains(d.Serial, ":u2f/")
	d.Virtual = d.Virtual || strings.Contains(d.Serial, ":mfa/")
	i, known := a.devices[d.Serial]
	if !known {
		a.devices[d.Serial] = len(a.ev.MFADevices)
		a.ev.MFADevices = append(a.ev.MFADevices, d)
		return
	}
	if there := &a.ev.MFADevices[i]; there.Enabled.IsZero() {
		there.Enabled = d.Enabled
	}
	if there := &a.ev.MFADevices[i]; !strings.HasPrefix(there.User, "arn:") && d.User != "" {
		there.User = d.User
	}
}

// joinDevices turns names of users, which one of the lists has, into ARNs. The list of the root user's own devices names
// no user, or "root", which none of its ARNs is.
func (a *account) joinDevices() {
	for i := range a.ev.MFADevices {
		d := &a.ev.MFADevices[i]
		owner := a.entitiesNamed(arn.KindUser, d.User)
		switch {
		case strings.HasPrefix(d.User, "arn:"):
		case strings.Contains(d.Serial, ":u2f/root/") || strings.HasSuffix(d.Serial, ":mfa/root-account-mfa-device"):
			d.User = a.names().Root().String()
		case owner != "":
			d.User = owner
		case d.User != "":
			d.User = a.names().User("/", d.User).String()
		}
	}
}

func (a *account) accessKey(id string) *AccessKey {
	i, known := a.keys[id]
	if !known {
		i = len(a.ev.AccessKeys)
		a.keys[id] = i
		a.ev.AccessKeys = append(a.ev.AccessKeys, AccessKey{ID: id})
	}
	return &a.ev.AccessKeys[i]
}

func readAccessKeys(a *account, v *value) {
	var users []string
	eachItem(a, v, "accesskeymetadata", func(d *struct {
		UserName, AccessKeyId, Status string
		CreateDate                    instant
	}, at place,
	) {
		if d.AccessKeyId == "" {
			a.problem(at, "", "", "an access key without an id")
			return
		}
		k := a.accessKey(d.AccessKeyId)
		k.User, k.Listed, k.Active, k.Created = d.UserName, true, d.Status == "Active", d.CreateDate.Time
		users = append(users, d.UserName)
	})
	a.askedFor(KindAccessKeys, v, users...)
}

// keyUseDetail is the answer of GetAccessKeyLastUsed, which does not say which key it is about.
type keyUseDetail struct {
	v    *value
	user string
	use  KeyUse
}

var keyID = regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{12,124}`)

func readAccessKeyLastUsed(a *account, v *value) {
	var d struct {
		LastUsedDate        instant
		Region, ServiceName string
	}
	if !a.object(v, "accesskeylastused", &d) {
		return
	}
	use := KeyUse{Time: d.LastUsedDate.Time}
	if !use.Time.IsZero() {
		use.Region, use.Service = d.Region, d.ServiceName
	}
	id := v.param("AccessKeyId")
	if id == "" {
		id = keyID.FindString(v.file.Path)
	}
	if id == "" {
		a.keyUses = append(a.keyUses, keyUseDetail{v, v.text("username"), use})
		return
	}
	k := a.accessKey(id)
	if k.User == "" {
		k.User = v.text("username")
	}
	k.LastUsed = &use
	a.hold(KindAccessKeyLastUsed, Partial)
}

// joinKeyUses gives answers that name no key to their user's only key.
func (a *account) joinKeyUses() {
	byUser := map[string][]*AccessKey{}
	for i := range a.ev.AccessKeys {
		k := &a.ev.AccessKeys[i]
		byUser[k.User] = append(byUser[k.User], k)
	}
	for _, d := range a.keyUses {
		keys := byUser[d.user]
		if len(keys) != 1 || d.user == "" {
			a.problem(place{d.v, d.v.at}, "", "",
				"nothing tells which access key of user %q was last used then: add a member AccessKeyId, or name the file by the key's id", cut(d.user))
			continue
		}
		keys[0].LastUsed = &d.use
		a.hold(KindAccessKeyLastUsed, Partial)
	}
}

var loginProfileOf = regexp.MustCompile(`(?i)login profile for user (\S+) cannot be found`)

func readLoginProfile(a *account, v *value) {
	if a.ev.LoginProfiles == nil {
		a.ev.LoginProfiles = map[string]*LoginProfile{}
	}
	if v.failure != "" {
		user := v.param("UserName")
		if found := loginProfileOf.FindStringSubmatch(v.message); user == "" && found != nil {
			user = found[1]
		}
		if v.failure != noSuchEntity || user == "" {
			a.refused(v)
			return
		}
		if a.ev.LoginProfiles[user] == nil {
			a.ev.LoginProfiles[user] = nil
		}
		a.askedFor(KindLoginProfile, v, user)
		return
	}
	eachObject(a, v, "loginprofile", func(d *struct {
		UserName              string
		CreateDate            instant
		PasswordResetRequired bool
	}, at place,
	) {
		if d.UserName == "" {
			a.problem(at, "", "", "a login profile without a user")
			return
		}
		a.ev.LoginProfiles[d.UserName] = &LoginProfile{User: d.UserName, Created: d.CreateDate.Time, ResetRequired: d.PasswordResetRequired}
		a.askedFor(KindLoginProfile, v, d.UserName)
	})
}

// credentialDetail is an item of the lists of SSH keys, signing certificates and service-specific credentials.
type credentialDetail struct {
	UserName, Status                                           string
	SSHPublicKeyId, CertificateId, ServiceSpecificCredentialId string
	ServiceName                                                string
	UploadDate, CreateDate, ExpirationDate                     instant
}

// credentialsOf reads one of those lists. The root user's certificates come without a user.
func credentialsOf(a *account, v *value, k Kind, list string) []Credential {
	all := []Credential{}
	var users []string
	eachItem(a, v, list, func(d *credentialDetail, at place) {
		c := Credential{
			ID: d.SSHPublicKeyId + d.CertificateId + d.ServiceSpecificCredentialId, User: d.UserName, Active: d.Status == "Active",
			Created: d.UploadDate.Time, Expires: d.ExpirationDate.Time, Service: d.ServiceName,
		}
		if c.Created.IsZero() {
			c.Created = d.CreateDate.Time
		}
		if c.ID == "" {
			a.problem(at, "", "", "a credential without an id")
			return
		}
		all = append(all, c)
		users = append(users, d.UserName)
	})
	a.askedFor(k, v, users...)
	return all
}

func readSSHPublicKeys(a *account, v *value) {
	a.ev.SSHPublicKeys = append(a.ev.SSHPublicKeys, credentialsOf(a, v, KindSSHPublicKeys, "sshpublickeys")...)
}

func readSigningCertificates(a *account, v *value) {
	a.ev.SigningCertificates = append(a.ev.SigningCertificates, credentialsOf(a, v, KindSigningCertificates, "certificates")...)
}

func readServiceCredentials(a *account, v *value) {
	a.ev.ServiceCredentials = append(a.ev.ServiceCredentials, credentialsOf(a, v, KindServiceCredentials, "servicespecificcredentials")...)
}
