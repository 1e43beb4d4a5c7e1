package authn

import (
	"errors"
	"strings"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/policy/eval"
)

// Authenticator verifies signatures made with long-term access keys and with temporary credentials.
type Authenticator struct {
	Keys *session.Keys
	// Cache of derived signing keys.
	Cache *sigv4.KeyCache
}

// Proof is a credential whose holder signed the request. It can be resolved again on a later state.
type Proof struct {
	KeyID string
	// Claims of temporary credentials and bearer tokens; nil for a long-term key.
	Claims *session.Claims
	// NewPassword takes a web session too in which nothing but a new password is left to be set: the page that sets it
	// vouches for its visitor. No credentials have it.
	NewPassword bool
}

// Bearer opens a bearer token and returns its holder with the proof. One refusal stands for every token that is not good,
// but for an expired one.
func (a *Authenticator) Bearer(snap *directory.Snapshot, token string, now time.Time) (*authz.Caller, *Proof, error) {
	claims, err := a.Keys.OpenBearer(token)
	if err != nil {
		return nil, nil, Public(sigv4.ErrUnknownKey)
	}
	proof := &Proof{KeyID: claims.KeyID, Claims: claims}
	caller, err := a.Resolve(snap, proof, now)
	if err != nil {
		return nil, nil, err
	}
	return caller, proof, nil
}

// Identify verifies the claim for a service and returns the caller with the proof. Its errors are *awsapi.Error in AWS's
// words, the same for a key that is unknown, inactive or whose principal is gone.
func (a *Authenticator) Identify(snap *directory.Snapshot, claim *sigv4.Claim, service string, now time.Time) (*authz.Caller, *Proof, error) {
	return a.Verify(snap, claim, sigv4.Rules{Skew: skew(service), Services: []string{service}}, now)
}

// Verify is Identify by other rules, for requests to services that are not Warder's own.
func (a *Authenticator) Verify(snap *directory.Snapshot, claim *sigv4.Claim, rules sigv4.Rules, now time.Time) (*authz.Caller, *Proof, error) {
	proof := &Proof{KeyID: claim.AccessKeyID}
	secret, err := a.secret(snap, claim, proof)
	if err != nil {
		if errors.Is(err, sigv4.ErrUnknownKey) {
			err = claim.VerifyUnknown(a.Cache)
		}
		return nil, nil, Public(err)
	}
	if err := claim.Verify(secret, now, rules, a.Cache); err != nil {
		return nil, nil, Public(err)
	}
	caller, err := a.Resolve(snap, proof, now)
	if err != nil {
		return nil, nil, err
	}
	return caller, proof, nil
}

// Holder is whose credentials these are, as they stand now; sessionToken is "" for a long-term key. It proves nothing: who
// called is for Identify to find.
func (a *Authenticator) Holder(snap *directory.Snapshot, keyID, sessionToken string, now time.Time) (*authz.Caller, error) {
	proof := &Proof{KeyID: keyID}
	if sessionToken != "" {
		claims, _, err := a.Keys.Open(sessionToken)
		if err != nil || claims.KeyID != keyID {
			return nil, Public(sigv4.ErrUnknownKey)
		}
		proof.Claims = claims
	}
	return a.Resolve(snap, proof, now)
}

// Resolve finds the caller of a proven credential in snap: the key must still be active, its principal still exist, the
// session not be expired.
func (a *Authenticator) Resolve(snap *directory.Snapshot, proof *Proof, now time.Time) (*authz.Caller, error) {
	if proof.Claims != nil {
		if err := issuerStands(snap, proof.Claims); err != nil {
			return nil, err
		}
		return sessionCaller(snap, proof, now)
	}
	_, account, u := holder(snap, proof.KeyID)
	if u == nil {
		return nil, Public(sigv4.ErrUnknownKey)
	}
	return userCaller(account, u, proof.KeyID), nil
}

// issuerStands refuses the bearer token of a long-term key that is no longer its principal's, active key. Sessions have a
// key id of their own, which nobody can switch off.
func issuerStands(snap *directory.Snapshot, claims *session.Claims) error {
	if !strings.HasPrefix(claims.KeyID, session.PrefixAccessKey) {
		return nil
	}
	if _, _, u := holder(snap, claims.KeyID); u == nil || u.ID != claims.PrincipalID {
		return Public(sigv4.ErrUnknownKey)
	}
	return nil
}

// holder finds an active long-term key and whose it is. All are nil for one that is unknown, inactive, or whose user is
// gone: nobody is told which.
func holder(snap *directory.Snapshot, keyID string) (*directory.AccessKey, *directory.Account, *directory.User) {
	key, account := snap.AccessKey(keyID)
	if key == nil || !key.Active {
		return nil, nil, nil
	}
	u := account.UserByID(key.User)
	if u == nil {
		return nil, nil, nil
	}
	return key, account, u
}

func userCaller(account *directory.Account, u *directory.User, keyID string) *authz.Caller {
	return &authz.Caller{
		Kind: eval.User, Account: account.ID(), ARN: account.ARN(u), UserID: u.ID, UserName: u.Name,
		PrincipalID: u.ID, AccessKeyID: keyID,
	}
}

// secret finds what the signature must have been made with, and fills the proof's claims.
func (a *Authenticator) secret(snap *directory.Snapshot, claim *sigv4.Claim, proof *Proof) (seal.Secret, error) {
	if claim.SessionToken != "" {
		claims, secret, err := a.Keys.Open(claim.SessionToken)
		if err != nil || claims.KeyID != claim.AccessKeyID {
			return seal.Secret{}, sigv4.ErrUnknownKey
		}
		proof.Claims = claims
		return secret, nil
	}
	key, _, _ := holder(snap, claim.AccessKeyID)
	if key == nil {
		return seal.Secret{}, sigv4.ErrUnknownKey
	}
	return a.Keys.OpenAccessKey(key.ID, key.Sealed)
}

// skew is how far a client's clock may be off. Source: AWS, recorded behaviour.
func skew(service string) time.Duration {
	if service == "iam" || service == "sts" {
		return sigv4.SkewIAM
	}
	return sigv4.Skew
}

// Public turns refusals of a signature into what clients see; the pipeline uses it for those of sigv4.Parse. Other errors
// pass as they are and show as InternalFailure.
func Public(err error) error {
	var refusal *sigv4.Error
	if !errors.As(err, &refusal) {
		return err
	}
	for _, kind := range refusals {
		if kind.Code == refusal.Code {
			return kind.New("%s", refusal.Message)
		}
	}
	return err
}

var refusals = []*awsapi.ErrorKind{
	awsapi.MissingAuthenticationToken, awsapi.IncompleteSignature, awsapi.InvalidClientTokenID,
	awsapi.SignatureDoesNotMatch, awsapi.RequestExpired, awsapi.MalformedQueryString,
}
