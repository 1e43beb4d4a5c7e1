package accuracy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/pquerna/otp/totp"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/saml/samltest"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/policy/eval"
)

const (
	everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	adminARN   = servertest.Administrator
	trustHome  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + home + `"},"Action":"sts:AssumeRole"}]}`
)

// take takes one step: by the operations that it stands for where Warder serves them, else by asking about each request.
func (r *replay) take(e *escalation.Edge) error {
	var w *access.Witness
	if len(e.Asks) > 0 {
		w = e.Asks[0].Answer.Witness
	}
	h := r.who(e.From, w)
	for _, take := range []func(*escalation.Edge, *holder) (known bool, err error){r.takeRights, r.takePolicies, r.takeBoundary, r.takeMaking, r.takeCredentials} {
		if known, err := take(e, h); known || err != nil {
			return err
		}
	}
	switch e.Step {
	case "assume-role":
		return r.assume(e, h, w)
	case "take-over-mfa":
		return r.takeFactor(e, h)
	}
	return r.evaluate(e)
}

// name is the last part of an ARN.
func name(arn string) *string { return aws.String(arn[strings.LastIndexByte(arn, '/')+1:]) }

// after gives the entity that a step changes, as it is afterwards, in the parts that steps are about.
func after(e *escalation.Edge) (inline []directory.InlinePolicy, boundary string) {
	for _, put := range e.Change.Puts {
		switch put := put.(type) {
		case *directory.User:
			return put.Inline, put.Boundary
		case *directory.Role:
			return put.Inline, put.Boundary
		case *directory.Group:
			return put.Inline, ""
		}
	}
	return nil, ""
}

// written is the name of the inline policy that allows everything, and gone that of the one that is no more.
func (r *replay) written(e *escalation.Edge) *string {
	inline, _ := after(e)
	for _, p := range inline {
		if p.Document.Text == everything {
			return &p.Name
		}
	}
	return nil
}

func (r *replay) gone(e *escalation.Edge) *string {
	left, _ := after(e)
	var now []directory.InlinePolicy
	switch held := r.Now().Get(e.Change.Puts[0].Key()).(type) {
	case *directory.User:
		now = held.Inline
	case *directory.Role:
		now = held.Inline
	case *directory.Group:
		now = held.Inline
	}
	for _, p := range now {
		if !slices.ContainsFunc(left, func(l directory.InlinePolicy) bool { return l.Name == p.Name }) {
			return &p.Name
		}
	}
	return nil
}

// takeRights takes the steps that change what a user, group or role may do.
func (r *replay) takeRights(e *escalation.Edge, h *holder) (bool, error) {
	ctx, c, to := r.t.Context(), h.iam(), name(e.To)
	var err error
	switch e.Step {
	case "put-user-policy":
		_, err = c.PutUserPolicy(ctx, &awsiam.PutUserPolicyInput{UserName: to, PolicyName: r.written(e), PolicyDocument: aws.String(everything)})
	case "put-group-policy":
		_, err = c.PutGroupPolicy(ctx, &awsiam.PutGroupPolicyInput{GroupName: to, PolicyName: r.written(e), PolicyDocument: aws.String(everything)})
	case "put-role-policy":
		_, err = c.PutRolePolicy(ctx, &awsiam.PutRolePolicyInput{RoleName: to, PolicyName: r.written(e), PolicyDocument: aws.String(everything)})
	case "attach-user-policy":
		_, err = c.AttachUserPolicy(ctx, &awsiam.AttachUserPolicyInput{UserName: to, PolicyArn: &e.Object})
	case "attach-group-policy":
		_, err = c.AttachGroupPolicy(ctx, &awsiam.AttachGroupPolicyInput{GroupName: to, PolicyArn: &e.Object})
	case "attach-role-policy":
		_, err = c.AttachRolePolicy(ctx, &awsiam.AttachRolePolicyInput{RoleName: to, PolicyArn: &e.Object})
	case "delete-user-policy":
		_, err = c.DeleteUserPolicy(ctx, &awsiam.DeleteUserPolicyInput{UserName: to, PolicyName: r.gone(e)})
	case "delete-group-policy":
		_, err = c.DeleteGroupPolicy(ctx, &awsiam.DeleteGroupPolicyInput{GroupName: to, PolicyName: r.gone(e)})
	case "delete-role-policy":
		_, err = c.DeleteRolePolicy(ctx, &awsiam.DeleteRolePolicyInput{RoleName: to, PolicyName: r.gone(e)})
	case "detach-user-policy":
		_, err = c.DetachUserPolicy(ctx, &awsiam.DetachUserPolicyInput{UserName: to, PolicyArn: &e.Object})
	case "detach-group-policy":
		_, err = c.DetachGroupPolicy(ctx, &awsiam.DetachGroupPolicyInput{GroupName: to, PolicyArn: &e.Object})
	case "detach-role-policy":
		_, err = c.DetachRolePolicy(ctx, &awsiam.DetachRolePolicyInput{RoleName: to, PolicyArn: &e.Object})
	case "add-user-to-group":
		_, err = c.AddUserToGroup(ctx, &awsiam.AddUserToGroupInput{UserName: to, GroupName: name(e.Object)})
	case "remove-user-from-group":
		_, err = c.RemoveUserFromGroup(ctx, &awsiam.RemoveUserFromGroupInput{UserName: to, GroupName: name(e.Object)})
	default:
		return false, nil
	}
	return true, err
}

