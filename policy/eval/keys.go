package eval

import "strings"

// KeyTypes knows the condition keys of services.
type KeyTypes interface {
	// Multivalued reports whether a request may give the key, in any spelling, several values; known is false for a key
	// that it has not heard of.
	Multivalued(key string) (multi, known bool)
}

// arity says how many values a key has.
type arity uint8

const (
	unknownArity arity = iota
	single
	multi
)

// globalKeys are the condition keys that every service has, folded, without their prefix "aws:".
var globalKeys = map[string]arity{
	"principalarn": single, "principalaccount": single, "principalorgid": single, "principalorgpaths": multi,
	"principaltype": single, "principalisawsservice": single, "principalservicename": single,
	"principalservicenameslist": multi, "userid": single, "username": single,
	"assumedroot": single, "federatedprovider": single, "tokenissuetime": single,
	"multifactorauthpresent": single, "multifactorauthage": single, "sourceidentity": single,
	"sourceip": single, "sourcevpc": single, "sourcevpce": single, "vpcsourceip": single, "securetransport": single,
	"resourceaccount": single, "resourceorgid": single, "resourceorgpaths": multi,
	"currenttime": single, "epochtime": single, "requestedregion": single, "tagkeys": multi, "useragent": single,
	"referer": single, "sourcearn": single, "sourceaccount": single, "sourceorgid": single, "sourceorgpaths": multi,
	"viaawsservice": single, "calledvia": multi, "calledviafirst": single, "calledvialast": single,
}

// spelled are the global keys as they are documented, with their folded form: for those no request makes it anew.
var spelled = map[string]string{
	"aws:PrincipalArn": "aws:principalarn", "aws:PrincipalAccount": "aws:principalaccount",
	"aws:PrincipalOrgID": "aws:principalorgid", "aws:PrincipalOrgPaths": "aws:principalorgpaths",
	"aws:PrincipalType": "aws:principaltype", "aws:PrincipalIsAWSService": "aws:principalisawsservice",
	"aws:PrincipalServiceName":      "aws:principalservicename",
	"aws:PrincipalServiceNamesList": "aws:principalservicenameslist", "aws:AssumedRoot": "aws:assumedroot",
	"aws:FederatedProvider": "aws:federatedprovider", "aws:TokenIssueTime": "aws:tokenissuetime",
	"aws:MultiFactorAuthPresent": "aws:multifactorauthpresent", "aws:MultiFactorAuthAge": "aws:multifactorauthage",
	"aws:SourceIdentity": "aws:sourceidentity", "aws:SourceIp": "aws:sourceip", "aws:SourceVpc": "aws:sourcevpc",
	"aws:SourceVpce": "aws:sourcevpce", "aws:VpcSourceIp": "aws:vpcsourceip",
	"aws:SecureTransport": "aws:securetransport", "aws:ResourceAccount": "aws:resourceaccount",
	"aws:ResourceOrgID": "aws:resourceorgid", "aws:ResourceOrgPaths": "aws:resourceorgpaths",
	"aws:CurrentTime": "aws:currenttime", "aws:EpochTime": "aws:epochtime", "aws:RequestedRegion": "aws:requestedregion",
	"aws:TagKeys": "aws:tagkeys", "aws:UserAgent": "aws:useragent", "aws:SourceArn": "aws:sourcearn",
	"aws:SourceAccount": "aws:sourceaccount", "aws:SourceOrgID": "aws:sourceorgid",
	"aws:SourceOrgPaths": "aws:sourceorgpaths", "aws:ViaAWSService": "aws:viaawsservice",
	"aws:CalledVia": "aws:calledvia", "aws:CalledViaFirst": "aws:calledviafirst",
	"aws:CalledViaLast": "aws:calledvialast",
}

// tagKeys are the keys that end in the key of a tag, folded; the last one is the older name of aws:ResourceTag.
var tagKeys = [...]string{"aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "iam:resourcetag/"}

// arityOf looks a folded key up: global keys first, then what the caller knows.
func arityOf(folded string, known KeyTypes) arity {
	if rest, ok := strings.CutPrefix(folded, "aws:"); ok {
		if a, ok := globalKeys[rest]; ok {
			return a
		}
	}
	for _, prefix := range tagKeys {
		if strings.HasPrefix(folded, prefix) {
			return single
		}
	}
	if known == nil {
		return unknownArity
	}
	switch many, ok := known.Multivalued(folded); {
	case !ok:
		return unknownArity
	case many:
		return multi
	default:
		return single
	}
}
