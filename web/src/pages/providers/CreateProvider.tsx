import { CreateOpenIDConnectProviderCommand, CreateSAMLProviderCommand } from '@aws-sdk/client-iam';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import Tiles from '@cloudscape-design/components/tiles';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { MetadataField } from './MetadataField.tsx';
import { lines } from './providers.ts';
import { thumbprintsFit, ThumbprintsField } from './ThumbprintsField.tsx';

/** CreateProvider asks for a provider of either kind, and leads to it. */
export function CreateProvider({ onDismiss }: { onDismiss: () => void }) {
  const [kind, setKind] = useState('OIDC');
  const [url, setUrl] = useState('https://');
  const [audiences, setAudiences] = useState('sts.amazonaws.com');
  const [thumbprints, setThumbprints] = useState('');
  const [name, setName] = useState('');
  const [metadata, setMetadata] = useState('');
  const navigate = useNavigate();
  const complete = kind === 'OIDC' ? /^https:\/\/[^/]+/.test(url) && lines(audiences).length > 0 && thumbprintsFit(thumbprints) : name !== '' && metadata !== '';

  const create = async () => {
    const arn = kind === 'OIDC' ? await createOidc(url.trim(), lines(audiences), lines(thumbprints)) : await createSaml(name.trim(), metadata);
    flash.success('The provider is added', 'Nobody gets in by it until a role trusts it.');
    await navigate(`/providers/${encodeURIComponent(arn)}`);
  };
  return (
    <FormDialog title="Add an identity provider" verb="Add" size="large" disabled={!complete} onSubmit={create} onDismiss={onDismiss}>
      <FormField label="Kind">
        <Tiles
          value={kind}
          onChange={({ detail }) => setKind(detail.value)}
          items={[
            { value: 'OIDC', label: 'OpenID Connect', description: 'Build services, Kubernetes, and sign-in by tokens.' },
            { value: 'SAML', label: 'SAML', description: 'A company’s sign-in that sends assertions.' },
          ]}
        />
      </FormField>
      {kind === 'OIDC' ? (
        <SpaceBetween size="m">
          <FormField label="Provider URL" description="The issuer, as it stands in its tokens." constraintText="Begins with https://">
            <Input type="url" value={url} onChange={({ detail }) => setUrl(detail.value)} spellcheck={false} />
          </FormField>
          <FormField label="Audiences" description="Whom its tokens must be for, one a line.">
            <Textarea value={audiences} onChange={({ detail }) => setAudiences(detail.value)} rows={3} spellcheck={false} />
          </FormField>
          <ThumbprintsField value={thumbprints} onChange={setThumbprints} />
        </SpaceBetween>
      ) : (
        <SpaceBetween size="m">
          <FormField label="Name">
            <Input value={name} onChange={({ detail }) => setName(detail.value)} autoComplete={false} spellcheck={false} />
          </FormField>
          <MetadataField value={metadata} onChange={setMetadata} />
        </SpaceBetween>
      )}
    </FormDialog>
  );
}

async function createOidc(Url: string, ClientIDList: string[], thumbprints: string[]): Promise<string> {
  const ThumbprintList = thumbprints.length > 0 ? thumbprints : undefined;
  const { OpenIDConnectProviderArn = '' } = await iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList, ThumbprintList }));
  return OpenIDConnectProviderArn;
}

async function createSaml(Name: string, SAMLMetadataDocument: string): Promise<string> {
  const { SAMLProviderArn = '' } = await iam.send(new CreateSAMLProviderCommand({ Name, SAMLMetadataDocument }));
  return SAMLProviderArn;
}
