import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { useCall } from '../../api/useCall.ts';
import { warder, type AlarmRule } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { flash } from '../../components/Flash.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';
import { useAct } from '../../components/useAct.ts';
import { severities, severityOf, SeverityBadge, title } from './severity.tsx';

const columns: Column<AlarmRule>[] = [
  {
    id: 'severity',
    header: 'Severity',
    value: ({ severity }) => title(severity),
    rank: ({ severity }) => severities.indexOf(severityOf(severity)),
    cell: ({ severity }) => <SeverityBadge of={severity} />,
    width: 110,
    rowHeader: false,
  },
  { id: 'title', header: 'Raised when', value: (rule) => rule.title, cell: (rule) => rule.title, width: 200, rowHeader: true },
  { id: 'state', header: 'State', value: stateOf, cell: (rule) => <State rule={rule} />, width: 130 },
  { id: 'why', header: 'Why', value: ({ why }) => why, cell: ({ why }) => why ?? '–', width: 240 },
  { id: 'rule', header: 'Rule', value: ({ ruleId }) => ruleId, cell: ({ ruleId }) => ruleId },
  { id: 'own', header: 'From', value: originOf, cell: originOf, hidden: true },
  { id: 'alarms', header: 'Alarms', cell: ({ ruleId }) => <Link href={`${to`/alarms`}?f=rule%3D${ruleId}`} ariaLabel={`Alarms of ${ruleId}`}>Alarms</Link> },
  { id: 'type', header: 'Type', value: ({ type }) => type, cell: ({ type }) => type ?? '–', hidden: true },
];

function originOf({ own }: AlarmRule): string {
  return own ? 'your file' : 'built in';
}

function stateOf({ inactive }: AlarmRule): string {
  return inactive ? 'Off' : 'In force';
}

function State({ rule }: { rule: AlarmRule }) {
  if (!rule.inactive) return <StatusIndicator>In force</StatusIndicator>;
  return (
    <>
      <StatusIndicator type="stopped">Off</StatusIndicator>
      <Box variant="small" display="block">
        {rule.inactive}
      </Box>
    </>
  );
}

/** AlarmRules are what the trail is watched for. */
export function AlarmRules() {
  const rules = useCall((abortSignal) => warder('ListAlarmRules', {}, { abortSignal }), []);
  return (
    <Page title="Alarm rules" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        title="Alarm rules"
        name="alarm-rules"
        noun={['rule', 'rules']}
        description="What the trail is watched for. The setting alarm-rules of the server names a file with your own."
        items={rules.data?.rules ?? none}
        id={({ ruleId }) => ruleId}
        columns={columns}
        selectable={false}
        loading={rules.loading && !rules.data}
        error={rules.error}
        onReload={rules.reload}
        actions={() => <TestChannels />}
        empty={<EmptyState title="No rules">All are disabled in the server’s file.</EmptyState>}
      />
    </Page>
  );
}

/** TestChannels sends a message on every channel, and says what came of it. */
function TestChannels() {
  const { busy, act } = useAct();
  const test = async () => {
    const { channels } = await warder('TestAlarmChannels', {});
    if (channels.length === 0) flash.info('No channel is configured', 'The settings alarm-webhook, alarm-mail and alarm-syslog of the server name channels.');
    for (const { channel, delivered, error } of channels) {
      if (delivered) flash.success(`${channel} took the message`);
      else flash.warning(`${channel} did not take the message`, error);
    }
  };
  return (
    <Button loading={busy} onClick={() => act(test)}>
      Test the channels
    </Button>
  );
}

const none: AlarmRule[] = [];
