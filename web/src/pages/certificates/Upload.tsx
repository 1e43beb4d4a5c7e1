import { UploadServerCertificateCommand } from '@aws-sdk/client-iam';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';

const blank = { name: '', certificate: '', key: '', chain: '' };

/** Upload takes a certificate, its private key and its chain, in PEM. */
export function Upload({ onDismiss, onDone }: { onDismiss: () => void; onDone: () => void }) {
  const [values, setValues] = useState(blank);
  const set = (name: keyof typeof blank) => ({ detail }: { detail: { value: string } }) => setValues({ ...values, [name]: detail.value });
  const upload = async () => {
    await iam.send(
      new UploadServerCertificateCommand({
        ServerCertificateName: values.name.trim(),
        CertificateBody: values.certificate,
        PrivateKey: values.key,
        CertificateChain: values.chain.trim() === '' ? undefined : values.chain,
      }),
    );
    flash.success(`Certificate ${values.name} is uploaded`);
    onDone();
  };
  const missing = [values.name, values.certificate, values.key].some((text) => text.trim() === '');
  return (
    <FormDialog title="Upload a server certificate" verb="Upload" size="large" disabled={missing} onSubmit={upload} onDismiss={onDismiss}>
      <FormField label="Name">
        <Input value={values.name} onChange={set('name')} autoComplete={false} spellcheck={false} />
      </FormField>
      <FormField label="Certificate" constraintText="In PEM.">
        <Textarea value={values.certificate} onChange={set('certificate')} rows={5} spellcheck={false} placeholder="-----BEGIN CERTIFICATE-----" />
      </FormField>
      <FormField label="Private key" constraintText="In PEM, not encrypted. It is kept sealed, and nothing gives it back.">
        <Textarea value={values.key} onChange={set('key')} rows={5} spellcheck={false} autoComplete={false} />
      </FormField>
      <FormField label="Chain – optional" constraintText="The certificates between this one and the root, in PEM.">
        <Textarea value={values.chain} onChange={set('chain')} rows={4} spellcheck={false} />
      </FormField>
    </FormDialog>
  );
}
