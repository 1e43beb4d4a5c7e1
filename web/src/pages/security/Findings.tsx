import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import { useCallback } from 'react';

import { useChanges } from '../../api/changes.ts';
import { usePages } from '../../api/usePages.ts';
import { warder, type AuditFinding } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { readArn } from '../../components/arn.ts';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { ResourceTable, type Column, type Property } from '../../components/ResourceTable.tsx';
import { referenceText, severities, severityOf, SeverityBadge, title } from './severity.tsx';

const columns: Column<AuditFinding>[] = [
  {
    id: 'severity',
    header: 'Severity',
    value: ({ severity }) => title(severity),
    rank: ({ severity }) => severities.indexOf(severityOf(severity)),
    cell: ({ severity }) => <SeverityBadge of={severity} />,
    width: 110,
    rowHeader: false,
  },
  {
    id: 'title',
    header: 'Finding',
    value: (finding) => finding.title,
    cell: (finding) => <Link href={to`/findings/${finding.findingId}`}>{finding.title}</Link>,
    width: 260,
    rowHeader: true,
  },
  { id: 'resource', header: 'Resource', value: ({ resource }) => nameOf(resource), cell: ({ resource }) => <ResourceLink arn={resource} />, width: 160 },
  { id: 'area', header: 'Area', value: ({ area }) => area, cell: ({ area }) => area },
  { id: 'check', header: 'Check', value: ({ checkId }) => checkId, cell: ({ checkId }) => checkId },
  { id: 'remedy', header: 'Remedy', value: mending, cell: mending },
  { id: 'seen', header: 'First seen', value: ({ firstSeen }) => firstSeen, cell: ({ firstSeen }) => <Age date={new Date(firstSeen)} />, hidden: true },
];

const properties: Property<AuditFinding>[] = [
  { id: 'arn', label: 'ARN', value: ({ resource }) => resource },
  { id: 'reference', label: 'Reference', value: ({ references }) => references.map(referenceText).join(', ') },
];

function nameOf(arn: string): string {
  const named = readArn(arn);
  return named ? `${named.kind} ${named.name}` : arn;
}

function mending({ mendable }: AuditFinding): string {
  return mendable ? 'Can be applied' : 'By hand';
}

/** Findings are all that is against best practice in the account, the gravest first. */
export function Findings() {
  const read = useCallback(async (nextToken: string | undefined, abortSignal: AbortSignal) => {
    const page = await warder('ListFindings', { maxResults: 100, nextToken }, { abortSignal });
    return { items: page.findings, next: page.nextToken };
  }, []);
  const findings = usePages(read, []);
  useChanges(['findings'], findings.reload);
  return (
    <Page title="Findings" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        title="Findings"
        name="findings"
        noun={['finding', 'findings']}
        description="What is against best practice in this account, found by evaluating its policies."
        items={findings.items}
        id={({ findingId }) => findingId}
        columns={columns}
        properties={properties}
        selectable={false}
        loading={findings.loading}
        more={findings.more}
        error={findings.error}
        onReload={findings.reload}
        empty={
          <EmptyState title="No findings">
            Nothing that was assessed is against best practice. <Link href={to`/checks`}>See what was assessed</Link>
          </EmptyState>
        }
      />
      <Box margin={{ top: 's' }} color="text-body-secondary">
        A finding goes away by itself when what it is about is mended.
      </Box>
    </Page>
  );
}
