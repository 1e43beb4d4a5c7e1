import Link from '@cloudscape-design/components/link';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

import { useCall } from '../../api/useCall.ts';
import { warder, type AuditCheck } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceTable, type Column, type Property } from '../../components/ResourceTable.tsx';
import { referenceText, severities, severityOf, SeverityBadge, title } from './severity.tsx';

type Outcome = AuditCheck['outcome'];

const outcomes: Record<Outcome, [type: StatusIndicatorProps.Type, text: string]> = {
  FAILED: ['error', 'Findings'],
  PASSED: ['success', 'Passed'],
  NOT_ASSESSED: ['stopped', 'Not assessed'],
};

const columns: Column<AuditCheck>[] = [
  { id: 'outcome', header: 'Outcome', value: ({ outcome }) => outcomes[outcome][1], rank: gravity, cell: (check) => <State check={check} />, width: 130, rowHeader: false },
  { id: 'title', header: 'Check', value: (check) => check.title, cell: (check) => check.title, width: 240, rowHeader: true },
  {
    id: 'severity',
    header: 'At worst',
    value: ({ severity }) => title(severity),
    rank: ({ severity }) => severities.indexOf(severityOf(severity)),
    cell: ({ severity }) => <SeverityBadge of={severity} />,
  },
  { id: 'area', header: 'Area', value: ({ area }) => area, cell: ({ area }) => area },
  { id: 'why', header: 'Why', value: ({ why }) => why, cell: ({ why }) => why, width: 320 },
  { id: 'references', header: 'References', value: referencesOf, cell: referencesOf, hidden: true },
  { id: 'missing', header: 'What is missing to assess it', value: missingOf, cell: missingOf, hidden: true },
  { id: 'id', header: 'Id', value: ({ checkId }) => checkId, cell: ({ checkId }) => checkId, hidden: true },
];

const properties: Property<AuditCheck>[] = [];

/** gravity has what failed first, by its worst severity, then what was not assessed. */
function gravity({ outcome, severity }: AuditCheck): number {
  return ['FAILED', 'NOT_ASSESSED', 'PASSED'].indexOf(outcome) * 10 + severities.indexOf(severityOf(severity));
}

function referencesOf({ references }: AuditCheck): string {
  return references.map(referenceText).join(', ');
}

function missingOf({ missing }: AuditCheck): string {
  return missing.map((gap) => gap.missing).join('; ');
}

function State({ check }: { check: AuditCheck }) {
  const [type, text] = outcomes[check.outcome];
  const state = <StatusIndicator type={type}>{check.findings > 0 ? `${check.findings} ${check.findings === 1 ? 'finding' : 'findings'}` : text}</StatusIndicator>;
  return check.findings > 0 ? <Link href={`${to`/findings`}?f=check%3D${check.checkId}`}>{state}</Link> : state;
}

/** Checks are all rules of the audit, each with what came of it. What was not assessed is no pass. */
export function Checks() {
  const checks = useCall((abortSignal) => warder('ListAuditChecks', {}, { abortSignal }), []);
  return (
    <Page title="Checks" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        title="Checks"
        name="checks"
        noun={['check', 'checks']}
        description="The rules of best practice that this account is audited by. What is not assessed is not a pass."
        items={checks.data?.checks ?? none}
        id={({ checkId }) => checkId}
        columns={columns}
        properties={properties}
        selectable={false}
        loading={checks.loading && !checks.data}
        error={checks.error}
        onReload={checks.reload}
        empty={<EmptyState title="No checks" />}
      />
    </Page>
  );
}

const none: AuditCheck[] = [];
