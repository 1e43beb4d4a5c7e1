import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useParams } from 'react-router';

import { useCall } from '../../api/useCall.ts';
import { useLive } from '../../api/useLive.ts';
import { warder, type Alarm as OneAlarm, type AlarmDelivery, type AlarmNote } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { Age, exact } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { AlarmActions } from './AlarmActions.tsx';
import { AlarmState, isMuted, Subject } from './alarmState.tsx';
import { SeverityBadge } from './severity.tsx';

/** Alarm is one alarm: what raised it, who was told, what people did. */
export function Alarm() {
  const { id = '' } = useParams();
  const call = useLive((abortSignal) => warder('GetAlarm', { alarmId: id }, { abortSignal }), [id], ['alarms']);
  const alarm = call.data?.alarm;
  return (
    <Page
      title={alarm?.title ?? id}
      breadcrumbs={[{ text: 'Alarms', href: '/alarms' }]}
      actions={alarm && <AlarmActions alarms={[alarm]} onDone={call.reload} />}
    >
      <SpaceBetween size="l">
        <ErrorAlert error={call.error} onRetry={call.reload} />
        {call.loading && !alarm && <Spinner size="large" />}
        {alarm && (
          <SpaceBetween size="l">
            <Overview alarm={alarm} />
            <Event alarm={alarm} />
            <History alarm={alarm} />
            <Deliveries alarm={alarm} />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Page>
  );
}

function Overview({ alarm }: { alarm: OneAlarm }) {
  const rules = useCall((abortSignal) => warder('ListAlarmRules', {}, { abortSignal }), []);
  const why = rules.data?.rules.find(({ ruleId }) => ruleId === alarm.ruleId)?.why;
  return (
    <Container header={<Header variant="h2">Overview</Header>}>
      <SpaceBetween size="l">
        <Facts
          columns={4}
          items={[
            { label: 'State', value: <AlarmState alarm={alarm} /> },
            { label: 'Severity', value: <SeverityBadge of={alarm.severity} /> },
            { label: 'About', value: <Subject alarm={alarm} /> },
            { label: 'Rule', value: <Link href={`${to`/alarm-rules`}?f=rule%3D${alarm.ruleId}`}>{alarm.ruleId}</Link> },
            { label: 'Raised', value: <Age date={new Date(alarm.raised)} /> },
            { label: 'Last event', value: <Age date={new Date(alarm.lastEvent)} /> },
            { label: 'Events', value: alarm.count },
            { label: 'Times raised', value: alarm.raises },
          ]}
        />
        <Facts
          columns={2}
          items={[
            { label: 'Why it matters', value: why ?? '–' },
            { label: 'ARN', value: <CopyArn arn={alarm.arn} /> },
            ...(alarm.detail ? [{ label: 'Detail', value: alarm.detail }] : []),
            ...(alarm.type ? [{ label: 'Type', value: alarm.type }] : []),
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

function Event({ alarm: { event } }: { alarm: OneAlarm }) {
  return (
    <Container header={<Header variant="h2" actions={<Link href={to`/trail/${event.eventID}`}>Open the event</Link>}>The event that raised it</Header>}>
      <Facts
        columns={4}
        items={[
          { label: 'Call', value: `${event.eventSource.replace('.amazonaws.com', '')}:${event.eventName}` },
          { label: 'By', value: event.principal ? <ResourceLink arn={event.principal} /> : '–' },
          { label: 'From', value: event.sourceIPAddress ?? '–' },
          { label: 'Outcome', value: event.errorCode ? <StatusIndicator type="error">{event.errorCode}</StatusIndicator> : <StatusIndicator>ok</StatusIndicator> },
        ]}
      />
      {event.principal && (
        <Box margin={{ top: 'm' }}>
          <Link href={`${to`/activity`}?principal=${encodeURIComponent(event.principal)}`}>Activity of this principal</Link>
        </Box>
      )}
    </Container>
  );
}

interface Entry {
  what: string;
  note: AlarmNote;
}

const entries: TableProps.ColumnDefinition<Entry>[] = [
  { id: 'what', header: 'What', cell: ({ what }) => what, isRowHeader: true },
  { id: 'at', header: 'When', cell: ({ note }) => <Age date={new Date(note.at)} /> },
  { id: 'by', header: 'By', cell: ({ note }) => (note.by ? <ResourceLink arn={note.by} /> : 'by itself') },
  { id: 'note', header: 'Note', cell: ({ note }) => note.note ?? '–' },
];

function History({ alarm }: { alarm: OneAlarm }) {
  const { acknowledged, resolved, mute } = alarm;
  const items: Entry[] = [
    ...(acknowledged ? [{ what: 'Acknowledged', note: acknowledged }] : []),
    ...(mute ? [{ what: `${isMuted(alarm, new Date()) ? 'Muted' : 'Was muted'} until ${exact(new Date(mute.until))}`, note: { ...mute, note: mute.reason } }] : []),
    ...(resolved ? [{ what: 'Resolved', note: resolved }] : []),
  ];
  return (
    <Table
      header={<Header variant="h2">What people did</Header>}
      items={items}
      columnDefinitions={entries}
      ariaLabels={{ tableLabel: 'What people did' }}
      empty={<EmptyState title="Nothing yet">Acknowledge it, so that others know that you look at it.</EmptyState>}
    />
  );
}

const deliveries: TableProps.ColumnDefinition<AlarmDelivery>[] = [
  { id: 'channel', header: 'Channel', cell: ({ channel }) => channel, isRowHeader: true },
  { id: 'status', header: 'Status', cell: (delivery) => <Delivered delivery={delivery} /> },
  { id: 'attempts', header: 'Attempts', cell: ({ attempts }) => attempts },
  { id: 'error', header: 'Error', cell: ({ error }) => error ?? '–' },
];

function Delivered({ delivery: { status, delivered, nextAttempt } }: { delivery: AlarmDelivery }) {
  if (status === 'DELIVERED') return <StatusIndicator>told <Age date={delivered ? new Date(delivered) : undefined} /></StatusIndicator>;
  if (status === 'FAILED') return <StatusIndicator type="error">given up</StatusIndicator>;
  return <StatusIndicator type="pending">again <Age date={nextAttempt ? new Date(nextAttempt) : undefined} never="soon" /></StatusIndicator>;
}

function Deliveries({ alarm }: { alarm: OneAlarm }) {
  return (
    <Table
      header={<Header variant="h2">Who was told</Header>}
      items={alarm.deliveries}
      columnDefinitions={deliveries}
      ariaLabels={{ tableLabel: 'Who was told' }}
      empty={<EmptyState title="No channel is configured">Whoever runs the server sets a webhook, mail or syslog: alarm-webhook, alarm-mail, alarm-syslog.</EmptyState>}
    />
  );
}
