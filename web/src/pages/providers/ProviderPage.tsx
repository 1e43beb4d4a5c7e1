import { DeleteOpenIDConnectProviderCommand, DeleteSAMLProviderCommand, ListRolesCommand, type Role } from '@aws-sdk/client-iam';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { Oidc } from './Oidc.tsx';
import { kindOf, nameOf, provider } from './providers.ts';
import { Saml } from './Saml.tsx';
import { TrustingRoles } from './TrustingRoles.tsx';

/** trusting are the roles whose trust policy names a provider. */
export async function trusting(arn: string, abortSignal: AbortSignal): Promise<Role[]> {
  const found: Role[] = [];
  for (let Marker: string | undefined; ; ) {
    const page = await iam.send(new ListRolesCommand({ Marker, MaxItems: 1000 }), { abortSignal });
    found.push(...(page.Roles ?? []).filter(({ AssumeRolePolicyDocument = '' }) => decodeURIComponent(AssumeRolePolicyDocument).includes(`"${arn}"`)));
    Marker = page.Marker;
    if (!Marker) return found;
  }
}

/** ProviderPage is one identity provider, and who trusts it. */
export function ProviderPage() {
  const { arn = '' } = useParams();
  const call = useCall((signal) => provider(arn, signal), [arn]);
  const roles = useCall((signal) => trusting(arn, signal), [arn]);
  const [asked, setAsked] = useState(false);
  const navigate = useNavigate();
  return (
    <Page title={nameOf(arn)} breadcrumbs={[{ text: 'Identity providers', href: '/providers' }]} actions={call.data && <Button onClick={() => setAsked(true)}>Delete</Button>}>
      <SpaceBetween size="l">
        <ErrorAlert error={call.error} onRetry={call.reload} />
        {call.loading && !call.data && <Spinner size="large" />}
        {call.data?.oidc && <Oidc arn={arn} provider={call.data.oidc} onChanged={call.reload} />}
        {call.data?.saml && <Saml arn={arn} provider={call.data.saml} onChanged={call.reload} />}
        {call.data && <TrustingRoles roles={roles} />}
      </SpaceBetween>
      {asked && (
        <ConfirmDelete
          what={`provider ${nameOf(arn)}`}
          phrase="delete"
          onDismiss={() => setAsked(false)}
          onDelete={async () => {
            await remove(arn);
            flash.success('The provider is deleted');
            await navigate('/providers');
          }}
        >
          {roles.data && roles.data.length > 0 ? (
            <Box>
              Nobody can assume these roles by it any more:{' '}
              {roles.data.map(({ Arn = '' }) => (
                <div key={Arn}>
                  <ResourceLink arn={Arn} />
                </div>
              ))}
            </Box>
          ) : (
            <Box>No role trusts it.</Box>
          )}
        </ConfirmDelete>
      )}
    </Page>
  );
}

async function remove(arn: string): Promise<void> {
  if (kindOf(arn) === 'OIDC') await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
  else await iam.send(new DeleteSAMLProviderCommand({ SAMLProviderArn: arn }));
}
