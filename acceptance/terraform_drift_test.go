package acceptance

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// attachedByHand is a policy that the configuration attaches to nothing.
const attachedByHand = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"

// meddle changes by hand what Terraform manages: the exclusive resources find policies to take away, and the policy app
// has so many versions that it takes no other before one is deleted.
func (tf *terraform) meddle(ctx context.Context, c *iam.Client) {
	tf.t.Helper()
	own := "arn:aws:iam::" + accountID + ":policy/"
	must := tf.must
	must(c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("leaver"), PolicyArn: new(own + "shared")}))
	must(c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("alice"), PolicyArn: new(attachedByHand)}))
	must(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: new("app"), PolicyArn: new(attachedByHand)}))
	must(c.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: new("readers"), PolicyArn: new(attachedByHand)}))
	must(c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: new("alice"), PolicyName: new("stray"), PolicyDocument: new(listUsers)}))
	must(c.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: new("ops"), PolicyName: new("stray"), PolicyDocument: new(listUsers)}))
	must(c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: new("app"), PolicyName: new("stray"), PolicyDocument: new(listUsers)}))
	for range 4 {
		must(c.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: new(own + "services/app"), PolicyDocument: new(listUsers)}))
	}
}

// equip gives a user by hand all that keeps IAM from deleting it: of each kind of credential more than one where there
// may be more, policies and a group.
func (tf *terraform) equip(ctx context.Context, c *iam.Client, user string) {
	tf.t.Helper()
	must := tf.must
	newKey(tf.t, c, user)
	newKey(tf.t, c, user)
	must(c.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: &user, Password: new("Gravel+Sonnet=903")}))
	for _, name := range []string{"phone", "tablet"} {
		tf.newDevice(ctx, c, user, name)
		certificate, _, public, err := newCertificate(name)
		check(tf.t, err)
		must(c.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{UserName: &user, SSHPublicKeyBody: &public}))
		must(c.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: &user, CertificateBody: &certificate}))
	}
	for _, service := range []string{"codecommit.amazonaws.com", "cassandra.amazonaws.com", "bedrock.amazonaws.com"} {
		must(c.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{UserName: &user, ServiceName: &service}))
	}
	must(c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &user, GroupName: new("readers")}))
	must(c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &user, PolicyArn: new(attachedByHand)}))
	must(c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &user, PolicyName: new("stray"), PolicyDocument: new(listUsers)}))
	_, err := c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &user})
	refused(tf.t, "DeleteUser of "+user, err, "DeleteConflict")
}

// newDevice makes a virtual MFA device and gives it to a user.
func (tf *terraform) newDevice(ctx context.Context, c *iam.Client, user, name string) {
	tf.t.Helper()
	made, err := c.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: &name})
	check(tf.t, err)
	first, second := lastCodes(tf.t, string(made.VirtualMFADevice.Base32StringSeed))
	tf.must(c.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{
		UserName: &user, SerialNumber: made.VirtualMFADevice.SerialNumber, AuthenticationCode1: &first, AuthenticationCode2: &second,
	}))
}

// must takes the answer to a call that must succeed.
func (tf *terraform) must(_ any, err error) {
	tf.t.Helper()
	check(tf.t, err)
}
