package server

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// event is this call's record. out is nil where the call failed or returned nothing to show.
func (c *Call) event(out any, err *awsapi.Error, at time.Time) *trail.Event {
	e := &trail.Event{
		EventVersion:       trail.EventVersion,
		UserIdentity:       c.identity(),
		EventTime:          at.UTC().Truncate(time.Second),
		EventSource:        c.Operation.Service.EventSource,
		EventName:          c.Operation.Name,
		AWSRegion:          c.Env.Region,
		SourceIPAddress:    c.Env.SourceIP,
		UserAgent:          c.Env.UserAgent,
		RequestID:          c.ID,
		EventID:            uuid.NewString(),
		ReadOnly:           readOnly(c.Operation),
		EventType:          trail.TypeAPICall,
		ManagementEvent:    true,
		RecipientAccountID: c.recipient(),
		EventCategory:      "Management",
		TLSDetails:         c.request.tlsDetails(),
		Resources:          c.resources(),
	}
	if c.WebSession() != "" {
		e.SessionCredentialFromConsole = "true"
	}
	e.RequestParameters = c.parameters()
	c.origin.mark(e)
	if err != nil {
		e.ErrorCode, e.ErrorMessage = recordedCode(err.Kind), err.Message
		e.AdditionalEventData = joined(e.AdditionalEventData, c.refusal())
		return e
	}
	if showsAnswer(c.Operation) {
		e.ResponseElements = c.view(c.Operation.Output, out)
	}
	if c.replay != nil {
		e.AdditionalEventData = joined(e.AdditionalEventData, json.RawMessage(`{"retryOfAnEarlierRequest":true}`))
	}
	return e
}

// dataEvent is the record of an answer that is a data event. The answer is what it is about, so that it is shown, and the
// principals that were asked about are resources of a type of their own, by which event selectors choose.
func (c *Call) dataEvent(out any) *trail.Event {
	e := c.event(out, nil, c.Time())
	for i := range e.Resources {
		e.Resources[i].Type = directory.DecisionResource
	}
	e.ManagementEvent, e.EventCategory = false, "Data"
	e.ResponseElements = c.view(c.Operation.Output, out)
	return e
}

// view is what a record shows of an input or output. A view that fails is a mistake in Warder: the record goes on
// without it, and the log says so.
func (c *Call) view(shape *awsapi.Shape, v any) json.RawMessage {
	text, err := awsapi.View(shape, v)
	if err != nil {
		c.server.Log.Error("event without parameters", "request", c.ID, "operation", c.Action(), "error", err.Error())
	}
	return text
}

// readOnly is CloudTrail's flag: the operation changes no stored state. Calls of STS give out credentials and count as
// read-only in CloudTrail's own records.
func readOnly(op *awsapi.Operation) bool {
	if op.ReadOnly || op.Service.Name == "sts" {
		return true
	}
	for _, verb := range []string{"Get", "List", "Describe", "Lookup", "Search", "Simulate", "Generate"} {
		if strings.HasPrefix(op.Name, verb) {
			return true
		}
	}
	return false
}

// showsAnswer: CloudTrail shows the answers of changes and of operations that issue credentials.
func showsAnswer(op *awsapi.Operation) bool {
	return !readOnly(op) || op.Service.Name == "sts" && op.Name != "GetCallerIdentity" && op.Name != "GetAccessKeyInfo"
}

// recordedCode is the code that a client saw. As in CloudTrail, a denial has one code whatever the protocol calls it, so
// that one search finds all of them.
func recordedCode(k *awsapi.ErrorKind) string {
	if k.Code == "AccessDeniedException" {
		return awsapi.AccessDenied.Code
	}
	return k.Code
}

// recipient is the account whose trail the event belongs to: the caller's, or of a caller that was not authenticated the
// one that holds the key it named.
func (c *Call) recipient() string {
	if c.Caller != nil && c.Caller.Account != "" {
		return c.Caller.Account
	}
	if c.about != "" {
		return c.about
	}
	if c.claim != nil && c.snapshot != nil {
		if _, account := c.snapshot.AccessKey(c.claim.AccessKeyID); account != nil {
			return account.ID()
		}
	}
	return ""
}

