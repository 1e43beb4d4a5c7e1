import { useCall } from '../api/useCall.ts';
import { callerOf, lookup, type Record } from '../pages/trail/record.ts';
import type { Change } from './timeline.ts';

/** Pages of 50 events of the trail that are read at most. */
const maxPages = 10;

export interface Changes {
  /** The newest first. */
  changes: Change[];
  /** Older ones were not read. */
  more: boolean;
}

/** useChanges are the newest changes of the account, read anew for each revision of it. Whoever may not read the trail has none. */
export function useChanges(revision: string): Changes | undefined {
  return useCall(read, [revision]).data;
}

async function read(abortSignal: AbortSignal): Promise<Changes> {
  const changes: Change[] = [];
  let token: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const { records, next } = await lookup({ attribute: { AttributeKey: 'ReadOnly', AttributeValue: 'false' }, token }, abortSignal);
    changes.push(...records.filter(isChange).map(changeOf));
    token = next;
    if (!token) break;
  }
  return { changes, more: token !== undefined };
}

/** isChange leaves out what failed, and what is not about identities. */
function isChange({ eventSource, errorCode }: Record): boolean {
  return eventSource === 'iam.amazonaws.com' && !errorCode;
}

function changeOf(record: Record): Change {
  return {
    id: record.eventID,
    time: new Date(record.eventTime),
    name: record.eventName,
    caller: callerOf(record),
    about: record.resources?.flatMap(({ ARN }) => ARN ?? []) ?? [],
  };
}
