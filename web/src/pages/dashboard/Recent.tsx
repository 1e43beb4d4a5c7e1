import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { useLive } from '../../api/useLive.ts';
import type { Alarm } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { allAlarms, isMuted, Subject } from '../security/alarmState.tsx';
import { bySeverity, SeverityBadge } from '../security/severity.tsx';
import { Caller } from '../trail/Caller.tsx';
import { Outcome } from '../trail/Outcome.tsx';
import { lookup, serviceOf, type Record } from '../trail/record.ts';

const shown = 6;
const shownChanges = 8;

const alarmColumns: TableProps.ColumnDefinition<Alarm>[] = [
  { id: 'severity', header: 'Severity', cell: ({ severity }) => <SeverityBadge of={severity} /> },
  { id: 'title', header: 'Alarm', cell: ({ alarmId, title }) => <Link href={to`/alarms/${alarmId}`}>{title}</Link>, isRowHeader: true },
  { id: 'subject', header: 'About', cell: (alarm) => <Subject alarm={alarm} /> },
  { id: 'last', header: 'Last event', cell: ({ lastEvent }) => <Age date={new Date(lastEvent)} /> },
];

/** OpenAlarms are those that nobody looks at yet, the gravest first. */
export function OpenAlarms() {
  const alarms = useLive(allAlarms, [], ['alarms']);
  const now = new Date();
  const open = (alarms.data ?? []).filter((alarm) => alarm.state === 'RAISED' && !isMuted(alarm, now)).toSorted((a, b) => bySeverity(a.severity, b.severity));
  return (
    <Table
      header={<Header variant="h2" counter={alarms.data && `(${open.length})`} actions={<Link href={to`/alarms`}>All alarms</Link>}>Open alarms</Header>}
      items={open.slice(0, shown)}
      columnDefinitions={alarmColumns}
      loading={alarms.loading && !alarms.data}
      loadingText="Reading the alarms"
      wrapLines
      ariaLabels={{ tableLabel: 'Open alarms' }}
      empty={alarms.error ? <ErrorAlert error={alarms.error} onRetry={alarms.reload} /> : <EmptyState title="No alarm is open">The rules watch the trail; what they see appears here by itself.</EmptyState>}
      footer={open.length > shown && <Box textAlign="center">{open.length - shown} more</Box>}
    />
  );
}

const changeColumns: TableProps.ColumnDefinition<Record>[] = [
  { id: 'time', header: 'Time', cell: ({ eventTime }) => <Age date={new Date(eventTime)} /> },
  { id: 'event', header: 'Change', cell: (record) => <Link href={to`/trail/${record.eventID}`}>{`${serviceOf(record)}:${record.eventName}`}</Link>, isRowHeader: true },
  { id: 'caller', header: 'By', cell: (record) => <Caller of={record} /> },
  { id: 'outcome', header: 'Outcome', cell: (record) => <Outcome of={record} /> },
];

/** RecentChanges are the newest calls that change something, or would have. */
export function RecentChanges() {
  const changes = useLive(newestChanges, [], ['trail']);
  return (
    <Table
      header={<Header variant="h2" actions={<Link href={`${to`/trail`}?attribute=ReadOnly&value=false`}>All changes</Link>}>Recent changes</Header>}
      items={changes.data?.slice(0, shownChanges) ?? []}
      columnDefinitions={changeColumns}
      loading={changes.loading && !changes.data}
      loadingText="Reading the trail"
      wrapLines
      ariaLabels={{ tableLabel: 'Recent changes' }}
      empty={changes.error ? <ErrorAlert error={changes.error} onRetry={changes.reload} /> : <EmptyState title="Nothing was changed yet" />}
    />
  );
}

/** newestChanges reads until there are enough to show, a few pages at most: what the server does by itself stands between them. */
async function newestChanges(abortSignal: AbortSignal): Promise<Record[]> {
  const changes: Record[] = [];
  let token: string | undefined;
  for (let page = 0; page < 5; page++) {
    const { records, next } = await lookup({ attribute: { AttributeKey: 'ReadOnly', AttributeValue: 'false' }, token, most: 2 * shownChanges }, abortSignal);
    changes.push(...records.filter(({ eventType }) => eventType !== 'AwsServiceEvent'));
    token = next;
    if (!token || changes.length >= shownChanges) break;
  }
  return changes;
}
