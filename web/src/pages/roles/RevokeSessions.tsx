import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';

import { isMissing } from '../../api/errors.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { type Holder, inlineDocument, putInline } from '../../editor/holder.ts';
import { revocation, revokedBefore, revocationName } from './revocation.ts';

/** RevokeSessions ends what a role's sessions may do that have begun: their credentials stay valid, and are denied everything. */
export function RevokeSessions({ role, onRevoked }: { role: string; onRevoked: () => void }) {
  const holder: Holder = { kind: 'role', name: role };
  const { data, error, reload } = useCall((signal) => revoked(holder, signal), [role]);
  const [asking, setAsking] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="For credentials of the role that are in wrong hands. Whoever the role trusts can take it again at once."
          actions={<Button onClick={() => setAsking(true)}>Revoke active sessions</Button>}
        >
          Sessions
        </Header>
      }
    >
      <ErrorAlert error={error} onRetry={reload} />
      {data &&
        (data.before ? (
          <StatusIndicator type="info">
            Sessions from before <Age date={data.before} /> are denied everything
          </StatusIndicator>
        ) : (
          <Box color="text-body-secondary">No session was revoked.</Box>
        ))}
      {asking && (
        <Ask
          role={role}
          onDismiss={() => setAsking(false)}
          onRevoke={async () => {
            await putInline(holder, revocationName, revocation(new Date()));
            flash.success(`The sessions of ${role} are revoked`, 'Those that begin from now on are not.');
            reload();
            onRevoked();
          }}
        />
      )}
    </Container>
  );
}

async function revoked(holder: Holder, abortSignal: AbortSignal): Promise<{ before: Date | undefined }> {
  try {
    return { before: revokedBefore(await inlineDocument(holder, revocationName, abortSignal)) };
  } catch (error) {
    if (isMissing(error)) return { before: undefined };
    throw error;
  }
}

function Ask({ role, onRevoke, onDismiss }: { role: string; onRevoke: () => Promise<void>; onDismiss: () => void }) {
  const [typed, setTyped] = useState('');
  return (
    <FormDialog title={`Revoke the sessions of ${role}?`} verb="Revoke" disabled={typed !== role} onSubmit={onRevoke} onDismiss={onDismiss}>
      <Box>
        The role gets the inline policy <Box variant="code">{revocationName}</Box>, which denies everything to sessions that began before now: programs that hold
        credentials of the role fail until they get new ones.
      </Box>
      <FormField label={`To confirm, type ${role}`}>
        <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} autoComplete={false} />
      </FormField>
    </FormDialog>
  );
}
