import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';

import { useLive } from '../../api/useLive.ts';
import type { Alarm } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';
import { AlarmActions } from './AlarmActions.tsx';
import { AlarmState, allAlarms, stateText, Subject } from './alarmState.tsx';
import { severities, severityOf, SeverityBadge, title } from './severity.tsx';

const columns: Column<Alarm>[] = [
  { id: 'raised', header: 'Raised', value: ({ raised }) => raised, rank: ({ raised }) => -Date.parse(raised), cell: ({ raised }) => <Age date={new Date(raised)} />, width: 110, rowHeader: false },
  {
    id: 'severity',
    header: 'Severity',
    value: ({ severity }) => title(severity),
    rank: ({ severity }) => severities.indexOf(severityOf(severity)),
    cell: ({ severity }) => <SeverityBadge of={severity} />,
    width: 105,
  },
  { id: 'title', header: 'Alarm', value: (alarm) => alarm.title, cell: (alarm) => <Link href={to`/alarms/${alarm.alarmId}`}>{alarm.title}</Link>, width: 200, rowHeader: true },
  { id: 'subject', header: 'About', value: ({ subject }) => subject, cell: (alarm) => <Subject alarm={alarm} />, width: 150 },
  { id: 'state', header: 'State', value: stateText, cell: (alarm) => <AlarmState alarm={alarm} />, width: 110 },
  { id: 'count', header: 'Events', value: ({ count }) => count, cell: ({ count }) => count },
  { id: 'last', header: 'Last event', value: ({ lastEvent }) => lastEvent, cell: ({ lastEvent }) => <Age date={new Date(lastEvent)} /> },
  { id: 'rule', header: 'Rule', value: ({ ruleId }) => ruleId, cell: ({ ruleId }) => ruleId, hidden: true },
  { id: 'type', header: 'Type', value: ({ type }) => type, cell: ({ type }) => type ?? '–', hidden: true },
];

/** Alarms are what the rules saw on the trail; new ones appear by themselves. */
export function Alarms() {
  const alarms = useLive(allAlarms, [], ['alarms']);
  return (
    <Page title="Alarms" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        title="Alarms"
        name="alarms"
        noun={['alarm', 'alarms']}
        description="What the rules saw on the trail. The list brings itself up to date."
        items={alarms.data ?? none}
        id={({ alarmId }) => alarmId}
        columns={columns}
        loading={alarms.loading && !alarms.data}
        error={alarms.error}
        onReload={alarms.reload}
        actions={(selected) => <AlarmActions alarms={selected} onDone={alarms.reload} />}
        empty={
          <EmptyState title="No alarms">
            No event on the trail met a rule. <Link href={to`/alarm-rules`}>See the rules</Link>
          </EmptyState>
        }
      />
      <Box margin={{ top: 's' }} color="text-body-secondary">
        An alarm that no event has met for a day is over by itself.
      </Box>
    </Page>
  );
}

const none: Alarm[] = [];
