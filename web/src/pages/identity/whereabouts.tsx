import Link from '@cloudscape-design/components/link';

import { to } from '../../app/links.ts';

/** whereabouts are the other pages about a user or role, as lines of its summary. */
export function whereabouts(arn: string) {
  return [
    { label: 'What it did', value: <Link href={`${to`/activity`}?principal=${encodeURIComponent(arn)}`}>Activity</Link> },
    { label: 'What it does not use', value: <Link href={to`/unused-access/${arn}`}>Unused access</Link> },
  ];
}
