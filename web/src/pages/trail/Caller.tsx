import { ResourceLink } from '../../components/ResourceLink.tsx';
import { callerOf, type Record } from './record.ts';

/** Caller names who called; of a role's session with the session's name. */
export function Caller({ of }: { of: Record }) {
  const caller = callerOf(of);
  const session = /:assumed-role\/[^/]+\/(.+)$/.exec(caller)?.[1];
  return (
    <>
      <ResourceLink arn={caller} />
      {session && ` (${session})`}
    </>
  );
}
