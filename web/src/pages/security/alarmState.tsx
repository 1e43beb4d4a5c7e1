import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { warder, type Alarm } from '../../api/warder.ts';
import { readArn } from '../../components/arn.ts';
import { ResourceLink } from '../../components/ResourceLink.tsx';

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

/** Subject names whom or what an alarm is about: an ARN, perhaps with more behind it, or a word of the rule's. */
export function Subject({ alarm: { subject = '–' } }: { alarm: Alarm }) {
  const [arn = '', ...more] = subject.split(' ');
  if (!readArn(arn)) return <>{subject}</>;
  return (
    <>
      <ResourceLink arn={arn} /> {more.join(' ')}
    </>
  );
}

/** allAlarms reads every page. */
export async function allAlarms(abortSignal: AbortSignal): Promise<Alarm[]> {
  const alarms: Alarm[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await warder('ListAlarms', { maxResults: 100, nextToken }, { abortSignal });
    alarms.push(...page.alarms);
    nextToken = page.nextToken;
    if (!nextToken) return alarms;
  }
}
