import { LookupEventsCommand, PutInsightSelectorsCommand, type Trail } from '@aws-sdk/client-cloudtrail';
import Button from '@cloudscape-design/components/button';

import { cloudTrail } from '../../api/clients/cloudtrail.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { flash } from '../../components/Flash.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';
import { useAct } from '../../components/useAct.ts';
import { type Insight, readInsight } from './insight.ts';

/** insights are the newest 50 of the account. */
async function insights(abortSignal: AbortSignal): Promise<Insight[]> {
  const { Events = [] } = await cloudTrail.send(new LookupEventsCommand({ EventCategory: 'insight' }), { abortSignal });
  return Events.map(({ CloudTrailEvent = '' }) => readInsight(CloudTrailEvent));
}

const rate = (calls: number) => calls.toLocaleString('en', { maximumSignificantDigits: 3 });
const what = ({ error }: Insight) => (error ? `failed with ${error}` : 'called');
const span = ({ state, minutes }: Insight) => (state === 'Start' ? 'began' : `over after ${minutes === 1 ? '1 minute' : `${minutes} minutes`}`);

const columns: Column<Insight>[] = [
  { id: 'time', header: 'Time', rank: ({ time }) => -Date.parse(time), value: ({ time }) => time, cell: ({ time }) => <Age date={new Date(time)} /> },
  { id: 'operation', header: 'Operation', value: ({ operation }) => operation, cell: ({ operation }) => operation, rowHeader: true },
  { id: 'what', header: 'Unusually often', value: what, cell: what },
  { id: 'state', header: 'State', value: span, cell: span },
  { id: 'rate', header: 'Calls a minute', cell: (insight) => rate(insight.rate) },
  { id: 'before', header: 'In the week before', cell: ({ before }) => rate(before) },
  { id: 'caller', header: 'Most of them by', value: ({ caller }) => caller, cell: ({ caller }) => caller && <ResourceLink arn={caller} /> },
];

/** Insights switches those of a trail, and lists what the account's have told. */
export function Insights({ trail, onChanged }: { trail: Trail; onChanged: () => void }) {
  const call = useCall(insights, []);
  const { busy, act } = useAct();
  const on = trail.HasInsightSelectors === true;
  const turn = (text: string, types: ('ApiCallRateInsight' | 'ApiErrorRateInsight')[]) =>
    act(async () => {
      const InsightSelectors = types.map((InsightType) => ({ InsightType }));
      await cloudTrail.send(new PutInsightSelectorsCommand({ TrailName: trail.TrailARN, InsightSelectors }));
      flash.success(text);
      onChanged();
    });
  return (
    <ResourceTable
      title="Insights"
      name="insights"
      noun={['insight', 'insights']}
      variant="container"
      description="Operations that are called, or fail, far more often in a minute than in the week before. A trail that delivers and has Insights on makes them."
      items={call.data ?? none}
      id={({ id }) => id}
      columns={columns}
      selectable={false}
      loading={call.loading && !call.data}
      error={call.error}
      onReload={call.reload}
      actions={() =>
        on ? (
          <Button loading={busy} onClick={() => turn('Insights are off', [])}>
            Turn Insights off
          </Button>
        ) : (
          <Button loading={busy} onClick={() => turn('Insights are on', ['ApiCallRateInsight', 'ApiErrorRateInsight'])}>
            Turn Insights on
          </Button>
        )
      }
      empty={<EmptyState title="No insights">{on ? 'Nothing was unusual.' : 'They are off.'}</EmptyState>}
    />
  );
}

const none: Insight[] = [];
