package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/localkey"
)

// configureSessions writes a profile whose sessions warder credentials hands out. The key is tried first, and kept before
// the profile names it.
func (p *program) configureSessions(ctx context.Context, o *configureOptions, w *profileFiles, given accessKey, e *app.Endpoint) error {
	key := localkey.Key{ID: given.id, Secret: given.secret}
	client, err := apiclient.New(e.URL, e.CA, app.Region)
	if err != nil {
		return err
	}
	caller, err := localkey.WhoIs(ctx, client, apiclient.Credentials{ID: key.ID, Secret: key.Secret})
	if err != nil {
		return fmt.Errorf("%w; --static writes a profile without asking the server", explain(err, o.profile))
	}
	s := sessionSettings{keyID: key.ID, store: o.store, roleARN: o.roleARN, mfaSerial: o.mfaSerial, duration: o.duration}
	if s.store == autoStore {
		s.store = sealedStore
		if localkey.HasKeyring() {
			s.store = keyringStore
		}
	}
	place, err := p.place(s.store)
	if err != nil {
		return err
	}
	if err := place.Save(key); err != nil {
		return err
	}
	about, err := chooseSession(ctx, client, key, caller, o.noRole, &s)
	if err != nil {
		return explain(err, o.profile)
	}
	command, err := p.processCommand(o.profile)
	if err != nil {
		return err
	}
	before, replaces, _ := w.sessions()
	w.setProcess(command, s, e)
	if err := w.saveProcess(); err != nil {
		return err
	}
	if replaces && before.keyID != key.ID {
		p.forget(before)
	}
	where := "in the system's keyring"
	if s.store == sealedStore {
		where = "sealed under your passphrase"
	}
	return p.printf("Wrote the profile %s, for %s, to %s. Its key is kept %s.\n%s\nTry it: aws%s sts get-caller-identity\n",
		o.profile, e.URL, w.configPath, where, about, profileFlag(o.profile))
}

// forget takes out the key that the profile had before. It may stay where that fails: nothing uses it.
func (p *program) forget(s sessionSettings) {
	place, err := p.place(s.store)
	if err == nil {
		err = place.Remove(s.keyID)
	}
	if err != nil {
		p.say("The profile's key before, %s, is still kept: %v", clean(s.keyID), err)
	}
}

// chooseSession decides of what kind the profile's sessions are, and says it for people.
func chooseSession(ctx context.Context, client *apiclient.Client, key localkey.Key, caller localkey.Caller, noRole bool, s *sessionSettings) (about string, err error) {
	if s.roleARN == "" && s.mfaSerial == "" {
		s.mfaSerial = localkey.FindMFADevice(ctx, client, key)
	}
	if s.roleARN == "" && s.mfaSerial == "" && !noRole {
		a := &administrator{client: client, by: apiclient.Credentials{ID: key.ID, Secret: key.Secret}, caller: caller}
		if s.roleARN, err = a.role(ctx); err != nil {
			return "", err
		}
	}
	switch {
	case s.roleARN != "" && s.mfaSerial != "":
		return fmt.Sprintf("It hands out sessions of %s; for each the code of %s is asked for.", s.roleARN, s.mfaSerial), nil
	case s.roleARN != "":
		return fmt.Sprintf("It hands out sessions of %s.", s.roleARN), nil
	case s.mfaSerial != "":
		return fmt.Sprintf("It hands out sessions of user %s; for each the code of %s is asked for.", caller.Name(), s.mfaSerial), nil
	}
	return fmt.Sprintf("It hands out sessions of user %s without a second factor, which as on AWS call everything but IAM.\n"+
		"For IAM run this again with --role-arn ARN, or once the user has an MFA device.", caller.Name()), nil
}

const administratorAccess = "arn:aws:iam::aws:policy/AdministratorAccess"

