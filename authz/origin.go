package authz

import (
	"strings"

	"github.com/warder-iam/warder/policy/eval"
)

// Origin says where the value of a condition key comes from, and so who may give it.
type Origin uint8

// The origins of condition keys.
const (
	// FromRequest keys belong to whoever has the request: the operation's own, aws:RequestTag/…, aws:SourceVpc, and all
	// that nobody else could know. They stand in Ask.Context.
	FromRequest Origin = iota
	// FromEnvironment keys are made of an Environment, but for the time: aws:SourceIp, aws:UserAgent.
	FromEnvironment
	// FromClock keys are the time of the decision.
	FromClock
	// FromCaller keys are made of the principal and its session: aws:PrincipalTag/…, aws:MultiFactorAuthPresent. Where
	// Warder does not make one yet, it is absent.
	FromCaller
	// FromResource keys are made of the resource's account and tags.
	FromResource
)

// KeyOrigin gives the origin of a condition key, in every spelling that eval takes for it. Keys that it does not know are
// the request's.
func KeyOrigin(key string) Origin {
	key = eval.FoldKey(key)
	if name, tag, ok := strings.Cut(key, "/"); ok {
		if tag == "" {
			return FromRequest
		}
		return tagOrigins[name]
	}
	return keyOrigins[key]
}

// tagOrigins are the keys that end in a tag's key.
var tagOrigins = map[string]Origin{
	"aws:principaltag": FromCaller, "aws:resourcetag": FromResource, "iam:resourcetag": FromResource,
}

// Sources: IAM User Guide, "AWS global condition context keys": properties of the principal, of a role session, of the
// network, of the resource, of the request; the session keys of services are listed there too.
var keyOrigins = map[string]Origin{
	"aws:principalarn": FromCaller, "aws:principalaccount": FromCaller, "aws:principalorgid": FromCaller,
	"aws:principalorgpaths": FromCaller, "aws:principaltype": FromCaller, "aws:principalisawsservice": FromCaller,
	"aws:principalservicename": FromCaller, "aws:principalservicenameslist": FromCaller, "aws:userid": FromCaller,
	"aws:username": FromCaller, "aws:assumedroot": FromCaller, "aws:federatedprovider": FromCaller,
	"aws:tokenissuetime": FromCaller, "aws:multifactorauthpresent": FromCaller, "aws:multifactorauthage": FromCaller,
	"aws:sourceidentity": FromCaller, "aws:chatbotsourcearn": FromCaller, "aws:ec2instancesourcevpc": FromCaller,
	"aws:ec2instancesourceprivateipv4": FromCaller,
	"ec2:roledelivery":                 FromCaller, "ec2:sourceinstancearn": FromCaller, "ssm:sourceinstancearn": FromCaller,
	"glue:roleassumedby": FromCaller, "glue:credentialissuingservice": FromCaller, "lambda:sourcefunctionarn": FromCaller,
	"codebuild:buildarn": FromCaller, "codebuild:projectarn": FromCaller, "identitystore:userid": FromCaller,

	"aws:sourceip": FromEnvironment, "aws:securetransport": FromEnvironment, "aws:requestedregion": FromEnvironment,
	"aws:useragent": FromEnvironment, "aws:referer": FromEnvironment,
	// authz knows whether a service of AWS stands between: it sets the key itself.
	"aws:viaawsservice": FromCaller,

	"aws:currenttime": FromClock, "aws:epochtime": FromClock,

	"aws:resourceaccount": FromResource, "aws:resourceorgid": FromResource, "aws:resourceorgpaths": FromResource,
}
