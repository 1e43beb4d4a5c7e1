import { DeleteSigningCertificateCommand, ListSigningCertificatesCommand, type SigningCertificate, UpdateSigningCertificateCommand, UploadSigningCertificateCommand } from '@aws-sdk/client-iam';
import FormField from '@cloudscape-design/components/form-field';
import Textarea from '@cloudscape-design/components/textarea';
import { useRef, useState } from 'react';

import { all } from '../../../api/all.ts';
import { iam } from '../../../api/clients/iam.ts';
import { FormDialog } from '../../../components/FormDialog.tsx';
import { flash } from '../../../components/Flash.tsx';
import { type KeptCredential, KeptCredentials } from './KeptCredentials.tsx';

/** SigningCertificates are the X.509 certificates by which services check what a user signed. */
export function SigningCertificates({ user: UserName }: { user: string }) {
  const bodies = useRef(new Map<string, string>());
  const list = async (abortSignal: AbortSignal) => {
    const found = await all((Marker) => iam.send(new ListSigningCertificatesCommand({ UserName, Marker }), { abortSignal }), (a) => a.Certificates);
    bodies.current = new Map(found.map(({ CertificateId = '', CertificateBody = '' }) => [CertificateId, CertificateBody]));
    return found.map(read);
  };
  return (
    <KeptCredentials
      user={UserName}
      title="Signing certificates"
      name="signing-certificates"
      noun={['signing certificate', 'signing certificates']}
      description="X.509 certificates by which services check what a user signed. Only old protocols need them."
      verb="Upload signing certificate"
      empty="Hardly anything needs one: the SOAP interfaces of old services did."
      list={list}
      text={(id) => Promise.resolve(bodies.current.get(id) ?? '')}
      setStatus={(CertificateId, Status) => iam.send(new UpdateSigningCertificateCommand({ UserName, CertificateId, Status }))}
      remove={(CertificateId) => iam.send(new DeleteSigningCertificateCommand({ UserName, CertificateId }))}
      add={(onDismiss) => <Upload user={UserName} onDismiss={onDismiss} />}
    />
  );
}

function read({ CertificateId = '', Status, UploadDate }: SigningCertificate): KeptCredential {
  return { id: CertificateId, active: Status === 'Active', made: UploadDate };
}

function Upload({ user: UserName, onDismiss }: { user: string; onDismiss: () => void }) {
  const [body, setBody] = useState('');
  const upload = async () => {
    const { Certificate } = await iam.send(new UploadSigningCertificateCommand({ UserName, CertificateBody: body }));
    flash.success(`Uploaded signing certificate ${Certificate?.CertificateId} of ${UserName}`);
  };
  return (
    <FormDialog title={`Upload a signing certificate of ${UserName}`} verb="Upload" disabled={body.trim() === ''} onSubmit={upload} onDismiss={onDismiss}>
      <FormField label="Certificate" constraintText="In PEM, without its private key.">
        <Textarea value={body} onChange={({ detail }) => setBody(detail.value)} rows={6} spellcheck={false} placeholder="-----BEGIN CERTIFICATE-----" />
      </FormField>
    </FormDialog>
  );
}
