import { ListPoliciesCommand, type Policy } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo, useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';
import { isAws } from '../../editor/AttachedPolicies.tsx';
import { DeletePolicies } from './DeletePolicies.tsx';

const owner = ({ Arn = '' }: Policy) => (isAws(Arn) ? 'AWS' : 'This account');
const used = ({ AttachmentCount = 0, PermissionsBoundaryUsageCount = 0 }: Policy) => AttachmentCount + PermissionsBoundaryUsageCount;

const columns: Column<Policy>[] = [
  { id: 'name', header: 'Policy name', cell: (p) => <Link href={to`/policies/${p.Arn!}`}>{p.PolicyName}</Link>, value: (p) => p.PolicyName },
  { id: 'owner', header: 'Managed by', cell: owner, value: owner },
  { id: 'attached', header: 'Attached to', cell: (p) => p.AttachmentCount ?? 0, value: (p) => p.AttachmentCount ?? 0 },
  { id: 'boundary', header: 'Boundary of', cell: (p) => p.PermissionsBoundaryUsageCount ?? 0, value: (p) => p.PermissionsBoundaryUsageCount ?? 0 },
  { id: 'used', header: 'Used', cell: (p) => (used(p) > 0 ? 'Yes' : 'No'), value: (p) => (used(p) > 0 ? 'Yes' : 'No'), hidden: true },
  { id: 'path', header: 'Path', cell: (p) => p.Path, value: (p) => p.Path, hidden: true },
  { id: 'version', header: 'Version', cell: (p) => p.DefaultVersionId, value: (p) => p.DefaultVersionId, hidden: true },
  { id: 'updated', header: 'Changed', cell: (p) => <Age date={p.UpdateDate} />, value: (p) => p.UpdateDate?.toISOString() },
  { id: 'arn', header: 'ARN', cell: (p) => <CopyArn arn={p.Arn!} />, value: (p) => p.Arn, hidden: true },
];

/** Policies lists the managed policies: the account's own, and AWS's. */
export function Policies() {
  const { items, ...pages } = usePages(async (Marker, abortSignal) => {
    const answer = await iam.send(new ListPoliciesCommand({ Scope: 'All', Marker, MaxItems: 1000 }), { abortSignal });
    return { items: answer.Policies ?? [], next: answer.Marker };
  }, []);
  const [doomed, setDoomed] = useState<Policy[]>();
  const own = useMemo(() => items.filter(({ Arn = '' }) => !isAws(Arn)).length, [items]);
  return (
    <Page title="Policies" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        {...pages}
        onReload={pages.reload}
        title="Policies"
        name="policies"
        noun={['policy', 'policies']}
        items={items}
        id={(policy) => policy.Arn!}
        columns={columns}
        description={
          <>
            {own} of this account, {items.length - own} of AWS. Show <Link href={to`/policies` + '?f=owner%3DThis+account'}>the account's own</Link>,{' '}
            <Link href={to`/policies` + '?f=used%3DYes'}>those in use</Link> or <Link href={to`/policies`}>all</Link>.
          </>
        }
        actions={(selected) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={selected.length === 0 || selected.some(({ Arn = '' }) => isAws(Arn))} onClick={() => setDoomed(selected)}>
              Delete
            </Button>
            <Button variant="primary" href={to`/policies/create`}>
              Create policy
            </Button>
          </SpaceBetween>
        )}
        empty={<EmptyState title="No policies">A managed policy says what whoever it is attached to may do.</EmptyState>}
      />
      {doomed && (
        <DeletePolicies
          arns={doomed.map(({ Arn }) => Arn!)}
          onDismiss={() => setDoomed(undefined)}
          onDeleted={() => {
            setDoomed(undefined);
            pages.reload();
          }}
        />
      )}
    </Page>
  );
}
