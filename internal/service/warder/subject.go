package warder

import (
	"errors"
	"strings"
	"time"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/policy/eval"
)

// Types of subject that are not an ARN's.
const (
	typeAccessKey     = "access_key"
	typeSignedRequest = "signed_request"
)

// subject is who a question is about.
type subject struct {
	// caller is nil where nobody is known under the name; refusal says so then.
	caller  *authz.Caller
	refusal *awsapi.Error
	// arn, account and tags are what the asker needs warder:Evaluate on: the user, role or root user whose policies apply;
	// of an unknown one, the name that it would have.
	arn, account string
	tags         []directory.Tag
	// signed is the request that the caller is claimed to have signed; nil for other subjects.
	signed *signedRequest
}

// errNobody is the answer about a subject that is not there, to those who may ask about it.
var errNobody = &awsapi.ErrorKind{Code: "NoSuchEntity", Status: 404}

// subject finds who the question is about. The error is about a question that cannot be read, never about whether there
// is such a subject. A signed request is not verified yet.
func (s *Service) subject(q *Question, snap *directory.Snapshot, asker *authz.Caller, secure bool, now time.Time) (*subject, error) {
	switch {
	case q.Subject.Type == typeSignedRequest:
		return s.signer(q, snap, asker, secure, now)
	case q.Subject.Type == typeAccessKey, !strings.HasPrefix(q.Subject.ID, "arn:"):
		return s.keyHolder(q, snap, asker, now)
	}
	return principal(q, snap, now)
}

// principal is a subject by its ARN.
func principal(q *Question, snap *directory.Snapshot, now time.Time) (*subject, error) {
	a, err := arn.Parse(q.Subject.ID)
	if err != nil {
		return nil, invalid("subject.id is not a valid ARN")
	}
	named, ok := a.Named()
	if !ok || !principalKinds[named.Kind] || !arn.IsAccountID(a.Account) {
		return nil, invalid("subject.id must be the ARN of a user, a role, a role's session or a root user, or an access key id")
	}
	if kind, checked := typeKinds[q.Subject.Type]; checked && kind != named.Kind {
		return nil, invalid("subject.id is not the ARN of a %s", q.Subject.Type)
	}
	caller, ok := authz.Principal(snap, q.Subject.ID, now)
	if ok {
		return known(snap, caller), nil
	}
	would := q.Subject.ID
	if named.Kind == arn.KindAssumedRole {
		would = arn.In(a.Account).Role("/", named.Name).String()
	}
	return &subject{arn: would, account: a.Account, refusal: errNobody.New("There is no principal %s.", q.Subject.ID)}, nil
}

var principalKinds = map[string]bool{arn.KindUser: true, arn.KindRole: true, arn.KindAssumedRole: true, arn.KindRoot: true}

// typeKinds are the types that must agree with the ARN. Other types are the asker's own words.
var typeKinds = map[string]string{"user": arn.KindUser, "role": arn.KindRole, "session": arn.KindAssumedRole, "root": arn.KindRoot}

// accessKeyProperties go with an access key id.
type accessKeyProperties struct {
	// SessionToken of a temporary key.
	SessionToken string `json:"session_token"`
}

// keyHolder is a subject by the id of a key that it holds.
func (s *Service) keyHolder(q *Question, snap *directory.Snapshot, asker *authz.Caller, now time.Time) (*subject, error) {
	var p accessKeyProperties
	if err := read("subject.properties", q.Subject.Properties, &p); err != nil {
		return nil, err
	}
	id := q.Subject.ID
	if !word(id) || len(id) > 128 {
		return nil, invalid("subject.id must be an ARN or an access key id")
	}
	if strings.HasPrefix(id, session.PrefixTemporaryKey) && p.SessionToken == "" {
		return nil, invalid("subject.properties.session_token is missing: %s is a temporary key", id)
	}
	return s.holder(snap, asker, id, p.SessionToken, now)
}

// holder is who holds a key, proven or not.
func (s *Service) holder(snap *directory.Snapshot, asker *authz.Caller, keyID, token string, now time.Time) (*subject, error) {
	caller, err := s.authn().Holder(snap, keyID, token, now)
	if err == nil {
		return known(snap, caller), nil
	}
	var refusal *awsapi.Error
	if !errors.As(err, &refusal) {
		return nil, err
	}
	return unknownKey(asker, keyID, refusal), nil
}

// unknownKey is the subject that a key without a holder stands for. Every such key is asked about in the same way, also
// one that is inactive, expired or another account's that has none.
func unknownKey(asker *authz.Caller, keyID string, refusal *awsapi.Error) *subject {
	return &subject{arn: arn.In(asker.Account).Resource("access-key/" + keyID).String(), account: asker.Account, refusal: refusal}
}

// known is the subject that a caller is: its user or role stands for all its sessions.
func known(snap *directory.Snapshot, caller *authz.Caller) *subject {
	sub := &subject{caller: caller, account: caller.Account, arn: caller.ARN}
	account := snap.Account(caller.Account)
	switch caller.Kind {
	case eval.User, eval.FederatedUser:
		if u := account.UserByID(caller.PrincipalID); u != nil {
			sub.arn, sub.tags = account.ARN(u), u.Tags
		}
	case eval.RoleSession:
		if r := account.RoleByID(caller.PrincipalID); r != nil {
			sub.arn, sub.tags = account.ARN(r), r.Tags
		}
	}
	return sub
}

// prove verifies the request that the subject is claimed to have signed. Of other subjects nothing needs proof.
func (sub *subject) prove(a *authn.Authenticator, snap *directory.Snapshot, now time.Time) error {
	if sub.signed == nil || sub.signed.claim == nil {
		return nil
	}
	caller, _, err := a.Verify(snap, sub.signed.claim, sub.signed.rules, now)
	var refusal *awsapi.Error
	switch {
	case err == nil:
		sub.caller, sub.refusal = caller, nil
	case errors.As(err, &refusal):
		sub.caller, sub.refusal = nil, refusal
	default:
		return err
	}
	return nil
}
