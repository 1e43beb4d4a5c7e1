import { DeleteServerCertificateCommand, GetServerCertificateCommand, UpdateServerCertificateCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { Page } from '../../components/Page.tsx';
import { tagged } from '../identity/tagged.ts';
import { TagsTab } from '../identity/Tags.tsx';
import { Excerpt } from '../security/PolicyExcerpt.tsx';
import { End } from './Certificates.tsx';

/** Certificate is one server certificate. */
export function Certificate() {
  const { name = '' } = useParams();
  const call = useCall((abortSignal) => iam.send(new GetServerCertificateCommand({ ServerCertificateName: name }), { abortSignal }), [name]);
  const [dialog, setDialog] = useState<'rename' | 'delete'>();
  const navigate = useNavigate();
  const certificate = call.data?.ServerCertificate;
  const about = certificate?.ServerCertificateMetadata;
  const actions = certificate && (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => setDialog('rename')}>Rename</Button>
      <Button onClick={() => setDialog('delete')}>Delete</Button>
    </SpaceBetween>
  );
  return (
    <Page title={name} breadcrumbs={[{ text: 'Server certificates', href: '/certificates' }]} actions={actions}>
      <SpaceBetween size="l">
        <ErrorAlert error={call.error} onRetry={call.reload} />
        {call.loading && !certificate && <Spinner size="large" />}
        {certificate && (
          <Container header={<Header variant="h2">Server certificate</Header>}>
            <SpaceBetween size="l">
              <Facts
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
        {certificate && <TagsTab of={tagged.serverCertificate(name)} />}
      </SpaceBetween>
      {dialog === 'rename' && <Rename name={name} onDismiss={() => setDialog(undefined)} />}
      {dialog === 'delete' && (
        <ConfirmDelete
          what={`certificate ${name}`}
          phrase={name}
          onDismiss={() => setDialog(undefined)}
          onDelete={async () => {
            await iam.send(new DeleteServerCertificateCommand({ ServerCertificateName: name }));
            flash.success(`Deleted certificate ${name}`);
            await navigate('/certificates');
          }}
        >
          Its private key goes with it. Servers that have a copy go on using it.
        </ConfirmDelete>
      )}
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
