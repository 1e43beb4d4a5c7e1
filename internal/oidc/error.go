package oidc

// Kind says what is wrong with a token, or with its provider.
type Kind uint8

// The kinds, after the errors of AssumeRoleWithWebIdentity. Source: AWS STS API Reference.
const (
	Invalid     Kind = iota + 1 // the token is not what the provider signs, or not for this client
	Expired                     // its time is over
	Rejected                    // its time has not come
	Unreachable                 // the provider does not answer
)

// Error is why a token is not taken, in words that whoever sent it may see: they tell nothing of the network.
type Error struct {
	Kind    Kind
	Message string
	// Cause is for the log; nil where the message says it all.
	Cause error
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return e.Message + ": " + e.Cause.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

func invalid(message string) *Error { return &Error{Kind: Invalid, Message: message} }

// The messages that AWS gives, as its users quote them.
const (
	noJWT        = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
	noKey        = "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
	noThumbprint = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
	badAudience  = "Incorrect token audience"
	badSignature = "The ID Token's signature is not valid"
)
