import StatusIndicator from '@cloudscape-design/components/status-indicator';

import type { Record } from './record.ts';

/** outcomeOf is what came of a call, in a word. */
export function outcomeOf({ errorCode }: Record): string {
  if (!errorCode) return 'ok';
  return errorCode === 'AccessDenied' ? 'denied' : errorCode;
}

export function Outcome({ of }: { of: Record }) {
  const text = outcomeOf(of);
  return <StatusIndicator type={text === 'ok' ? 'success' : text === 'denied' ? 'error' : 'warning'}>{text}</StatusIndicator>;
}
