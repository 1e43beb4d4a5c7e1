import SpaceBetween from '@cloudscape-design/components/space-between';

import { AccessKeys } from './AccessKeys.tsx';
import { ConsoleAccess } from './ConsoleAccess.tsx';
import { ConsoleSessions } from './ConsoleSessions.tsx';
import { MfaDevices } from './MfaDevices.tsx';
import { ServiceCredentials } from './ServiceCredentials.tsx';
import { SigningCertificates } from './SigningCertificates.tsx';
import { SshKeys } from './SshKeys.tsx';

/** Credentials are all the ways in which a user gets in. */
export function Credentials({ user, arn }: { user: string; arn: string }) {
  return (
    <SpaceBetween size="l">
      <ConsoleAccess user={user} />
      <MfaDevices user={user} arn={arn} />
      <AccessKeys user={user} />
      <ConsoleSessions user={user} />
      <SshKeys user={user} />
      <ServiceCredentials user={user} />
      <SigningCertificates user={user} />
    </SpaceBetween>
  );
}
