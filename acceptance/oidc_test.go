package acceptance

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// TestOIDC: people of an identity provider that is not Warder's own get into a role, and only those whom the role trusts.
func TestOIDC(t *testing.T) {
	p := startProvider(t)
	w := prepare(t)
	w.more = []string{"--oidc-allow", "127.0.0.0/8", "--oidc-ca", p.ca}
	w.launch(t)
	t.Cleanup(func() { w.stop(t) })
	ctx := background(t)
	admin := w.iam(w.Key)
	made, err := admin.CreateOpenIDConnectProvider(ctx, &iam.CreateOpenIDConnectProviderInput{Url: &p.issuer, ClientIDList: []string{"warder", "warder-es"}})
	check(t, err)
	host := strings.TrimPrefix(p.issuer, "https://")
	if *made.OpenIDConnectProviderArn != "arn:aws:iam::"+accountID+":oidc-provider/"+host {
		t.Errorf("ARN %s", *made.OpenIDConnectProviderArn)
	}
	role, err := admin.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("engineers"), AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":[{
		"Effect":"Allow","Principal":{"Federated":"` + *made.OpenIDConnectProviderArn + `"},
		"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"],
		"Condition":{"StringLike":{"` + host + `:aud":"warder*"},"StringEquals":{"` + host + `:sub":"ann","` + host + `:email":"ann@example.com"},
			"ForAnyValue:StringEquals":{"` + host + `:groups":"engineers"}}}]}`)})
	check(t, err)
	_, err = admin.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: new("engineers"), PolicyName: new("look"), PolicyDocument: new(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"StringEquals":{
			"aws:PrincipalTag/team":"red","aws:FederatedProvider":"` + *made.OpenIDConnectProviderArn + `","aws:SourceIdentity":"ann"}}}]}`)})
	check(t, err)

	assume := func(token string) (*sts.AssumeRoleWithWebIdentityOutput, error) {
		return w.sts(credentials{}).AssumeRoleWithWebIdentity(context.Background(), &sts.AssumeRoleWithWebIdentityInput{
			RoleArn: role.Role.Arn, RoleSessionName: new("ann"), WebIdentityToken: &token,
		})
	}
	token := p.signIn(t, "warder", "ann")
	out, err := assume(token)
	check(t, err)
	if *out.SubjectFromWebIdentityToken != "ann" || *out.Audience != "warder" || *out.SourceIdentity != "ann" {
		t.Errorf("%+v", out)
	}
	session := credentials{ID: *out.Credentials.AccessKeyId, Secret: *out.Credentials.SecretAccessKey, Token: *out.Credentials.SessionToken}
	_, err = w.iam(session).ListUsers(ctx, &iam.ListUsersInput{})
	check(t, err)

	_, err = assume(p.signIn(t, "warder-es", "ann")) // another algorithm, another key
	check(t, err)
	_, err = assume(p.signIn(t, "warder", "bob"))
	refused(t, "another person", err, "AccessDenied")
	_, err = assume(p.signIn(t, "other", "ann"))
	refused(t, "a token for another client", err, "InvalidIdentityToken")
	cut := strings.LastIndexByte(token, '.')
	_, err = assume(token[:cut+1] + strings.Repeat("A", len(token)-cut-1))
	refused(t, "another signature", err, "InvalidIdentityToken")

	t.Run("awscli", func(t *testing.T) { w.assumeWithCLI(t, *role.Role.Arn, token) })

	_, err = admin.DeleteOpenIDConnectProvider(ctx, &iam.DeleteOpenIDConnectProviderInput{OpenIDConnectProviderArn: made.OpenIDConnectProviderArn})
	check(t, err)
	_, err = assume(token)
	refused(t, "the provider is gone", err, "InvalidIdentityToken")
}

// assumeWithCLI assumes the role as a person does, and as workloads do that find a token in a file.
func (w *warder) assumeWithCLI(t *testing.T, role, token string) {
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	file := filepath.Join(t.TempDir(), "token")
	check(t, os.WriteFile(file, []byte(token), 0o600))
	aws := func(env []string, args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "aws", append([]string{"--endpoint-url", w.URL, "--region", region, "--output", "json"}, args...)...)
		cmd.Env = w.env(append(env, "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("aws %v: %v", args, err)
		}
		return out
	}
	var got struct{ Credentials struct{ AccessKeyId string } }
	check(t, json.Unmarshal(aws(nil, "sts", "assume-role-with-web-identity", "--role-arn", role, "--role-session-name", "cli", "--web-identity-token", "file://"+file), &got))
	if !strings.HasPrefix(got.Credentials.AccessKeyId, "ASIA") {
		t.Errorf("%+v", got)
	}
	var who struct{ Arn string }
	env := []string{"AWS_ROLE_ARN=" + role, "AWS_WEB_IDENTITY_TOKEN_FILE=" + file, "AWS_ROLE_SESSION_NAME=workload", "AWS_ENDPOINT_URL_STS=" + w.URL}
	if reads, err := cliReadsServices(); err != nil || !reads {
		t.Skipf("this AWS CLI takes no endpoint from the environment (%v)", err)
	}
	check(t, json.Unmarshal(aws(env, "sts", "get-caller-identity"), &who))
	if who.Arn != "arn:aws:sts::"+accountID+":assumed-role/engineers/workload" {
		t.Errorf("%+v", who)
	}
}
