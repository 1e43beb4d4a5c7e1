import StatusIndicator from '@cloudscape-design/components/status-indicator';

import type { Alarm } from '../../api/warder.ts';

/** isMuted says whether an alarm is muted at a time. */
export function isMuted({ mute }: Alarm, now: Date): boolean {
  return mute !== undefined && new Date(mute.until) > now;
}

/** stateText is the state in a word. */
export function stateText(alarm: Alarm): string {
  if (isMuted(alarm, new Date())) return 'Muted';
  return { RAISED: 'Open', ACKNOWLEDGED: 'Acknowledged', RESOLVED: 'Resolved' }[alarm.state];
}

/** AlarmState is the state in a word and a colour. */
export function AlarmState({ alarm }: { alarm: Alarm }) {
  const text = stateText(alarm);
  const types = { Muted: 'stopped', Open: 'error', Acknowledged: 'in-progress', Resolved: 'success' } as const;
  return <StatusIndicator type={types[text as keyof typeof types]}>{text}</StatusIndicator>;
}
