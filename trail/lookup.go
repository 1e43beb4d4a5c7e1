package trail

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Attribute is what LookupEvents finds events by, named as in CloudTrail's API.
type Attribute string

// CloudTrail's lookup attributes, all there are.
const (
	ByEventID      Attribute = "EventId"
	ByEventName    Attribute = "EventName"
	ByReadOnly     Attribute = "ReadOnly"
	ByUsername     Attribute = "Username"
	ByResourceType Attribute = "ResourceType"
	ByResourceName Attribute = "ResourceName"
	ByEventSource  Attribute = "EventSource"
	ByAccessKeyID  Attribute = "AccessKeyId"
)

// Attributes lists them, in the order of CloudTrail's API.
func Attributes() []Attribute {
	return []Attribute{
		ByEventID, ByEventName, ByReadOnly, ByUsername, ByResourceType, ByResourceName, ByEventSource, ByAccessKeyID,
	}
}

// Reference is a resource as LookupEvents names it. One resource may be there under several names: its friendly name,
// its unique id, its ARN.
type Reference struct {
	Type string // "AWS::IAM::User"; "" where no type is known
	Name string
}

// Values are what the event has for an attribute, each once, none of them empty: one at most but for resources.
func (e *Event) Values(a Attribute) []string {
	one := ""
	switch a {
	case ByEventID:
		one = e.EventID
	case ByEventName:
		_, one = e.Operation()
	case ByReadOnly:
		if !e.IsInsight() {
			one = strconv.FormatBool(e.ReadOnly)
		}
	case ByUsername:
		one = e.Username()
	case ByEventSource:
		one, _ = e.Operation()
	case ByAccessKeyID:
		one = e.UserIdentity.AccessKeyID
	case ByResourceType:
		return e.referenced(func(r Reference) string { return r.Type })
	case ByResourceName:
		return e.referenced(func(r Reference) string { return r.Name })
	}
	if one == "" {
		return nil
	}
	return []string{one}
}

// IsManagement tells whether LookupEvents finds the event: it looks through management events only. Records before
// version 1.07 have no category and are taken for that.
func (e *Event) IsManagement() bool {
	return cmp.Or(e.EventCategory, managementCategory) == managementCategory
}

const managementCategory = "Management"

// Username is the caller as LookupEvents names it: the user's name, the session's name of a role or federated user,
// "root". Services and callers that were not authenticated have none.
func (e *Event) Username() string {
	u := &e.UserIdentity
	switch u.Type {
	case "Root":
		return "root"
	case "AssumedRole", "FederatedUser":
		if _, session, ok := strings.Cut(u.PrincipalID, ":"); ok {
			return session
		}
		return lastPart(u.ARN)
	case "AWSService", "AWSAccount":
		return ""
	}
	return u.UserName
}

// References are the resources that the event is about: those that the record lists, and those whose names and ids stand in
// the request and the answer under the members that IAM and STS use for them.
func (e *Event) References() []Reference {
	var list []Reference
	add := func(r Reference) {
		if r.Name != "" && !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	for _, r := range e.Resources {
		kind := cmp.Or(r.Type, typeOfARN(r.ARN))
		add(Reference{kind, r.ARN})
		if r.Type == "" && strings.HasPrefix(kind, "AWS::IAM::") { // policies and roles have paths: the last part is the name
			add(Reference{kind, lastPart(r.ARN)})
		}
	}
	if e.EventSource == "iam.amazonaws.com" || e.EventSource == "sts.amazonaws.com" {
		named(jsontext.Value(e.RequestParameters), true, add)
		named(jsontext.Value(e.ResponseElements), true, add)
	}
	return list
}

func (e *Event) referenced(part func(Reference) string) []string {
	var list []string
	for _, r := range e.References() {
		if s := part(r); s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// referring are the members of IAM's and STS's requests and answers that name a resource, with its type; "" where the
// value is an ARN that tells it.
var referring = map[string]string{
	"userName": "AWS::IAM::User", "userId": "AWS::IAM::User", "userArn": "",
	"roleName": "AWS::IAM::Role", "roleId": "AWS::IAM::Role", "roleArn": "",
	"groupName": "AWS::IAM::Group", "groupId": "AWS::IAM::Group",
	"policyName": "AWS::IAM::Policy", "policyId": "AWS::IAM::Policy", "policyArn": "",
	"instanceProfileName": "AWS::IAM::InstanceProfile", "instanceProfileId": "AWS::IAM::InstanceProfile",
	"accessKeyId": "AWS::IAM::AccessKey", "serialNumber": "",
	"sAMLProviderArn": "", "openIDConnectProviderArn": "",
	"roleSessionName": "AWS::STS::AssumedRole", "assumedRoleId": "AWS::STS::AssumedRole",
	"federatedUserId": "AWS::STS::FederatedUser", "arn": "",
}

// named gives the resources that the members of an object name, and those of the objects in it: CreateUser answers
// {"user":{"userName":…}}.
func named(raw jsontext.Value, deeper bool, add func(Reference)) {
	d := jsontext.NewDecoder(bytes.NewReader(raw))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return
	}
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return
		}
		name := t.String()
		v, err := d.ReadValue()
		if err != nil {
			return
		}
		switch kind, ok := referring[name]; {
		case v.Kind() == '"' && ok:
			if s, err := jsontext.AppendUnquote(nil, v); err == nil {
				add(Reference{cmp.Or(kind, typeOfARN(string(s))), string(s)})
			}
		case v.Kind() == '{' && deeper:
			named(v, false, add)
		}
	}
}

// resourceTypes are CloudTrail's names of what an ARN's resource part begins with.
var resourceTypes = map[string]string{
	"iam:user": "AWS::IAM::User", "iam:role": "AWS::IAM::Role", "iam:group": "AWS::IAM::Group", "iam:policy": "AWS::IAM::Policy",
	"iam:instance-profile": "AWS::IAM::InstanceProfile", "iam:mfa": "AWS::IAM::MFADevice", "iam:saml-provider": "AWS::IAM::SAMLProvider",
	"iam:oidc-provider": "AWS::IAM::OIDCProvider", "iam:server-certificate": "AWS::IAM::ServerCertificate",
	"sts:assumed-role": "AWS::STS::AssumedRole", "sts:federated-user": "AWS::STS::FederatedUser",
	"cloudtrail:trail": "AWS::CloudTrail::Trail",
}

// typeOfARN is the type of what an ARN names; "" where it is not known.
func typeOfARN(s string) string {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return ""
	}
	kind, _, _ := strings.Cut(parts[5], "/")
	return resourceTypes[parts[2]+":"+kind]
}

func lastPart(s string) string { return s[strings.LastIndexByte(s, '/')+1:] }
