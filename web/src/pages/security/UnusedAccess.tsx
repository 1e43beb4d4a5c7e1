import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import { useCallback } from 'react';

import { usePages } from '../../api/usePages.ts';
import { warder, type UnusedAccess as Unused } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { readArn } from '../../components/arn.ts';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';

const columns: Column<Unused>[] = [
  { id: 'principal', header: 'Principal', value: ({ principal }) => nameOf(principal), cell: (row) => <Link href={to`/unused-access/${row.principal}`}>{nameOf(row.principal)}</Link>, width: 200 },
  { id: 'granted', header: 'Actions granted', value: ({ granted }) => granted, cell: ({ granted }) => granted.toLocaleString('en') },
  { id: 'used', header: 'Used', value: ({ used }) => used, cell: ({ used }) => used.toLocaleString('en') },
  { id: 'unused', header: 'Not used', value: ({ unused }) => unused, cell: ({ unused }) => unused.toLocaleString('en') },
  { id: 'evidence', header: 'No evidence', value: ({ noEvidence }) => noEvidence, cell: ({ noEvidence }) => noEvidence.toLocaleString('en') },
  { id: 'share', header: 'Used of what is granted', rank: shareOf, cell: (row) => <Share of={row} />, width: 180 },
  { id: 'denied', header: 'Actions denied', value: denied, cell: (row) => denied(row) || '–' },
  { id: 'last', header: 'Last used', value: ({ lastUsed }) => lastUsed, cell: ({ lastUsed }) => <Age date={lastUsed ? new Date(lastUsed) : undefined} /> },
];

export function nameOf(arn: string): string {
  const named = readArn(arn);
  return named ? `${named.kind} ${named.name}` : arn;
}

function denied(row: Unused): number {
  return row.denied.length;
}

/** shareOf is how much of what is granted was used, in percent. */
function shareOf({ used, granted }: Unused): number {
  return granted === 0 ? 100 : (100 * used) / granted;
}

function Share({ of }: { of: Unused }) {
  const share = shareOf(of);
  return <ProgressBar value={share > 0 ? Math.max(1, share) : 0} ariaLabel={`${nameOf(of.principal)}: used of what is granted`} />;
}

/** UnusedAccess is what principals may do and do not do: the over-permissive ones have the longest way from granted to used. */
export function UnusedAccess() {
  const read = useCallback(async (nextToken: string | undefined, abortSignal: AbortSignal) => {
    const page = await warder('ListUnusedAccess', { maxResults: 20, nextToken }, { abortSignal });
    return { items: page.principals, next: page.nextToken };
  }, []);
  const list = usePages(read, []);
  return (
    <Page title="Unused access" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        title="Unused access"
        name="unused-access"
        noun={['principal', 'principals']}
        description="What users and roles may do, beside what they did, as far as the trail and the last accessed details tell."
        items={list.items}
        id={({ principal }) => principal}
        columns={columns}
        selectable={false}
        loading={list.loading}
        more={list.more}
        error={list.error}
        onReload={list.reload}
        empty={<EmptyState title="Nobody may do anything yet">Users and roles appear here as soon as a policy grants them something.</EmptyState>}
      />
      <Box margin={{ top: 's' }} color="text-body-secondary">
        A trail shows uses, and never that there was none: actions that are not logged have no evidence.{' '}
        <Link href={`${to`/findings`}?f=area%3Dleast%20privilege`}>Findings about least privilege</Link>
      </Box>
    </Page>
  );
}
