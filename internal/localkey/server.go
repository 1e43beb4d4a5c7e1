package localkey

import (
	"context"
	"net/url"

	"github.com/warder-iam/warder/internal/apiclient"
)

// IAM is the Server of a user who changes his own keys.
type IAM struct {
	Client *apiclient.Client
	// MFA turns a key into a session with a second factor, where the profile names a device; nil for the key itself.
	MFA func(ctx context.Context, key Key) (*Session, error)

	session *Session
}

// by gives what requests are signed with. The session is asked for once: a code counts once.
func (s *IAM) by(ctx context.Context, key Key) (apiclient.Credentials, error) {
	if s.MFA == nil {
		return key.credentials(), nil
	}
	if s.session == nil {
		made, err := s.MFA(ctx, key)
		if err != nil {
			return apiclient.Credentials{}, err
		}
		s.session = made
	}
	return s.session.Credentials(), nil
}

func (s *IAM) do(ctx context.Context, key Key, call apiclient.Call, out any) error {
	by, err := s.by(ctx, key)
	if err != nil {
		return err
	}
	call.Service = "iam"
	return s.Client.Do(ctx, by, call, out)
}

// Keys implements Server.
func (s *IAM) Keys(ctx context.Context, by Key) ([]KeyInfo, error) {
	var out struct {
		Keys []KeyInfo `xml:"ListAccessKeysResult>AccessKeyMetadata>member"`
	}
	err := s.do(ctx, by, apiclient.Call{Action: "ListAccessKeys"}, &out)
	return out.Keys, err
}

// Create implements Server.
func (s *IAM) Create(ctx context.Context, by Key, invocation string) (Key, error) {
	var out struct {
		ID     string `xml:"CreateAccessKeyResult>AccessKey>AccessKeyId"`
		Secret string `xml:"CreateAccessKeyResult>AccessKey>SecretAccessKey"`
	}
	err := s.do(ctx, by, apiclient.Call{Action: "CreateAccessKey", Invocation: invocation}, &out)
	return Key{out.ID, out.Secret}, err
}

// WhoIs implements Server. It asks with the key itself: that is what is tried.
func (s *IAM) WhoIs(ctx context.Context, key Key) (string, error) {
	caller, err := WhoIs(ctx, s.Client, key.credentials())
	return caller.ARN, err
}

// Deactivate implements Server.
func (s *IAM) Deactivate(ctx context.Context, by Key, id string) error {
	params := url.Values{"AccessKeyId": {id}, "Status": {"Inactive"}}
	return s.gone(s.do(ctx, by, apiclient.Call{Action: "UpdateAccessKey", Params: params}, nil))
}

// Delete implements Server.
func (s *IAM) Delete(ctx context.Context, by Key, id string) error {
	return s.gone(s.do(ctx, by, apiclient.Call{Action: "DeleteAccessKey", Params: url.Values{"AccessKeyId": {id}}}, nil))
}

// gone passes over a key that is not there: somebody deleted it before.
func (*IAM) gone(err error) error {
	if apiclient.HasCode(err, "NoSuchEntity") {
		return nil
	}
	return err
}
