import Link from '@cloudscape-design/components/link';

import { to } from '../app/links.ts';

/** Named is a resource of IAM as an ARN names it. */
export interface Named {
  /** user, group, role, policy, mfa and so on, or root. */
  kind: string;
  /** The last part of the ARN, without the path. */
  name: string;
}

/** readArn is what an ARN of IAM, or of a role's session, is about; undefined for others. */
export function readArn(arn: string): Named | undefined {
  const [, , service, , , ...rest] = arn.split(':');
  const resource = rest.join(':');
  if (service !== 'iam' && service !== 'sts') return undefined;
  const [kind = '', ...path] = resource.split('/');
  if (kind === 'root') return { kind, name: 'root' };
  if (kind === 'assumed-role') return { kind: 'role', name: path[0] ?? '' };
  const name = path[path.length - 1];
  return name ? { kind, name } : undefined;
}

/** hrefOf is the page of a resource, where the console has one. */
export function hrefOf(arn: string): string | undefined {
  const named = readArn(arn);
  switch (named?.kind) {
    case 'user':
      return to`/users/${named.name}`;
    case 'group':
      return to`/groups/${named.name}`;
    case 'role':
      return to`/roles/${named.name}`;
    case 'policy':
      return to`/policies/${arn}`;
    case 'root':
      return to`/account-settings`;
    default:
      return undefined;
  }
}

/** ResourceLink names a resource by kind and name, and leads to its page. */
export function ResourceLink({ arn }: { arn: string }) {
  const named = readArn(arn);
  const text = !named ? arn : named.kind === 'root' ? 'root user' : `${named.kind} ${named.name}`;
  const href = hrefOf(arn);
  return href ? <Link href={href}>{text}</Link> : <>{text}</>;
}
