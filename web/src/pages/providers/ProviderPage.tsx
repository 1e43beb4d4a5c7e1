import type { SAMLPrivateKey } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { useCall } from '../../api/useCall.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Page } from '../../components/Page.tsx';
import { tagged } from '../identity/tagged.ts';
import { TagsTab } from '../identity/Tags.tsx';
import { DeleteProviders } from './DeleteProviders.tsx';
import { Oidc } from './Oidc.tsx';
import { kindOf, nameOf, provider, trusting } from './providers.ts';
import { Saml } from './Saml.tsx';
import { SamlEncryption } from './SamlEncryption.tsx';
import { TrustingRoles } from './TrustingRoles.tsx';

/** ProviderPage is one identity provider, and who trusts it. */
export function ProviderPage() {
  const { arn = '' } = useParams();
  const call = useCall((signal) => provider(arn, signal), [arn]);
  const roles = useCall((signal) => trusting([arn], signal), [arn]);
  const [asked, setAsked] = useState(false);
  const navigate = useNavigate();
  return (
    <Page title={nameOf(arn)} breadcrumbs={[{ text: 'Identity providers', href: '/providers' }]} actions={call.data && <Button onClick={() => setAsked(true)}>Delete</Button>}>
      <SpaceBetween size="l">
        <ErrorAlert error={call.error} onRetry={call.reload} />
        {call.loading && !call.data && <Spinner size="large" />}
        {call.data?.oidc && <Oidc arn={arn} provider={call.data.oidc} onChanged={call.reload} />}
        {call.data?.saml && <Saml arn={arn} provider={call.data.saml} onChanged={call.reload} />}
        {call.data?.saml && <SamlEncryption arn={arn} mode={call.data.saml.AssertionEncryptionMode} keys={call.data.saml.PrivateKeyList ?? none} onChanged={call.reload} />}
        {call.data && <TrustingRoles provider={arn} roles={roles} />}
        {call.data && <TagsTab of={kindOf(arn) === 'OIDC' ? tagged.oidcProvider(arn) : tagged.samlProvider(arn)} />}
      </SpaceBetween>
      {asked && <DeleteProviders arns={[arn]} onDismiss={(deleted) => (deleted ? void navigate('/providers') : setAsked(false))} />}
    </Page>
  );
}

const none: SAMLPrivateKey[] = [];
