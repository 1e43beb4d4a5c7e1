import { UpdateSAMLProviderCommand, type GetSAMLProviderResponse } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { Facts } from '../../components/Facts.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { Excerpt } from '../security/PolicyExcerpt.tsx';
import { MetadataField } from './MetadataField.tsx';

interface SamlProps {
  arn: string;
  provider: GetSAMLProviderResponse;
  onChanged: () => void;
}

/** Saml is a provider of SAML assertions. */
export function Saml({ arn, provider: { SAMLMetadataDocument = '', CreateDate, ValidUntil, AssertionEncryptionMode }, onChanged }: SamlProps) {
  const [editing, setEditing] = useState(false);
  return (
    <Container header={<Header variant="h2" actions={<Button onClick={() => setEditing(true)}>Replace the metadata</Button>}>SAML</Header>}>
      <SpaceBetween size="l">
        <Facts
          columns={4}
          items={[
            { label: 'Created', value: <Age date={CreateDate} /> },
            { label: 'Metadata valid until', value: <Age date={ValidUntil} /> },
            { label: 'Encrypted assertions', value: AssertionEncryptionMode ?? '–' },
            { label: 'ARN', value: <CopyArn arn={arn} /> },
          ]}
        />
        <ExpandableSection headerText="Metadata">
          <Excerpt label="Metadata" text={SAMLMetadataDocument} lines={[]} />
        </ExpandableSection>
      </SpaceBetween>
      {editing && <Replace arn={arn} onDismiss={() => setEditing(false)} onChanged={onChanged} />}
    </Container>
  );
}

function Replace({ arn, onDismiss, onChanged }: { arn: string; onDismiss: () => void; onChanged: () => void }) {
  const [metadata, setMetadata] = useState('');
  return (
    <FormDialog
      title="Replace the metadata"
      verb="Replace"
      size="large"
      disabled={metadata === ''}
      onDismiss={onDismiss}
      onSubmit={async () => {
        await iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn: arn, SAMLMetadataDocument: metadata }));
        flash.success('The metadata are replaced');
        onChanged();
      }}
    >
      <MetadataField value={metadata} onChange={setMetadata} />
    </FormDialog>
  );
}
