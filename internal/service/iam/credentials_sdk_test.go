package iam_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestCredentialsThroughSDK: AWS's SDK makes, lists and deletes every kind of credential, finds every member in its place,
// and knows the refusals by their types.
func TestCredentialsThroughSDK(t *testing.T) {
	a := newFixture(t, nil).newAccount(t, nil)
	ctx, admin, user := t.Context(), a.client("admin"), aws.String("caller")

	key, err := admin.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{UserName: user, SSHPublicKeyBody: aws.String(material()["ssh"])})
	check(t, err)
	if k := key.SSHPublicKey; *k.SSHPublicKeyBody != material()["ssh"] || k.Status != types.StatusTypeActive || len(*k.Fingerprint) != 47 || k.UploadDate.IsZero() {
		t.Errorf("SSH key %+v", k)
	}
	_, err = admin.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{UserName: user, SSHPublicKeyBody: aws.String(material()["ssh"])})
	if duplicate := new(types.DuplicateSSHPublicKeyException); !errors.As(err, &duplicate) {
		t.Errorf("the same SSH key: %v", err)
	}

	server, err := admin.UploadServerCertificate(ctx, &iam.UploadServerCertificateInput{
		ServerCertificateName: aws.String("web"), CertificateBody: aws.String(material()["leaf"]), PrivateKey: aws.String(material()["leafkey"]),
		CertificateChain: aws.String(material()["chain"]), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("red")}},
	})
	check(t, err)
	if m := server.ServerCertificateMetadata; *m.Arn != "arn:aws:iam::"+a.id+":server-certificate/web" || m.Expiration.Before(*m.UploadDate) || len(server.Tags) != 1 {
		t.Errorf("server certificate %+v", m)
	}
	_, err = admin.UploadServerCertificate(ctx, &iam.UploadServerCertificateInput{
		ServerCertificateName: aws.String("other"), CertificateBody: aws.String(material()["leaf"]), PrivateKey: aws.String(material()["otherkey"]),
	})
	if mismatch := new(types.KeyPairMismatchException); !errors.As(err, &mismatch) {
		t.Errorf("another's private key: %v", err)
	}

	signing, err := admin.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: user, CertificateBody: aws.String(material()["leaf"])})
	check(t, err)
	certs, err := admin.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: user})
	check(t, err)
	if len(certs.Certificates) != 1 || *certs.Certificates[0].CertificateId != *signing.Certificate.CertificateId || *certs.Certificates[0].CertificateBody != material()["leaf"] {
		t.Errorf("signing certificates %+v", certs.Certificates)
	}

	cred, err := admin.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{UserName: user, ServiceName: aws.String("cassandra.amazonaws.com")})
	check(t, err)
	if c := cred.ServiceSpecificCredential; len(*c.ServicePassword) != 60 || *c.ServiceUserName != "caller-at-"+a.id {
		t.Errorf("credential of %s", *c.ServiceUserName)
	}
	_, err = admin.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{UserName: user, ServiceName: aws.String("s3.amazonaws.com")})
	if unsupported := new(types.ServiceNotSupportedException); !errors.As(err, &unsupported) {
		t.Errorf("a service without credentials: %v", err)
	}

	role, err := admin.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("autoscaling.amazonaws.com")})
	check(t, err)
	deletion, err := admin.DeleteServiceLinkedRole(ctx, &iam.DeleteServiceLinkedRoleInput{RoleName: role.Role.RoleName})
	check(t, err)
	status, err := admin.GetServiceLinkedRoleDeletionStatus(ctx, &iam.GetServiceLinkedRoleDeletionStatusInput{DeletionTaskId: deletion.DeletionTaskId})
	check(t, err)
	if status.Status != types.DeletionTaskStatusTypeSucceeded || status.Reason != nil {
		t.Errorf("deletion %+v", status)
	}

	// The user goes once all this has gone, and not before.
	remove := func() error {
		_, err := admin.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("caller")})
		return err
	}
	_, err = admin.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: aws.String(a.signers["caller"].AccessKeyID)})
	check(t, err)
	for _, step := range []func() error{
		func() error {
			_, err := admin.DeleteSSHPublicKey(ctx, &iam.DeleteSSHPublicKeyInput{UserName: user, SSHPublicKeyId: key.SSHPublicKey.SSHPublicKeyId})
			return err
		},
		func() error {
			_, err := admin.DeleteSigningCertificate(ctx, &iam.DeleteSigningCertificateInput{UserName: user, CertificateId: signing.Certificate.CertificateId})
			return err
		},
		func() error {
			_, err := admin.DeleteServiceSpecificCredential(ctx, &iam.DeleteServiceSpecificCredentialInput{
				UserName: user, ServiceSpecificCredentialId: cred.ServiceSpecificCredential.ServiceSpecificCredentialId})
			return err
		},
	} {
		if conflict := new(types.DeleteConflictException); !errors.As(remove(), &conflict) {
			t.Error("the user goes while credentials exist")
		}
		check(t, step())
	}
	check(t, remove())
}
