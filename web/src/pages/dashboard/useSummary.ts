import { useRef } from 'react';

import { useLive } from '../../api/useLive.ts';
import { warder, type AuditSummary } from '../../api/warder.ts';

/** Seconds between two looks. The server audits only what changed: without a change the answer says so and nothing else. */
const every = 5;

/** useSummary is the audit's summary, kept up to date. */
export function useSummary() {
  const held = useRef<{ revision: string; summary: AuditSummary }>(undefined);
  const call = useLive(
    async (abortSignal) => {
      const { revision, summary } = await warder('GetAuditSummary', { since: held.current?.revision }, { abortSignal });
      if (summary) held.current = { revision, summary };
      return held.current?.summary;
    },
    [],
    every,
  );
  return { summary: call.data, error: call.error, reload: call.reload };
}
