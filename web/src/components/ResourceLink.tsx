import Link from '@cloudscape-design/components/link';

import { to } from '../app/links.ts';
import { readArn } from './arn.ts';

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
