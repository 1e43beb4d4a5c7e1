import { useEffect, useRef, useState } from 'react';

import { useChanges } from '../api/changes.ts';
import { useCall } from '../api/useCall.ts';
import { warder } from '../api/warder.ts';

const pageSize = 100;
const maxPages = 50; // of an account with more, the gravest are on the map

export interface Findings {
  /** Their number by the ARN that they are about. */
  byResource: ReadonlyMap<string, number>;
  /** ARNs with findings that came since the page was opened. */
  fresh: ReadonlySet<string>;
  /** Whether the reader may see findings at all. */
  known: boolean;
}

const none: Findings = { byResource: new Map(), fresh: new Set(), known: false };

/** useFindings follows the findings of the audit. Whoever may not see them has a map without. */
export function useFindings(): Findings {
  const [findings, setFindings] = useState(none);
  const seen = useRef<Seen>(undefined);
  const { data, reload } = useCall((abortSignal) => read(abortSignal, seen.current), []);
  useChanges(['findings'], reload);
  useEffect(() => {
    if (!data || data === seen.current) return;
    seen.current = data;
    setFindings((before) => merge(before, data));
  }, [data]);
  return findings;
}

interface Seen {
  revision: string;
  ids: Set<string>;
  byResource: Map<string, number>;
  fresh: Set<string>;
}

/** read gives the findings as they are, or what was seen before where they are still the same. */
async function read(abortSignal: AbortSignal, before: Seen | undefined): Promise<Seen> {
  const seen: Seen = { revision: '', ids: new Set(), byResource: new Map(), fresh: new Set() };
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const answer = await warder('ListFindings', { maxResults: pageSize, nextToken }, { abortSignal });
    if (before?.revision === answer.revision) return before;
    seen.revision = answer.revision;
    for (const { findingId, resource } of answer.findings) {
      seen.ids.add(findingId);
      seen.byResource.set(resource, (seen.byResource.get(resource) ?? 0) + 1);
      if (before && !before.ids.has(findingId)) seen.fresh.add(resource);
    }
    nextToken = answer.nextToken;
    if (!nextToken) break;
  }
  return seen;
}

/** merge keeps what it has where nothing changed, so that nothing is drawn anew. */
function merge(before: Findings, next: Seen): Findings {
  const same = before.known && before.byResource.size === next.byResource.size && [...next.byResource].every(([arn, n]) => before.byResource.get(arn) === n);
  if (same && next.fresh.size === 0) return before;
  return { known: true, byResource: same ? before.byResource : next.byResource, fresh: new Set([...before.fresh, ...next.fresh]) };
}
