import { GetAccountSummaryCommand, type GetAccountSummaryResponse } from '@aws-sdk/client-iam';

import ProgressBar from '@cloudscape-design/components/progress-bar';

import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';

/** Line is a number of the account summary, with its quota where there is one. */
export interface Line {
  name: string;
  used?: number;
  quota?: number;
}

/** linesOf puts the numbers of a summary beside their quotas: Users beside UsersQuota. What has no number is a quota of each. */
export function linesOf(summary: NonNullable<GetAccountSummaryResponse['SummaryMap']>): Line[] {
  const numbers = summary as Record<string, number>;
  const own = Object.keys(numbers).filter((name) => !name.endsWith('Quota'));
  const quotas = Object.keys(numbers).filter((name) => name.endsWith('Quota') && !(name.slice(0, -5) in numbers));
  return [
    ...own.map((name) => ({ name: words(name), used: numbers[name], quota: numbers[`${name}Quota`] })),
    ...quotas.map((name) => ({ name: words(name.slice(0, -5)), quota: numbers[name] })),
  ];
}

/** words are those of a name: "AccessKeysPerUser" is "Access keys per user". */
function words(name: string): string {
  const parts = name.match(/[A-Z]+(?![a-z])|[A-Z][a-z]+/g) ?? [name];
  return parts.map((part, i) => (i === 0 || /^[A-Z]{2,}$/.test(part) ? part : part.toLowerCase())).join(' ');
}

const columns: Column<Line>[] = [
  { id: 'name', header: 'What', value: ({ name }) => name, cell: ({ name }) => name, width: 240 },
  { id: 'used', header: 'Number', value: ({ used }) => used, cell: shown },
  { id: 'quota', header: 'Quota', value: ({ quota }) => quota, cell: ({ name, quota }) => (quota === undefined ? '–' : quota.toLocaleString('en') + unitOf(name)) },
  { id: 'share', header: 'Of the quota', rank: shareOf, cell: (line) => <Share line={line} />, width: 160 },
];

/** shown is the number of a line; what is there once or not at all is no number. */
function shown({ name, used }: Line): string {
  if (used === undefined) return '–';
  return /^Account .* (present|enabled)$/.test(name) ? (used > 0 ? 'yes' : 'no') : used.toLocaleString('en');
}

/** unitOf: quotas of sizes count the characters of a document. */
function unitOf(name: string): string {
  return name.endsWith(' size') ? ' characters' : '';
}

function shareOf({ used, quota }: Line): number {
  return used !== undefined && quota ? (100 * used) / quota : 0;
}

function Share({ line }: { line: Line }) {
  if (line.used === undefined || !line.quota) return <>–</>;
  return <ProgressBar value={shareOf(line)} ariaLabel={`${line.name}, of the quota`} />;
}

/** Quotas is the account summary: how much there is of everything, and how much there may be. */
export function Quotas() {
  const call = useCall(async (abortSignal) => linesOf((await iam.send(new GetAccountSummaryCommand({}), { abortSignal })).SummaryMap ?? {}), []);
  return (
    <ResourceTable
      title="Summary and quotas"
      name="quotas"
      noun={['number', 'numbers']}
      variant="container"
      description="How much there is of everything, and how much there may be. Whoever runs the server changes quotas with the setting quota."
      items={call.data ?? none}
      id={({ name }) => name}
      columns={columns}
      selectable={false}
      loading={call.loading && !call.data}
      error={call.error}
      onReload={call.reload}
      empty={<EmptyState title="No summary" />}
    />
  );
}

const none: Line[] = [];
