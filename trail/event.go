package trail

import (
	"encoding/json"
	"time"
)

// EventVersion is the version of CloudTrail's record format that Warder writes.
const EventVersion = "1.11"

// Event is one record, its members named and ordered as in CloudTrail's record format 1.11. Times are UTC, whole seconds.
//
// It holds the members that Warder writes or acts on. A reader of real CloudTrail files meets others; Parse passes over
// them, so whoever must hand a record on unchanged keeps its text and not its Event.
type Event struct {
	EventVersion        string          `json:"eventVersion"`
	UserIdentity        UserIdentity    `json:"userIdentity"`
	EventTime           time.Time       `json:"eventTime"`
	EventSource         string          `json:"eventSource"` // "iam.amazonaws.com"
	EventName           string          `json:"eventName"`
	AWSRegion           string          `json:"awsRegion"`
	SourceIPAddress     string          `json:"sourceIPAddress"`
	UserAgent           string          `json:"userAgent,omitempty"`
	ErrorCode           string          `json:"errorCode,omitempty"`
	ErrorMessage        string          `json:"errorMessage,omitempty"`
	RequestParameters   json.RawMessage `json:"requestParameters"` // null where there are none
	ResponseElements    json.RawMessage `json:"responseElements"`  // null for reads and errors
	AdditionalEventData json.RawMessage `json:"additionalEventData,omitempty"`
	RequestID           string          `json:"requestID,omitempty"`
	EventID             string          `json:"eventID"`
	ReadOnly            bool            `json:"readOnly"`
	Resources           []Resource      `json:"resources,omitempty"`
	EventType           string          `json:"eventType"` // TypeAPICall, TypeServiceEvent, TypeSignIn, TypeInsight
	APIVersion          string          `json:"apiVersion,omitempty"`
	ManagementEvent     bool            `json:"managementEvent"`
	RecipientAccountID  string          `json:"recipientAccountId"`
	// ServiceEventDetails of an AwsServiceEvent.
	ServiceEventDetails json.RawMessage `json:"serviceEventDetails,omitempty"`
	SharedEventID       string          `json:"sharedEventID,omitempty"`
	// InsightDetails of an AwsCloudTrailInsight, which has no caller, name or source of its own: Event.Insight reads it.
	InsightDetails json.RawMessage `json:"insightDetails,omitempty"`
	EventCategory  string          `json:"eventCategory"` // "Management", "Data", "Insight"
	// SessionCredentialFromConsole is "true", or absent.
	SessionCredentialFromConsole string      `json:"sessionCredentialFromConsole,omitempty"`
	TLSDetails                   *TLSDetails `json:"tlsDetails,omitempty"`
}

// UserIdentity says who called.
type UserIdentity struct {
	Type           string          `json:"type"` // Root, IAMUser, AssumedRole, FederatedUser, WebIdentityUser, AWSService, Unknown
	PrincipalID    string          `json:"principalId,omitempty"`
	ARN            string          `json:"arn,omitempty"`
	AccountID      string          `json:"accountId,omitempty"`
	AccessKeyID    string          `json:"accessKeyId,omitempty"`
	UserName       string          `json:"userName,omitempty"`
	SessionContext *SessionContext `json:"sessionContext,omitempty"`
	InvokedBy      string          `json:"invokedBy,omitempty"`
	// IdentityProvider is the SAML or OIDC provider of a federated caller.
	IdentityProvider string `json:"identityProvider,omitempty"`
}

// SessionContext tells about temporary credentials.
type SessionContext struct {
	SessionIssuer *SessionIssuer `json:"sessionIssuer,omitempty"`
	// WebIDFederationData of a session that a web identity token began.
	WebIDFederationData json.RawMessage   `json:"webIdFederationData,omitempty"`
	Attributes          SessionAttributes `json:"attributes"`
	SourceIdentity      string            `json:"sourceIdentity,omitempty"`
}

// SessionIssuer is the principal whose credentials the session came from.
type SessionIssuer struct {
	Type        string `json:"type"` // Role, IAMUser, Root
	PrincipalID string `json:"principalId"`
	ARN         string `json:"arn"`
	AccountID   string `json:"accountId"`
	UserName    string `json:"userName,omitempty"`
}

// SessionAttributes are strings in CloudTrail, the truth value too.
type SessionAttributes struct {
	CreationDate     string `json:"creationDate"`
	MFAAuthenticated string `json:"mfaAuthenticated"` // "true" or "false"
}

// Resource is a resource that the call touched.
type Resource struct {
	ARN       string `json:"ARN"`
	AccountID string `json:"accountId,omitempty"`
	Type      string `json:"type,omitempty"` // "AWS::IAM::Role"
}

// TLSDetails of the connection; absent over plain HTTP.
type TLSDetails struct {
	TLSVersion               string `json:"tlsVersion"`
	CipherSuite              string `json:"cipherSuite"`
	ClientProvidedHostHeader string `json:"clientProvidedHostHeader"`
}
