import BarChart from '@cloudscape-design/components/bar-chart';
import Tabs from '@cloudscape-design/components/tabs';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { colorChartsStatusCritical, colorChartsStatusMedium, colorChartsStatusPositive } from '@cloudscape-design/design-tokens';

import type { ActivityPoint } from '../../api/warder.ts';
import { EmptyState } from '../../components/EmptyState.tsx';

const day = 86_400;

/** labelOf names a bucket of so many seconds by its beginning, in UTC. */
function labelOf(start: string, bucketSeconds: number): string {
  const options: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', ...(bucketSeconds < day && { hour: '2-digit', minute: '2-digit', hour12: false }) };
  return new Intl.DateTimeFormat('en', { ...options, timeZone: 'UTC' }).format(new Date(start));
}

const columns: TableProps.ColumnDefinition<ActivityPoint & { label: string }>[] = [
  { id: 'time', header: 'From (UTC)', cell: ({ label }) => label, isRowHeader: true },
  { id: 'ok', header: 'Allowed', cell: ({ events, denied, failed }) => events - denied - failed },
  { id: 'denied', header: 'Denied', cell: ({ denied }) => denied },
  { id: 'failed', header: 'Other errors', cell: ({ failed }) => failed },
];

/** ActivityChart shows events over time as bars, and as a table. */
export function ActivityChart({ points, bucketSeconds, loading }: { points: ActivityPoint[]; bucketSeconds: number; loading: boolean }) {
  const named = points.map((point) => ({ ...point, label: labelOf(point.start, bucketSeconds) }));
  const series = (title: string, color: string, y: (point: ActivityPoint) => number) => ({
    title,
    type: 'bar' as const,
    color,
    data: named.map((point) => ({ x: point.label, y: y(point) })),
  });
  const chart = (
    <BarChart
      stackedBars
      hideFilter
      height={220}
      xScaleType="categorical"
      statusType={loading ? 'loading' : 'finished'}
      ariaLabel="Events over time"
      xTitle="Time (UTC)"
      yTitle="Events"
      series={[
        series('Allowed', colorChartsStatusPositive, ({ events, denied, failed }) => events - denied - failed),
        series('Denied', colorChartsStatusCritical, ({ denied }) => denied),
        series('Other errors', colorChartsStatusMedium, ({ failed }) => failed),
      ]}
      xDomain={named.map(({ label }) => label)}
      yDomain={[0, Math.max(5, ...points.map(({ events }) => events))]}
      i18nStrings={{ xTickFormatter: sparse(named.map(({ label }) => label)), yTickFormatter: (n) => n.toLocaleString('en') }}
      empty={<EmptyState title="No events" />}
    />
  );
  const table = (
    <Table
      variant="embedded"
      items={named.filter(({ events }) => events > 0).toReversed()}
      columnDefinitions={columns}
      ariaLabels={{ tableLabel: 'Events over time' }}
      empty={<EmptyState title="No events" />}
    />
  );
  return (
    <Tabs
      tabs={[
        { id: 'chart', label: 'Chart', content: chart },
        { id: 'table', label: 'Table', content: table },
      ]}
    />
  );
}

/** sparse leaves out labels of the axis, so that those that stand do not touch. */
function sparse(labels: string[]): (label: string) => string {
  const step = Math.ceil(labels.length / 8);
  const shown = new Set(labels.filter((_, i) => i % step === 0));
  return (label) => (shown.has(label) ? label : '');
}