// takePolicies takes the steps that change managed policies, trust policies and tags.
func (r *replay) takePolicies(e *escalation.Edge, h *holder) (bool, error) {
	ctx, c, to := r.t.Context(), h.iam(), name(e.To)
	var err error
	switch e.Step {
	case "create-policy-version":
		if p := r.Now().PolicyByARN(e.To); len(p.Versions) >= 5 {
			at := slices.IndexFunc(p.Versions, func(v directory.PolicyVersion) bool { return v.Number != p.Default })
			version := fmt.Sprintf("v%d", p.Versions[at].Number)
			if _, err := c.DeletePolicyVersion(ctx, &awsiam.DeletePolicyVersionInput{PolicyArn: &e.To, VersionId: &version}); err != nil {
				return true, err
			}
		}
		_, err = c.CreatePolicyVersion(ctx, &awsiam.CreatePolicyVersionInput{PolicyArn: &e.To, PolicyDocument: aws.String(everything), SetAsDefault: true})
	case "set-default-policy-version":
		version := fmt.Sprintf("v%d", e.Change.Puts[0].(*directory.Policy).Default)
		_, err = c.SetDefaultPolicyVersion(ctx, &awsiam.SetDefaultPolicyVersionInput{PolicyArn: &e.To, VersionId: &version})
	case "update-assume-role-policy":
		_, err = c.UpdateAssumeRolePolicy(ctx, &awsiam.UpdateAssumeRolePolicyInput{RoleName: to, PolicyDocument: &e.Change.Puts[0].(*directory.Role).Trust.Text})
	case "tag-user", "tag-role":
		var tags []types.Tag
		for _, tag := range e.Asks[0].Answer.Witness.Ask.RequestTags {
			tags = append(tags, types.Tag{Key: &tag.Key, Value: &tag.Value})
		}
		if e.Step == "tag-user" {
			_, err = c.TagUser(ctx, &awsiam.TagUserInput{UserName: to, Tags: tags})
		} else {
			_, err = c.TagRole(ctx, &awsiam.TagRoleInput{RoleName: to, Tags: tags})
		}
	default:
		return false, nil
	}
	return true, err
}

func (r *replay) takeBoundary(e *escalation.Edge, h *holder) (bool, error) {
	ctx, c, to := r.t.Context(), h.iam(), name(e.To)
	var err error
	switch e.Step {
	case "delete-user-permissions-boundary":
		_, err = c.DeleteUserPermissionsBoundary(ctx, &awsiam.DeleteUserPermissionsBoundaryInput{UserName: to})
	case "delete-role-permissions-boundary":
		_, err = c.DeleteRolePermissionsBoundary(ctx, &awsiam.DeleteRolePermissionsBoundaryInput{RoleName: to})
	case "put-user-permissions-boundary":
		_, err = c.PutUserPermissionsBoundary(ctx, &awsiam.PutUserPermissionsBoundaryInput{UserName: to, PermissionsBoundary: &e.Object})
	case "put-role-permissions-boundary":
		_, err = c.PutRolePermissionsBoundary(ctx, &awsiam.PutRolePermissionsBoundaryInput{RoleName: to, PermissionsBoundary: &e.Object})
	default:
		return false, nil
	}
	return true, err
}

