import { base } from '../../app/links.ts';
import { type Entry, readEntries, writeEntries } from '../../editor/entries.ts';

/** Question is a request that Warder is asked about. */
export interface Question {
  /** ARN of a user, role or root user. */
  principal: string;
  /** service:Action, without wildcards. */
  action: string;
  /** An ARN, or * for an action without resources. */
  resource: string;
  entries: Entry[];
  /** The event of the trail that it comes from, where it does. */
  event?: string;
}

/**
 * askHref is the link that asks a question again, with its answer. The trail's pages use it for "why was this denied":
 *
 *     <Link href={askHref({ principal, action, resource, entries: [{ key: 'aws:SourceIp', type: 'IPAddress', list: false, values: [ip] }], event: eventID })}>
 *
 * The parameters are principal, action, resource, event, and one c for each value of a condition key: see writeEntries.
 */
export function askHref(question: Question): string {
  return `${base}/ask?${writeQuestion(question)}`;
}

export function writeQuestion({ principal, action, resource, entries, event }: Question): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ principal, action, resource, event })) if (value) search.set(name, value);
  writeEntries(entries, search);
  return search;
}

/** readQuestion reads what writeQuestion wrote; a session's ARN is taken for its role. */
export function readQuestion(search: URLSearchParams): Question {
  const text = (name: string) => search.get(name) ?? '';
  const event = text('event');
  return { principal: principalOf(text('principal')), action: text('action'), resource: text('resource'), entries: readEntries(search), ...(event && { event }) };
}

/** principalOf is the role of a session's ARN; what is none stays. A role's path is not in its sessions' ARNs, and is taken to be /. */
export function principalOf(arn: string): string {
  const session = /^(arn:[^:]*):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(arn);
  return session ? `${session[1]}:iam::${session[2]}:role/${session[3]}` : arn;
}

/** unfit says why a question cannot be asked; undefined where it can. */
export function unfit({ principal, action, resource }: Question): Partial<Record<'principal' | 'action' | 'resource', string>> | undefined {
  const found = {
    ...(!/^arn:[^:]*:(iam|sts)::\d{12}:(user\/.+|role\/.+|root)$/.test(principal) && { principal: 'The ARN of a user, a role or the root user' }),
    ...(!/^[A-Za-z0-9-]+:[^:*?\s]+$/.test(action) && { action: 'One action, such as s3:GetObject, without wildcards' }),
    ...(!/^(\*|arn:[^:]*:[^:]+:[^:]*:[^:]*:.+)$/.test(resource) && { resource: 'An ARN, or * for an action without resources' }),
  };
  return Object.keys(found).length > 0 ? found : undefined;
}
