import {
  ListInstanceProfileTagsCommand,
  ListMFADeviceTagsCommand,
  ListOpenIDConnectProviderTagsCommand,
  ListPolicyTagsCommand,
  ListRoleTagsCommand,
  ListSAMLProviderTagsCommand,
  ListServerCertificateTagsCommand,
  ListUserTagsCommand,
  TagInstanceProfileCommand,
  TagMFADeviceCommand,
  TagOpenIDConnectProviderCommand,
  TagPolicyCommand,
  TagRoleCommand,
  TagSAMLProviderCommand,
  TagServerCertificateCommand,
  TagUserCommand,
  UntagInstanceProfileCommand,
  UntagMFADeviceCommand,
  UntagOpenIDConnectProviderCommand,
  UntagPolicyCommand,
  UntagRoleCommand,
  UntagSAMLProviderCommand,
  UntagServerCertificateCommand,
  UntagUserCommand,
} from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import type { Tag } from '../../components/TagEditor.tsx';
import { nameOf as policyName } from '../policies/policy.ts';
import { nameOf as providerName } from '../providers/providers.ts';
import type { MaybeTag } from './properties.ts';

/** Tagged is something that has tags, and the calls that read and change them. */
export interface Tagged {
  /** What it is: "user alice". Of two things it is not the same. */
  what: string;
  /** list reads a page of its tags. */
  list: (Marker: string | undefined, options: { abortSignal?: AbortSignal }) => Promise<{ Tags: MaybeTag[] | undefined; Marker?: string | undefined }>;
  /** set gives it tags; those whose keys it has get other values. */
  set: (Tags: Tag[]) => Promise<unknown>;
  /** remove takes the tags of some keys away. */
  remove: (TagKeys: string[]) => Promise<unknown>;
}

/** tagged are the kinds of things that IAM tags, by what its calls name them by. */
export const tagged = {
  user: (UserName: string): Tagged => ({
    what: `user ${UserName}`,
    list: (Marker, options) => iam.send(new ListUserTagsCommand({ UserName, Marker }), options),
    set: (Tags) => iam.send(new TagUserCommand({ UserName, Tags })),
    remove: (TagKeys) => iam.send(new UntagUserCommand({ UserName, TagKeys })),
  }),
  role: (RoleName: string): Tagged => ({
    what: `role ${RoleName}`,
    list: (Marker, options) => iam.send(new ListRoleTagsCommand({ RoleName, Marker }), options),
    set: (Tags) => iam.send(new TagRoleCommand({ RoleName, Tags })),
    remove: (TagKeys) => iam.send(new UntagRoleCommand({ RoleName, TagKeys })),
  }),
  policy: (PolicyArn: string): Tagged => ({
    what: `policy ${policyName(PolicyArn)}`,
    list: (Marker, options) => iam.send(new ListPolicyTagsCommand({ PolicyArn, Marker }), options),
    set: (Tags) => iam.send(new TagPolicyCommand({ PolicyArn, Tags })),
    remove: (TagKeys) => iam.send(new UntagPolicyCommand({ PolicyArn, TagKeys })),
  }),
  oidcProvider: (OpenIDConnectProviderArn: string): Tagged => ({
    what: `provider ${providerName(OpenIDConnectProviderArn)}`,
    list: (Marker, options) => iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn, Marker }), options),
    set: (Tags) => iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags })),
    remove: (TagKeys) => iam.send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys })),
  }),
  samlProvider: (SAMLProviderArn: string): Tagged => ({
    what: `provider ${providerName(SAMLProviderArn)}`,
    list: (Marker, options) => iam.send(new ListSAMLProviderTagsCommand({ SAMLProviderArn, Marker }), options),
    set: (Tags) => iam.send(new TagSAMLProviderCommand({ SAMLProviderArn, Tags })),
    remove: (TagKeys) => iam.send(new UntagSAMLProviderCommand({ SAMLProviderArn, TagKeys })),
  }),
  instanceProfile: (InstanceProfileName: string): Tagged => ({
    what: `instance profile ${InstanceProfileName}`,
    list: (Marker, options) => iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName, Marker }), options),
    set: (Tags) => iam.send(new TagInstanceProfileCommand({ InstanceProfileName, Tags })),
    remove: (TagKeys) => iam.send(new UntagInstanceProfileCommand({ InstanceProfileName, TagKeys })),
  }),
  serverCertificate: (ServerCertificateName: string): Tagged => ({
    what: `certificate ${ServerCertificateName}`,
    list: (Marker, options) => iam.send(new ListServerCertificateTagsCommand({ ServerCertificateName, Marker }), options),
    set: (Tags) => iam.send(new TagServerCertificateCommand({ ServerCertificateName, Tags })),
    remove: (TagKeys) => iam.send(new UntagServerCertificateCommand({ ServerCertificateName, TagKeys })),
  }),
  mfaDevice: (SerialNumber: string): Tagged => ({
    what: `MFA device ${SerialNumber}`,
    list: (Marker, options) => iam.send(new ListMFADeviceTagsCommand({ SerialNumber, Marker }), options),
    set: (Tags) => iam.send(new TagMFADeviceCommand({ SerialNumber, Tags })),
    remove: (TagKeys) => iam.send(new UntagMFADeviceCommand({ SerialNumber, TagKeys })),
  }),
};