func (r *replay) takeMaking(e *escalation.Edge, h *holder) (bool, error) {
	ctx, c := r.t.Context(), h.iam()
	var boundary *string
	if e.Object != "" {
		boundary = &e.Object
	}
	var err error
	if e.Change == nil {
		return false, nil
	}
	switch made := e.Change.Puts[0].(type) {
	case *directory.User:
		if e.Step != "create-user" {
			return false, nil
		}
		_, err = c.CreateUser(ctx, &awsiam.CreateUserInput{UserName: &made.Name, Path: &made.Path, PermissionsBoundary: boundary})
	case *directory.Role:
		if e.Step != "create-role" {
			return false, nil
		}
		_, err = c.CreateRole(ctx, &awsiam.CreateRoleInput{RoleName: &made.Name, Path: &made.Path, PermissionsBoundary: boundary, AssumeRolePolicyDocument: &made.Trust.Text})
	case *directory.Group:
		if e.Step != "create-group" {
			return false, nil
		}
		_, err = c.CreateGroup(ctx, &awsiam.CreateGroupInput{GroupName: &made.Name, Path: &made.Path})
	case *directory.Policy:
		if e.Step != "create-policy" {
			return false, nil
		}
		_, err = c.CreatePolicy(ctx, &awsiam.CreatePolicyInput{PolicyName: &made.Name, Path: &made.Path, PolicyDocument: aws.String(everything)})
	case *directory.OIDCProvider:
		_, err = c.CreateOpenIDConnectProvider(ctx, &awsiam.CreateOpenIDConnectProviderInput{Url: aws.String("https://" + made.URL), ClientIDList: made.ClientIDs,
			ThumbprintList: []string{strings.Repeat("ab", 20)}})
	default:
		return false, nil
	}
	return true, err
}

// takeCredentials takes the steps that get another principal's credentials, or make an identity provider one's own.
func (r *replay) takeCredentials(e *escalation.Edge, h *holder) (bool, error) {
	ctx, c, to := r.t.Context(), h.iam(), name(e.To)
	var err error
	switch e.Step {
	case "create-access-key":
		return true, r.newKey(e, c)
	case "create-login-profile":
		_, err = c.CreateLoginProfile(ctx, &awsiam.CreateLoginProfileInput{UserName: to, Password: aws.String(password)})
	case "update-login-profile":
		_, err = c.UpdateLoginProfile(ctx, &awsiam.UpdateLoginProfileInput{UserName: to, Password: aws.String(password)})
	case "update-saml-provider":
		metadata := samltest.New(r.t, "https://idp.example.com/mine").Document(r.t)
		_, err = c.UpdateSAMLProvider(ctx, &awsiam.UpdateSAMLProviderInput{SAMLProviderArn: &e.Object, SAMLMetadataDocument: &metadata})
	case "add-client-id":
		_, err = c.AddClientIDToOpenIDConnectProvider(ctx, &awsiam.AddClientIDToOpenIDConnectProviderInput{OpenIDConnectProviderArn: &e.Object, ClientID: aws.String("warder-audit")})
	case "update-thumbprint":
		_, err = c.UpdateOpenIDConnectProviderThumbprint(ctx, &awsiam.UpdateOpenIDConnectProviderThumbprintInput{
			OpenIDConnectProviderArn: &e.Object, ThumbprintList: []string{strings.Repeat("cd", 20)}})
	case "own-provider":
	default:
		return false, nil
	}
	if err != nil {
		return true, err
	}
	for i := range e.Asks {
		if e.Asks[i].Principal != e.From {
			err = errors.Join(err, r.vouched(&e.Asks[i]))
		}
	}
	if u := r.Now().User(*to); u != nil && r.Now().ARN(u) == e.To {
		r.have[e.To] = r.Key(r.t, u) // who signs in may do what a key may
	} else {
		r.have[e.To] = r.mint(e.To, nil)
	}
	return true, err
}

