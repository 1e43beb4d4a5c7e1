import Button from '@cloudscape-design/components/button';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { useCall } from '../../../api/useCall.ts';
import { type ConsoleSession, warder } from '../../../api/warder.ts';
import { Age } from '../../../components/Age.tsx';
import { EmptyState } from '../../../components/EmptyState.tsx';
import { flash } from '../../../components/Flash.tsx';
import { type Column, ResourceTable } from '../../../components/ResourceTable.tsx';
import { useAct } from '../../../components/useAct.ts';

const columns: Column<ConsoleSession>[] = [
  {
    id: 'where',
    header: 'Browser',
    cell: (s) => (
      <>
        {s.userAgent ?? 'Unknown'} {s.current && <StatusIndicator type="info">this one</StatusIndicator>}
      </>
    ),
    value: (s) => s.userAgent,
    width: 240,
  },
  { id: 'address', header: 'Address', cell: (s) => s.sourceIPAddress ?? '–', value: (s) => s.sourceIPAddress },
  { id: 'method', header: 'Signed in by', cell: (s) => s.method, value: (s) => s.method },
  {
    id: 'mfa',
    header: 'MFA',
    cell: (s) => (s.mfaTime === undefined ? <StatusIndicator type="warning">No</StatusIndicator> : <StatusIndicator>Yes</StatusIndicator>),
    value: (s) => (s.mfaTime === undefined ? 'No' : 'Yes'),
  },
  { id: 'start', header: 'Signed in', cell: (s) => <Age date={new Date(s.startTime)} />, value: (s) => s.startTime },
  { id: 'seen', header: 'Last seen', cell: (s) => <Age date={new Date(s.lastSeenTime)} />, value: (s) => s.lastSeenTime },
];

/** ConsoleSessions shows where a user, or else the reader, is signed in, to end it. */
export function ConsoleSessions({ user: userName }: { user?: string }) {
  const { data, error, loading, reload } = useCall((signal) => sessionsOf(userName, signal), [userName]);
  const { act } = useAct();
  const end = (revoke: () => Promise<number>) =>
    act(async () => {
      const ended = await revoke().finally(reload);
      flash.success(`Ended ${ended === 1 ? '1 session' : `${ended} sessions`} of ${userName ?? 'yours'}`);
    });
  const some = async (sessions: ConsoleSession[]) => {
    for (const { sessionId } of sessions) await warder('RevokeConsoleSession', { sessionId });
    return sessions.length;
  };
  // Those too that have begun since the list was read.
  const everywhere = async () => (await warder('RevokeConsoleSessions', { userName })).revoked;
  return (
    <ResourceTable
      title="Console sessions"
      name="console-sessions"
      noun={['session', 'sessions']}
      variant="container"
      items={data ?? []}
      loading={loading && !data}
      error={error}
      onReload={reload}
      id={(session) => session.sessionId}
      columns={columns}
      actions={(selected) => (
        <>
          <Button disabled={selected.length === 0} onClick={() => end(() => some(selected))}>
            Sign out
          </Button>
          <Button disabled={!data || data.length === 0} onClick={() => end(everywhere)}>
            Sign out everywhere
          </Button>
        </>
      )}
      empty={<EmptyState title="Signed in nowhere">A session is here from signing in at the console to signing out, or until it was idle for too long.</EmptyState>}
    />
  );
}

async function sessionsOf(userName: string | undefined, abortSignal: AbortSignal): Promise<ConsoleSession[]> {
  const found: ConsoleSession[] = [];
  let nextToken: string | undefined;
  do {
    const answer = await warder('ListConsoleSessions', { userName, nextToken }, { abortSignal });
    found.push(...(answer.sessions ?? []));
    nextToken = answer.nextToken;
  } while (nextToken !== undefined);
  return found;
}
