import { useRef } from 'react';

import { useLive } from '../../api/useLive.ts';
import { warder, type AuditSummary } from '../../api/warder.ts';

/** useSummary is the audit's summary, kept up to date. The server audits only what changed: without a change the answer says so and nothing else. */
export function useSummary() {
  const held = useRef<{ revision: string; summary: AuditSummary }>(undefined);
  const call = useLive(
    async (abortSignal) => {
      const { revision, summary } = await warder('GetAuditSummary', { since: held.current?.revision }, { abortSignal });
      if (summary) held.current = { revision, summary };
      return held.current?.summary;
    },
    [],
    ['findings'],
  );
  return { summary: call.data, error: call.error, reload: call.reload };
}