func (r *replay) newKey(e *escalation.Edge, c *awsiam.Client) error {
	u := r.Now().User(*name(e.To))
	if keys := r.Now().Keys(u.ID); len(keys) >= 2 {
		if _, err := c.DeleteAccessKey(r.t.Context(), &awsiam.DeleteAccessKeyInput{UserName: &u.Name, AccessKeyId: &keys[0].ID}); err != nil {
			return err
		}
	}
	out, err := c.CreateAccessKey(r.t.Context(), &awsiam.CreateAccessKeyInput{UserName: &u.Name})
	if err != nil {
		return err
	}
	r.have[e.To] = r.signing(*out.AccessKey.AccessKeyId, *out.AccessKey.SecretAccessKey, "")
	return nil
}

func (r *replay) assume(e *escalation.Edge, h *holder, w *access.Witness) error {
	r.at++ // the session is for the steps after this one
	in := &awssts.AssumeRoleInput{RoleArn: &e.To, RoleSessionName: aws.String(r.sessionName(e.To))}
	for key, v := range w.Ask.Context.All() {
		switch text := v.Texts()[0]; strings.ToLower(key) {
		case "sts:externalid":
			in.ExternalId = &text
		case "sts:sourceidentity":
			in.SourceIdentity = &text
		}
	}
	out, err := h.sts().AssumeRole(r.t.Context(), in)
	if err != nil {
		return err
	}
	r.have[e.To] = r.signing(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	return nil
}

// takeFactor makes a device and gives it to the user, with two codes of its own.
func (r *replay) takeFactor(e *escalation.Edge, h *holder) error {
	made, err := h.iam().CreateVirtualMFADevice(r.t.Context(), &awsiam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("warder-audit")})
	if err != nil {
		return err
	}
	seed, before := string(made.VirtualMFADevice.Base32StringSeed), time.Now().Add(-30*time.Second)
	first, err := totp.GenerateCode(seed, before)
	if err != nil {
		return err
	}
	second, err := totp.GenerateCode(seed, before.Add(30*time.Second))
	if err != nil {
		return err
	}
	_, err = h.iam().EnableMFADevice(r.t.Context(), &awsiam.EnableMFADeviceInput{
		UserName: name(e.To), SerialNumber: made.VirtualMFADevice.SerialNumber, AuthenticationCode1: &first, AuthenticationCode2: &second,
	})
	return err
}

// vouched is a request of a service or an identity provider: no client of the API can make it, so that it is decided on the
// server's state.
func (r *replay) vouched(a *escalation.Asked) error {
	w := a.Answer.Witness
	d := authz.Decide(r.Store.Snapshot(), w.Caller, &authz.Environment{Time: time.Now(), Secure: true}, r.current(w.Ask))
	if !d.Allowed() {
		return fmt.Errorf("%s may not %s on %s: %s", a.Principal, a.Action, a.Resource, d.Message())
	}
	return nil
}

// current is a request with the trust policy that the role has on the server now.
func (r *replay) current(ask *authz.Ask) *authz.Ask {
	own := *ask
	for role := range r.Now().Roles() {
		if r.Now().ARN(role) == ask.Resource {
			own.ResourcePolicy, own.ResourceKind = &eval.Source{Name: "trust", Policy: role.Trust.Compiled()}, eval.Authoritative
		}
	}
	return &own
}

// evaluate asks the server about each request of a step through a service that Warder does not serve, and then has the role as
// the service would.
func (r *replay) evaluate(e *escalation.Edge) error {
	for i := range e.Asks {
		a := &e.Asks[i]
		if a.Principal != e.From {
			if err := r.vouched(a); err != nil {
				return err
			}
			continue
		}
		if err := r.question(r.who(e.From, a.Answer.Witness), a); err != nil {
			return err
		}
	}
	if !e.Gains {
		return fmt.Errorf("nobody can take the step %s", e.Step)
	}
	r.have[e.To] = r.mint(e.To, nil)
	return nil
}

