import { GetServerCertificateCommand, UpdateServerCertificateCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { Page } from '../../components/Page.tsx';
import { Excerpt } from '../security/PolicyExcerpt.tsx';
import { End } from './Certificates.tsx';

/** Certificate is one server certificate. */
export function Certificate() {
  const { name = '' } = useParams();
  const call = useCall((abortSignal) => iam.send(new GetServerCertificateCommand({ ServerCertificateName: name }), { abortSignal }), [name]);
  const [renaming, setRenaming] = useState(false);
  const certificate = call.data?.ServerCertificate;
  const about = certificate?.ServerCertificateMetadata;
  return (
    <Page title={name} breadcrumbs={[{ text: 'Server certificates', href: '/certificates' }]} actions={certificate && <Button onClick={() => setRenaming(true)}>Rename</Button>}>
      <SpaceBetween size="l">
        <ErrorAlert error={call.error} onRetry={call.reload} />
        {call.loading && !certificate && <Spinner size="large" />}
        {certificate && (
          <Container header={<Header variant="h2">Server certificate</Header>}>
            <SpaceBetween size="l">
              <KeyValuePairs
                columns={4}
                items={[
                  { label: 'Ends', value: <End date={about?.Expiration} /> },
                  { label: 'Uploaded', value: <Age date={about?.UploadDate} /> },
                  { label: 'Path', value: about?.Path },
                  { label: 'ARN', value: <CopyArn arn={about?.Arn ?? ''} /> },
                ]}
              />
              <Excerpt label="Certificate" text={certificate.CertificateBody ?? ''} lines={[]} />
              {certificate.CertificateChain && <Excerpt label="Chain" text={certificate.CertificateChain} lines={[]} />}
            </SpaceBetween>
          </Container>
        )}
      </SpaceBetween>
      {renaming && <Rename name={name} onDismiss={() => setRenaming(false)} />}
    </Page>
  );
}

function Rename({ name, onDismiss }: { name: string; onDismiss: () => void }) {
  const [renamed, setRenamed] = useState(name);
  const navigate = useNavigate();
  return (
    <FormDialog
      title="Rename the certificate"
      verb="Rename"
      disabled={renamed.trim() === '' || renamed === name}
      onDismiss={onDismiss}
      onSubmit={async () => {
        await iam.send(new UpdateServerCertificateCommand({ ServerCertificateName: name, NewServerCertificateName: renamed.trim() }));
        flash.success(`The certificate is called ${renamed} now`);
        await navigate(`/certificates/${encodeURIComponent(renamed.trim())}`);
      }}
    >
      <FormField label="Name">
        <Input value={renamed} onChange={({ detail }) => setRenamed(detail.value)} autoComplete={false} spellcheck={false} />
      </FormField>
    </FormDialog>
  );
}