// resources are the ARNs that the rule asked about, each once.
func (c *Call) resources() []trail.Resource {
	var list []trail.Resource
	for _, d := range c.decisions {
		known := func(r trail.Resource) bool { return r.ARN == d.Ask.Resource }
		if d.Ask.Resource == "*" || d.Ask.Resource == "" || slices.ContainsFunc(list, known) {
			continue
		}
		account := d.Ask.ResourceAccount
		if account == "" {
			account = c.recipient()
		}
		list = append(list, trail.Resource{ARN: d.Ask.Resource, AccountID: account, Type: resourceType(d.Ask.Resource)})
	}
	return list
}

// identityTypes are CloudTrail's names of the kinds of caller.
var identityTypes = map[eval.PrincipalKind]string{
	eval.Root:          "Root",
	eval.User:          "IAMUser",
	eval.RoleSession:   "AssumedRole",
	eval.FederatedUser: "FederatedUser",
	eval.Service:       "AWSService",
	eval.WebIdentity:   "WebIdentityUser",
}

// identity is who called, as far as that was proven. Of a caller that was not authenticated only the key id is kept: the
// rest would be a claim.
func (c *Call) identity() trail.UserIdentity {
	k := c.Caller
	if k == nil || k.Kind == eval.Anonymous {
		id := trail.UserIdentity{Type: "Unknown"}
		if c.claim != nil {
			id.AccessKeyID = c.claim.AccessKeyID
		}
		return id
	}
	if k.Kind == eval.Service {
		return trail.UserIdentity{Type: identityTypes[k.Kind], InvokedBy: k.Services[0]}
	}
	id := trail.UserIdentity{
		Type: identityTypes[k.Kind], PrincipalID: k.UserID, ARN: k.ARN, AccountID: k.Account,
		AccessKeyID: k.AccessKeyID, UserName: k.UserName,
	}
	if k.Kind == eval.WebIdentity {
		id.IdentityProvider = k.Provider
	}
	if samlUser(k) {
		id.Type = "SAMLUser"
		id.IdentityProvider, _, _ = strings.Cut(k.UserID, ":") // the name qualifier, as CloudTrail has it
	}
	if k.Session != nil {
		id.SessionContext = c.sessionContext(k)
	}
	return id
}

func (c *Call) sessionContext(k *authz.Caller) *trail.SessionContext {
	s := k.Session
	sc := &trail.SessionContext{
		Attributes: trail.SessionAttributes{
			CreationDate:     s.Issued.UTC().Format(time.RFC3339),
			MFAAuthenticated: "false",
		},
		SourceIdentity: s.SourceIdentity,
	}
	if !s.MFA.IsZero() {
		sc.Attributes.MFAAuthenticated = "true"
	}
	if strings.Contains(s.FederatedProvider, ":oidc-provider/") {
		sc.WebIDFederationData = webIDFederationData(s.FederatedProvider)
	}
	issuer := trail.SessionIssuer{PrincipalID: k.PrincipalID, AccountID: k.Account}
	switch s.Type {
	case authz.AssumedRole:
		issuer.Type, issuer.ARN = "Role", s.RoleARN
	case authz.Federation:
		issuer.Type, issuer.ARN = "IAMUser", s.UserARN
	default:
		return sc // CloudTrail names no issuer for GetSessionToken credentials
	}
	issuer.UserName = issuer.ARN[strings.LastIndexByte(issuer.ARN, '/')+1:]
	sc.SessionIssuer = &issuer
	return sc
}

// webIDFederationData names the provider whose token began a session.
func webIDFederationData(provider string) json.RawMessage {
	text, _ := json.Marshal(map[string]any{"federatedProvider": provider, "attributes": map[string]string{}}) // texts always encode
	return text
}
