import { base } from '../../app/links.ts';
import { formatted } from '../../editor/json.ts';
import { type Entry, readEntries, writeEntries } from '../../editor/entries.ts';

/** Question is a request that Warder is asked about. */
export interface Question {
  /** ARN of a user, a role, a role's session or the root user. */
  principal: string;
  /** service:Action, without wildcards. */
  action: string;
  /** An ARN, or * for an action without resources. */
  resource: string;
  entries: Entry[];
  /** Texts of the session's own policies, which limit it; a user that has some is a federated one. */
  policies?: string[];
  /** The event of the trail that it comes from, where it does. */
  event?: string;
}

/**
 * askHref is the link that asks a question again, with its answer. The trail's pages use it for "why was this denied":
 *
 *     <Link href={askHref({ principal, action, resource, entries: [{ key: 'aws:SourceIp', type: 'IPAddress', list: false, values: [ip] }], event: eventID })}>
 *
 * The parameters are principal, action, resource, event, one policy for each policy of the session, and one c for each value of a
 * condition key: see writeEntries.
 */
export function askHref(question: Question): string {
  return `${base}/ask?${writeQuestion(question)}`;
}

export function writeQuestion({ principal, action, resource, entries, policies = [], event }: Question): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ principal, action, resource, event })) if (value) search.set(name, value);
  for (const policy of policies) search.append('policy', policy);
  writeEntries(entries, search);
  return search;
}

/** readQuestion reads what writeQuestion wrote. */
export function readQuestion(search: URLSearchParams): Question {
  const text = (name: string) => search.get(name) ?? '';
  const event = text('event');
  const policies = search.getAll('policy');
  return {
    principal: text('principal'),
    action: text('action'),
    resource: text('resource'),
    entries: readEntries(search),
    ...(policies.length > 0 && { policies }),
    ...(event && { event }),
  };
}

/** unfit says why a question cannot be asked; undefined where it can. */
export function unfit({ principal, action, resource, policies = [] }: Question): Partial<Record<'principal' | 'action' | 'resource' | 'policies', string>> | undefined {
  const found = {
    ...(!/^arn:[^:]*:(iam|sts)::\d{12}:(user\/.+|role\/.+|assumed-role\/[^/]+\/[^/]+|root)$/.test(principal) && { principal: 'The ARN of a user, a role, a session of a role or the root user' }),
    ...(!/^[A-Za-z0-9-]+:[^:*?\s]+$/.test(action) && { action: 'One action, such as s3:GetObject, without wildcards' }),
    ...(!/^(\*|arn:[^:]*:[^:]+:[^:]*:[^:]*:.+)$/.test(resource) && { resource: 'An ARN, or * for an action without resources' }),
    ...(policies.some((policy) => formatted(policy) === undefined) && { policies: 'Each is a policy document in JSON' }),
  };
  return Object.keys(found).length > 0 ? found : undefined;
}
