import {
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteLoginProfileCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteSigningCertificateCommand,
  DeleteSSHPublicKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DeleteVirtualMFADeviceCommand,
  DetachUserPolicyCommand,
  GetLoginProfileCommand,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsForUserCommand,
  ListMFADevicesCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  ListUserPoliciesCommand,
  RemoveUserFromGroupCommand,
} from '@aws-sdk/client-iam';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { isMissing } from '../../api/errors.ts';
import { gone, type Step } from '../identity/steps.ts';

/** isVirtual: an app's device is an entity of its own, which is deleted; a key or passkey goes when it is deactivated. */
export function isVirtual(serialNumber: string): boolean {
  return /^arn:[^:]*:iam::\d{12}:mfa\//.test(serialNumber);
}

/** removalOfUser is what it takes to delete a user: whatever hangs on it first, credentials before memberships, and then itself. */
export async function removalOfUser(UserName: string): Promise<Step[]> {
  const parts = await Promise.all([keys(UserName), password(UserName), devices(UserName), otherCredentials(UserName), policies(UserName), groups(UserName)]);
  return [...parts.flat(), { what: `Delete user ${UserName}`, run: () => gone(iam.send(new DeleteUserCommand({ UserName }))) }];
}

async function keys(UserName: string): Promise<Step[]> {
  const found = await all((Marker) => iam.send(new ListAccessKeysCommand({ UserName, Marker })), (a) => a.AccessKeyMetadata);
  return found.map(({ AccessKeyId }) => ({
    what: `Delete access key ${AccessKeyId}`,
    run: () => gone(iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }))),
  }));
}

async function password(UserName: string): Promise<Step[]> {
  try {
    await iam.send(new GetLoginProfileCommand({ UserName }));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  return [{ what: 'Delete the console password', run: () => gone(iam.send(new DeleteLoginProfileCommand({ UserName }))) }];
}

async function devices(UserName: string): Promise<Step[]> {
  const found = await all((Marker) => iam.send(new ListMFADevicesCommand({ UserName, Marker })), (a) => a.MFADevices);
  return found.flatMap(({ SerialNumber = '' }) => {
    const steps = [{ what: `Deactivate MFA device ${SerialNumber}`, run: () => gone(iam.send(new DeactivateMFADeviceCommand({ UserName, SerialNumber }))) }];
    if (isVirtual(SerialNumber)) {
      steps.push({ what: `Delete MFA device ${SerialNumber}`, run: () => gone(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }))) });
    }
    return steps;
  });
}

async function otherCredentials(UserName: string): Promise<Step[]> {
  const [certificates, sshKeys, specific] = await Promise.all([
    all((Marker) => iam.send(new ListSigningCertificatesCommand({ UserName, Marker })), (a) => a.Certificates),
    all((Marker) => iam.send(new ListSSHPublicKeysCommand({ UserName, Marker })), (a) => a.SSHPublicKeys),
    all((Marker) => iam.send(new ListServiceSpecificCredentialsCommand({ UserName, Marker })), (a) => a.ServiceSpecificCredentials),
  ]);
  return [
    ...certificates.map(({ CertificateId }) => ({
      what: `Delete signing certificate ${CertificateId}`,
      run: () => gone(iam.send(new DeleteSigningCertificateCommand({ UserName, CertificateId }))),
    })),
    ...sshKeys.map(({ SSHPublicKeyId }) => ({
      what: `Delete SSH public key ${SSHPublicKeyId}`,
      run: () => gone(iam.send(new DeleteSSHPublicKeyCommand({ UserName, SSHPublicKeyId }))),
    })),
    ...specific.map(({ ServiceSpecificCredentialId, ServiceName }) => ({
      what: `Delete the credential for ${ServiceName}`,
      run: () => gone(iam.send(new DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }))),
    })),
  ];
}

async function policies(UserName: string): Promise<Step[]> {
  const [attached, inline] = await Promise.all([
    all((Marker) => iam.send(new ListAttachedUserPoliciesCommand({ UserName, Marker })), (a) => a.AttachedPolicies),
    all((Marker) => iam.send(new ListUserPoliciesCommand({ UserName, Marker })), (a) => a.PolicyNames),
  ]);
  return [
    ...attached.map(({ PolicyArn, PolicyName }) => ({
      what: `Detach policy ${PolicyName}`,
      run: () => gone(iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }))),
    })),
    ...inline.map((PolicyName) => ({
      what: `Delete inline policy ${PolicyName}`,
      run: () => gone(iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }))),
    })),
  ];
}

async function groups(UserName: string): Promise<Step[]> {
  const found = await all((Marker) => iam.send(new ListGroupsForUserCommand({ UserName, Marker })), (a) => a.Groups);
  return found.map(({ GroupName }) => ({
    what: `Remove from group ${GroupName}`,
    run: () => gone(iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }))),
  }));
}
