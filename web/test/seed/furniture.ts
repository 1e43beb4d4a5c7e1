import { CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { CreateSAMLProviderCommand, PutGroupPolicyCommand, TagRoleCommand, UploadServerCertificateCommand } from '@aws-sdk/client-iam';

import type { Caller } from './caller.ts';
import { certificate } from './certificate.ts';

/** Where furnish has a trail deliver to: a folder of that name in the server's --trail-storage. */
export const bucket = 'meridian-trail';

/** furnish adds to a seeded account one of each thing that its people had no need of, so that every page has something to show. */
export async function furnish({ iam, trail }: Caller): Promise<void> {
  const now = new Date();
  const web = certificate('www.meridian.example', now, 90);
  await iam.send(new UploadServerCertificateCommand({ ServerCertificateName: 'www', CertificateBody: web.certificate, PrivateKey: web.privateKey }));
  await iam.send(new CreateSAMLProviderCommand({ Name: 'office', SAMLMetadataDocument: officeMetadata(now) }));
  await iam.send(new TagRoleCommand({ RoleName: 'break-glass', Tags: [{ Key: 'owner', Value: 'platform' }] }));
  const read = { Version: '2012-10-17', Statement: [{ Sid: 'Office', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::meridian-handbook/*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }] };
  await iam.send(new PutGroupPolicyCommand({ GroupName: 'Developers', PolicyName: 'handbook', PolicyDocument: JSON.stringify(read, null, 2) }));
  await trail.send(new CreateTrailCommand({ Name: 'all-events', S3BucketName: bucket, EnableLogFileValidation: true }));
  await trail.send(new StartLoggingCommand({ Name: 'all-events' }));
}

/** officeMetadata are those of an office's sign-in that signs by either of two certificates. */
export function officeMetadata(now: Date): string {
  return metadata('https://login.meridian.example/saml', [365, 730].map((days) => certificate('login.meridian.example', now, days).base64));
}

/** metadata is that of a SAML identity provider with its signing certificates, in DER and base64. */
function metadata(entity: string, signing: string[]): string {
  const keys = signing.map((base64) => `
    <KeyDescriptor use="signing">
      <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${base64}</X509Certificate></X509Data></KeyInfo>
    </KeyDescriptor>`);
  return `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entity}">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys.join('')}
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${entity}/sso"/>
  </IDPSSODescriptor>
</EntityDescriptor>`;
}
