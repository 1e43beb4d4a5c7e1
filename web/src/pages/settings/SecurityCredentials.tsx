import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { useSession } from '../../app/SessionContext.tsx';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Page } from '../../components/Page.tsx';
import { AccessKeys } from '../users/credentials/AccessKeys.tsx';
import { ConsoleSessions } from '../users/credentials/ConsoleSessions.tsx';
import { MfaDevices } from '../users/credentials/MfaDevices.tsx';
import { ServiceCredentials } from '../users/credentials/ServiceCredentials.tsx';
import { SigningCertificates } from '../users/credentials/SigningCertificates.tsx';
import { SshKeys } from '../users/credentials/SshKeys.tsx';
import { ChangePassword } from './ChangePassword.tsx';
import { RootCredentials } from './RootCredentials.tsx';

/** SecurityCredentials are the reader's own: password, second factors, keys and sessions. */
export function SecurityCredentials() {
  const { name, arn, kind } = useSession();
  return (
    <Page title="Security credentials" breadcrumbs={[]} description="Your own ways in. What you may change is what your policies allow.">
      <SpaceBetween size="l">
        <Me />
        {kind === 'root' ? (
          <RootCredentials arn={arn} />
        ) : (
          <SpaceBetween size="l">
            <ChangePassword />
            <MfaDevices user={name} arn={arn} />
            <AccessKeys user={name} />
            <ConsoleSessions user={name} />
            <SshKeys user={name} />
            <ServiceCredentials user={name} />
            <SigningCertificates user={name} />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Page>
  );
}

function Me() {
  const { name, arn, kind, account, mfa, expires } = useSession();
  return (
    <Container header={<Header variant="h2">You</Header>}>
      <Facts
        columns={4}
        items={[
          { label: 'Name', value: kind === 'root' ? 'root user' : name },
          { label: 'Account', value: <CopyArn arn={account} what="Account ID" /> },
          { label: 'ARN', value: <CopyArn arn={arn} /> },
          { label: 'This sign-in', value: mfa ? <StatusIndicator>with MFA</StatusIndicator> : <StatusIndicator type="warning">without MFA</StatusIndicator> },
          { label: 'It ends', value: <Age date={new Date(expires)} /> },
        ]}
      />
    </Container>
  );
}
