import { attached, type Holder } from '../../editor/holder.ts';
import { groupsOf, holderOf } from '../ask/documents.ts';
import { matters } from './matters.ts';
import { lookup, type Record } from './record.ts';

/** How many names are looked for; a principal with more policies and groups than that is rare. */
const mostNames = 40;

/** Since is what the trail tells of changes to a principal, its groups and its policies after an event. */
export interface Since {
  /** The newest first. */
  changes: Record[];
  /** There are more than could be read. */
  more: boolean;
}

/** changesSince reads them. policies are names of policies beside those that the principal has now. */
export async function changesSince(event: Record, principal: string, policies: readonly string[], abortSignal: AbortSignal): Promise<Since> {
  const holder = holderOf(principal);
  const from = new Date(Date.parse(event.eventTime) + 1000); // times are whole seconds
  if (!holder || from.getTime() > Date.now()) return { changes: [], more: false };
  const { groups, attached: has } = await belonging(holder, abortSignal);
  const about = [...new Set([holder, ...groups].map(({ name }) => name).concat(has, policies.filter((name) => name.startsWith('arn:'))))];
  const answers = await Promise.all(
    about.slice(0, mostNames).map((AttributeValue) => lookup({ attribute: { AttributeKey: 'ResourceName', AttributeValue }, from }, abortSignal)),
  );
  const found = answers.flatMap(({ records }) => records.filter((record) => matters(record, holder, groups)));
  return {
    changes: [...new Map(found.map((record) => [record.eventID, record])).values()].toSorted((a, b) => b.eventTime.localeCompare(a.eventTime)),
    more: about.length > mostNames || answers.some(({ next }) => next !== undefined),
  };
}

/** belonging are a principal's groups, and the policies that are attached to it and to them; nothing of what is gone or may not be read. */
async function belonging(holder: Holder, abortSignal: AbortSignal): Promise<{ groups: Holder[]; attached: string[] }> {
  try {
    const groups = await groupsOf(holder, abortSignal);
    const policies = await Promise.all([holder, ...groups].map((one) => attached(one, abortSignal)));
    return { groups, attached: policies.flat().flatMap(({ PolicyArn }) => PolicyArn ?? []) };
  } catch (error) {
    if (abortSignal.aborted) throw error;
    return { groups: [], attached: [] };
  }
}
