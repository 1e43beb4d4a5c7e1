import {
  AddClientIDToOpenIDConnectProviderCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
  type GetOpenIDConnectProviderResponse,
} from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { Facts } from '../../components/Facts.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { lines } from './providers.ts';
import { thumbprintsFit, ThumbprintsField } from './ThumbprintsField.tsx';

interface OidcProps {
  arn: string;
  provider: GetOpenIDConnectProviderResponse;
  onChanged: () => void;
}

/** Oidc is a provider of OpenID Connect tokens. */
export function Oidc({ arn, provider, onChanged }: OidcProps) {
  const [editing, setEditing] = useState(false);
  const { Url = '', ClientIDList = [], ThumbprintList = [], CreateDate } = provider;
  return (
    <Container header={<Header variant="h2" actions={<Button onClick={() => setEditing(true)}>Edit</Button>}>OpenID Connect</Header>}>
      <Facts
        columns={3}
        items={[
          { label: 'URL', value: <CopyArn arn={Url.startsWith('https://') ? Url : `https://${Url}`} what="URL" /> },
          { label: 'Created', value: <Age date={CreateDate} /> },
          { label: 'ARN', value: <CopyArn arn={arn} /> },
          { label: 'Audiences', value: <Lines values={ClientIDList} none="none: no token is for it" /> },
          { label: 'Thumbprints', value: <Lines values={ThumbprintList} none="none: its certificate must be one that the system trusts" /> },
        ]}
      />
      {editing && <Edit arn={arn} provider={provider} onDismiss={() => setEditing(false)} onChanged={onChanged} />}
    </Container>
  );
}

function Lines({ values, none }: { values: string[]; none: string }) {
  if (values.length === 0) return <>{none}</>;
  return (
    <>
      {values.map((value) => (
        <div key={value}>{value}</div>
      ))}
    </>
  );
}

function Edit({ arn, provider: { ClientIDList = [], ThumbprintList = [] }, onDismiss, onChanged }: OidcProps & { onDismiss: () => void }) {
  const [audiences, setAudiences] = useState(ClientIDList.join('\n'));
  const [thumbprints, setThumbprints] = useState(ThumbprintList.join('\n'));
  const OpenIDConnectProviderArn = arn;
  const save = async () => {
    const wanted = lines(audiences);
    try {
      for (const ClientID of wanted.filter((id) => !ClientIDList.includes(id))) await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
      for (const ClientID of ClientIDList.filter((id) => !wanted.includes(id))) await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
      if (lines(thumbprints).join() !== ThumbprintList.join()) {
        await iam.send(new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList: lines(thumbprints) }));
      }
    } finally {
      onChanged();
    }
    flash.success('The provider is changed');
  };
  return (
    <FormDialog title="Edit the provider" verb="Save" disabled={!thumbprintsFit(thumbprints)} onSubmit={save} onDismiss={onDismiss}>
      <FormField label="Audiences" description="Whom its tokens must be for, one a line.">
        <Textarea value={audiences} onChange={({ detail }) => setAudiences(detail.value)} rows={4} spellcheck={false} />
      </FormField>
      <ThumbprintsField value={thumbprints} onChange={setThumbprints} />
    </FormDialog>
  );
}
