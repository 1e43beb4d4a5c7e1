package keyscan

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/warder-iam/warder/internal/apiclient"
)

// Server is a Warder, or whatever speaks IAM, that is asked about keys.
type Server struct {
	Client *apiclient.Client
	By     apiclient.Credentials // of a user or role of the account; it needs the operations that Ask and Deactivate name

	account string
	users   []string          // of the account, once they are listed
	status  map[string]status // by key id, of the users that were asked about
	listed  map[string]bool   // users whose keys stand in status
	down    error             // the server stopped to answer: each further question would wait as long
}

type status struct {
	user   string
	active bool
}

// Ask asks who the caller is and then about each key, and gives the caller's account. It uses sts:GetCallerIdentity,
// iam:GetAccessKeyLastUsed and iam:ListAccessKeys, and iam:ListUsers for a key that no answer tells of. An error means that
// nothing was asked; what may not be asked of one key stands in its Why.
func (s *Server) Ask(ctx context.Context, found []Found) (account string, err error) {
	var who struct {
		Account string `xml:"GetCallerIdentityResult>Account"`
	}
	if err := s.Client.Do(ctx, s.By, apiclient.Call{Service: "sts", Action: "GetCallerIdentity"}, &who); err != nil {
		return "", err
	}
	s.account, s.status, s.listed = who.Account, map[string]status{}, map[string]bool{}
	s.down = nil
	for i := range found {
		if f := &found[i]; !f.Example && f.State != Expired {
			s.ask(ctx, f)
		}
	}
	sortFound(found)
	return s.account, nil
}

func (s *Server) ask(ctx context.Context, f *Found) {
	f.Own = f.Account == s.account
	switch {
	case f.KeyID == "":
		f.Why = "a secret alone does not say whose it is"
	case f.Account != "" && !f.Own:
		f.Why = "it is a key of account " + f.Account
	case f.Temporary():
		f.Why = "no server tells whether a session has ended; none lasts longer than 36 hours"
	default:
		if err := s.find(ctx, f.KeyID); err != nil {
			f.Why = err.Error()
			return
		}
		s.judge(f)
	}
}

// judge says what the account's keys, all of which are known if this one is not among them, say about a key.
func (s *Server) judge(f *Found) {
	st, ok := s.status[f.KeyID]
	switch {
	case ok && st.active:
		f.State, f.Own, f.User = Active, true, st.user
	case ok:
		f.State, f.Own, f.User = Inactive, true, st.user
	case f.Own:
		f.State, f.Why = Deleted, "the account has no such key"
	default:
		f.Why = "the id does not hold its account, and this account has no such key"
	}
}

// find learns about a key: first by its id; if that says nothing, as it does of a deleted key and to whom may not ask, by
// all keys of all users.
func (s *Server) find(ctx context.Context, id string) error {
	if _, ok := s.status[id]; ok {
		return nil
	}
	var used struct {
		User string `xml:"GetAccessKeyLastUsedResult>UserName"`
	}
	err := s.do(ctx, "GetAccessKeyLastUsed", url.Values{"AccessKeyId": {id}}, &used)
	if err == nil && used.User != "" {
		return s.keysOf(ctx, used.User)
	}
	if refused, ok := errors.AsType[*apiclient.Error](err); err != nil && !ok {
		return err
	} else if ok && refused.Code != "AccessDenied" && refused.Code != "NoSuchEntity" {
		return err
	}
	return s.keysOfAll(ctx)
}

func (s *Server) keysOfAll(ctx context.Context) error {
	if s.users == nil {
		users, err := s.listUsers(ctx)
		if err != nil {
			return err
		}
		s.users = users
	}
	for _, user := range s.users {
		if err := s.keysOf(ctx, user); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) listUsers(ctx context.Context) ([]string, error) {
	users := []string{}
	for params := (url.Values{"MaxItems": {"500"}}); ; {
		var page struct {
			Users     []string `xml:"ListUsersResult>Users>member>UserName"`
			Truncated bool     `xml:"ListUsersResult>IsTruncated"`
			Marker    string   `xml:"ListUsersResult>Marker"`
		}
		if err := s.do(ctx, "ListUsers", params, &page); err != nil {
			return nil, err
		}
		users = append(users, page.Users...)
		if !page.Truncated {
			return users, nil
		}
		if page.Marker == "" || page.Marker == params.Get("Marker") {
			return nil, errors.New("ListUsers gives the same page again and again")
		}
		params.Set("Marker", page.Marker)
	}
}

// keysOf learns about the keys of a user. A user that is gone meanwhile has none.
func (s *Server) keysOf(ctx context.Context, user string) error {
	if s.listed[user] {
		return nil
	}
	var page struct {
		Keys []struct {
			ID     string `xml:"AccessKeyId"`
			Status string
		} `xml:"ListAccessKeysResult>AccessKeyMetadata>member"`
	}
	err := s.do(ctx, "ListAccessKeys", url.Values{"UserName": {user}}, &page)
	if err != nil && !apiclient.HasCode(err, "NoSuchEntity") {
		return err
	}
	for _, k := range page.Keys {
		s.status[k.ID] = status{user, k.Status != "Inactive"}
	}
	s.listed[user] = true
	return nil
}

// Deactivate makes an Active key Inactive: it can be made active again. It uses iam:UpdateAccessKey.
func (s *Server) Deactivate(ctx context.Context, f *Found) error {
	if f.State != Active {
		return fmt.Errorf("%s is %s", f.KeyID, f.State)
	}
	err := s.do(ctx, "UpdateAccessKey", url.Values{"UserName": {f.User}, "AccessKeyId": {f.KeyID}, "Status": {"Inactive"}}, nil)
	if err == nil {
		f.State = Inactive
	}
	return err
}

func (s *Server) do(ctx context.Context, action string, params url.Values, out any) error {
	if s.down != nil {
		return s.down
	}
	err := s.Client.Do(ctx, s.By, apiclient.Call{Service: "iam", Action: action, Params: params}, out)
	if errors.Is(err, apiclient.ErrUnreachable) {
		s.down = err
	}
	return err
}
