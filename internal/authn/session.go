package authn

import (
	"strconv"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/policy/eval"
)

// sessionCaller is who holds temporary credentials, as snap has it now: the principal is found by its unique id, so that
// a deleted and re-created name is somebody else.
func sessionCaller(snap *directory.Snapshot, proof *Proof, now time.Time) (*authz.Caller, error) {
	claims := proof.Claims
	if !now.Before(claims.Expires) {
		return nil, expired()
	}
	account := snap.Account(claims.Account)
	if account == nil {
		return nil, Public(sigv4.ErrUnknownKey)
	}
	s := &authz.Session{
		Name: claims.SessionName, Issued: claims.Issued, Expires: claims.Expires, MFA: claims.MFA,
		SourceIdentity: claims.SourceIdentity, FederatedProvider: claims.FederatedProvider,
		Tags: claims.Tags, TransitiveTagKeys: claims.TransitiveTagKeys,
		Policies: sessionPolicies(snap, account, claims),
	}
	switch claims.Type {
	case session.AssumedRole:
		return roleCaller(account, claims, s)
	case session.SessionToken, session.Federation:
		return userSession(account, claims, s)
	case session.Console:
		return consoleCaller(account, proof, s, now)
	}
	return nil, Public(sigv4.ErrUnknownKey)
}

func roleCaller(account *directory.Account, claims *session.Claims, s *authz.Session) (*authz.Caller, error) {
	r := account.RoleByID(claims.PrincipalID)
	if r == nil {
		return nil, Public(sigv4.ErrUnknownKey)
	}
	s.Type, s.RoleARN = authz.AssumedRole, account.ARN(r)
	return &authz.Caller{
		Kind: eval.RoleSession, Account: account.ID(), PrincipalID: r.ID, AccessKeyID: claims.KeyID,
		ARN:     account.Names().AssumedRole(r.Name, s.Name).String(),
		UserID:  r.ID + ":" + s.Name,
		Session: s, ProviderKeys: providerKeys(claims),
	}, nil
}

// providerKeys are the condition keys of the provider that the session came from.
func providerKeys(claims *session.Claims) (keys eval.Context) {
	provider, _ := arn.Parse(claims.FederatedProvider)
	named, _ := provider.Named()
	prefix := ""
	switch named.Kind {
	case arn.KindSAMLProvider:
		prefix = "saml:"
	case arn.KindOIDCProvider:
		prefix = named.Name + ":"
	default:
		return keys
	}
	for _, k := range claims.ProviderKeys {
		if k.List {
			keys.SetList(prefix+k.Name, k.Values...)
		} else {
			keys.Set(prefix+k.Name, k.Values[0])
		}
	}
	return keys
}

// userSession is a session that a user's long-term key asked for: still that user (GetSessionToken), or a federated user
// with that user's policies.
func userSession(account *directory.Account, claims *session.Claims, s *authz.Session) (*authz.Caller, error) {
	u := account.UserByID(claims.PrincipalID)
	if u == nil {
		return nil, Public(sigv4.ErrUnknownKey)
	}
	s.UserARN = account.ARN(u)
	caller := userCaller(account, u, claims.KeyID)
	caller.Session = s
	if claims.Type == session.SessionToken {
		s.Type = authz.SessionToken
		return caller, nil
	}
	s.Type = authz.Federation
	caller.Kind, caller.UserName = eval.FederatedUser, ""
	caller.ARN = account.Names().FederatedUser(s.Name).String()
	caller.UserID = account.ID() + ":" + s.Name
	return caller, nil
}

// consoleCaller is who signed in at the console, user or root, for as long as the web session lasts. That it is idle for too
// long is not asked: credentials last no longer than that would take.
func consoleCaller(account *directory.Account, proof *Proof, s *authz.Session, now time.Time) (*authz.Caller, error) {
	claims := proof.Claims
	w := account.WebSession(claims.WebSession, now)
	if w == nil || w.Principal != claims.PrincipalID || w.Stage != directory.SignInComplete && !(proof.NewPassword && w.Stage == directory.SignInNewPassword) {
		return nil, expired()
	}
	s.Type, s.WebSession = authz.Console, w.ID
	var caller *authz.Caller
	if w.Principal == account.ID() {
		caller = rootCaller(account, claims.KeyID)
	} else {
		caller = userCaller(account, account.UserByID(w.Principal), claims.KeyID)
	}
	s.UserARN, caller.Session = caller.ARN, s
	return caller, nil
}

func rootCaller(account *directory.Account, keyID string) *authz.Caller {
	return &authz.Caller{
		Kind: eval.Root, Account: account.ID(), ARN: account.Names().Root().String(), UserID: account.ID(), AccessKeyID: keyID,
	}
}

func expired() error {
	return awsapi.ExpiredToken.New("The security token included in the request is expired")
}

// sessionPolicies compiles what the session was limited to. A managed policy that is gone since then denies
// everything, as it does where it was attached: it might have held a Deny.
func sessionPolicies(snap *directory.Snapshot, account *directory.Account, claims *session.Claims) []eval.Source {
	var list []eval.Source
	for i, text := range claims.Policies {
		list = append(list, eval.Source{Name: "session policy " + strconv.Itoa(i+1), Policy: snap.Library().Document(text).Compiled()})
	}
	for _, arn := range claims.PolicyARNs {
		policy := snap.Library().Document("").Compiled()
		if m := account.Managed(arn); m != nil {
			policy = m.Document.Compiled()
		}
		list = append(list, eval.Source{Name: arn, Policy: policy})
	}
	return list
}