// question puts a request to warder:Evaluate, about who holds the credentials.
func (r *replay) question(h *holder, a *escalation.Asked) error {
	context := map[string]any{}
	for key, v := range a.Answer.Witness.Ask.Context.All() {
		context[key] = v.Texts()[0]
	}
	if h.address != "" {
		context["aws:SourceIp"] = h.address
	}
	body, err := json.Marshal(map[string]any{
		"subject":  map[string]any{"type": "access_key", "id": h.AccessKeyID, "properties": map[string]any{"session_token": h.SessionToken}},
		"action":   map[string]any{"name": a.Action},
		"resource": map[string]any{"type": "resource", "id": a.Resource, "properties": map[string]any{"account": home}},
		"context":  context,
	})
	if err != nil {
		return err
	}
	answer := r.judge.REST(r.t, "warder", http.MethodPost, "/access/v1/evaluation", string(body), nil)
	if answer.Status != http.StatusOK || !strings.Contains(answer.Body, `"decision":true`) {
		return fmt.Errorf("%s on %s: %d %s", a.Action, a.Resource, answer.Status, answer.Body)
	}
	return nil
}

// crown makes an administrator, as it is or after having given itself everything, or gives everything to somebody who is there:
// Denies can take single ways from an administrator, that of making users among them.
func (r *replay) crown(h *holder) error {
	err := r.makeAdministrator(h)
	if err == nil {
		return nil
	}
	if raised := r.raise(h, h.arn); raised == nil {
		if err = r.makeAdministrator(h); err == nil {
			return nil
		}
	}
	account := r.Now()
	for u := range account.Users() {
		if arn := account.ARN(u); arn != h.arn && r.raise(h, arn) == nil {
			return nil
		}
	}
	for role := range account.Roles() {
		if arn := account.ARN(role); arn != h.arn && r.raise(h, arn) == nil {
			return nil
		}
	}
	return err
}

// raise gives everything to a user or role.
func (r *replay) raise(h *holder, whom string) error {
	ctx, c, who, text, arn := r.t.Context(), h.iam(), name(whom), aws.String(everything), aws.String(adminARN)
	if strings.Contains(whom, ":user/") {
		if _, err := c.AttachUserPolicy(ctx, &awsiam.AttachUserPolicyInput{UserName: who, PolicyArn: arn}); err == nil {
			return nil
		}
		_, err := c.PutUserPolicy(ctx, &awsiam.PutUserPolicyInput{UserName: who, PolicyName: who, PolicyDocument: text})
		return err
	}
	if _, err := c.AttachRolePolicy(ctx, &awsiam.AttachRolePolicyInput{RoleName: who, PolicyArn: arn}); err == nil {
		return nil
	}
	_, err := c.PutRolePolicy(ctx, &awsiam.PutRolePolicyInput{RoleName: who, PolicyName: who, PolicyDocument: text})
	return err
}

// makeAdministrator does, in one of the ways that an administrator is left with.
func (r *replay) makeAdministrator(h *holder) error {
	ctx, c, crowned := r.t.Context(), h.iam(), aws.String("crowned")
	_, err := c.CreateUser(ctx, &awsiam.CreateUserInput{UserName: crowned})
	if err == nil || r.Now().User(*crowned) != nil {
		_, attachErr := c.AttachUserPolicy(ctx, &awsiam.AttachUserPolicyInput{UserName: crowned, PolicyArn: aws.String(adminARN)})
		if attachErr == nil {
			return nil
		}
		_, putErr := c.PutUserPolicy(ctx, &awsiam.PutUserPolicyInput{UserName: crowned, PolicyName: crowned, PolicyDocument: aws.String(everything)})
		if putErr == nil {
			return nil
		}
		err = errors.Join(attachErr, putErr)
	}
	_, roleErr := c.CreateRole(ctx, &awsiam.CreateRoleInput{RoleName: crowned, AssumeRolePolicyDocument: aws.String(trustHome)})
	if roleErr == nil {
		_, roleErr = c.AttachRolePolicy(ctx, &awsiam.AttachRolePolicyInput{RoleName: crowned, PolicyArn: aws.String(adminARN)})
		if roleErr == nil {
			return nil
		}
	}
	return errors.Join(err, roleErr)
}