// administrator finds or makes the role through which an administrator without a second factor works: sessions of the user
// itself call no operation of IAM.
type administrator struct {
	client *apiclient.Client
	by     apiclient.Credentials
	caller localkey.Caller
}

// maxRoleName is the longest name of a role. Source: IAM quotas.
const maxRoleName = 64

// role gives the role's ARN, or "" where the user is no administrator: one who has AdministratorAccess itself or through a
// group, and no boundary, which a role would be free of.
func (a *administrator) role(ctx context.Context) (string, error) {
	name := "AdministratorSession-" + a.caller.Name()
	if len(name) > maxRoleName {
		return "", nil
	}
	is, err := a.is(ctx)
	if apiclient.HasCode(err, "AccessDenied") {
		return "", nil // whoever may not look at his own policies is none
	}
	if err != nil || !is {
		return "", err
	}
	// The account's principal delegates: the user needs sts:AssumeRole too, and loses the role with his own rights.
	trust := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::%s:root"},`+
		`"Action":"sts:AssumeRole","Condition":{"ArnEquals":{"aws:PrincipalArn":%q}}}]}`, a.caller.Account, a.caller.ARN)
	err = a.iam(ctx, "CreateRole", url.Values{
		"RoleName": {name}, "AssumeRolePolicyDocument": {trust},
		"Description": {"Sessions of user " + a.caller.Name() + ", made by warder configure"},
	}, nil)
	if err != nil && !apiclient.HasCode(err, "EntityAlreadyExists") {
		return "", fmt.Errorf("make the role %s: %w", name, err)
	}
	if err := a.iam(ctx, "AttachRolePolicy", url.Values{"RoleName": {name}, "PolicyArn": {administratorAccess}}, nil); err != nil {
		return "", fmt.Errorf("give the role %s its policy: %w", name, err)
	}
	role := "arn:aws:iam::" + a.caller.Account + ":role/" + name
	err = a.client.Do(ctx, a.by, apiclient.Call{Service: "sts", Action: "AssumeRole",
		Params: url.Values{"RoleArn": {role}, "RoleSessionName": {a.caller.SessionName()}}}, nil)
	if err != nil {
		return "", fmt.Errorf("the role %s is there, but cannot be assumed; mend its trust policy, or give --no-role or --role-arn: %w", name, err)
	}
	return role, nil
}

func (a *administrator) iam(ctx context.Context, action string, params url.Values, out any) error {
	return a.client.Do(ctx, a.by, apiclient.Call{Service: "iam", Action: action, Params: params}, out)
}

func (a *administrator) is(ctx context.Context) (bool, error) {
	var user struct {
		Boundary string `xml:"GetUserResult>User>PermissionsBoundary>PermissionsBoundaryArn"`
	}
	if err := a.iam(ctx, "GetUser", nil, &user); err != nil || user.Boundary != "" {
		return false, err
	}
	name := a.caller.Name()
	var own struct {
		ARNs []string `xml:"ListAttachedUserPoliciesResult>AttachedPolicies>member>PolicyArn"`
	}
	if err := a.iam(ctx, "ListAttachedUserPolicies", url.Values{"UserName": {name}}, &own); err != nil || slices.Contains(own.ARNs, administratorAccess) {
		return err == nil, err
	}
	var groups struct {
		Names []string `xml:"ListGroupsForUserResult>Groups>member>GroupName"`
	}
	if err := a.iam(ctx, "ListGroupsForUser", url.Values{"UserName": {name}}, &groups); err != nil {
		return false, err
	}
	for _, group := range groups.Names {
		var attached struct {
			ARNs []string `xml:"ListAttachedGroupPoliciesResult>AttachedPolicies>member>PolicyArn"`
		}
		err := a.iam(ctx, "ListAttachedGroupPolicies", url.Values{"GroupName": {group}}, &attached)
		if err != nil || slices.Contains(attached.ARNs, administratorAccess) {
			return err == nil, err
		}
	}
	return false, nil
}
