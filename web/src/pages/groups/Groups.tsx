import { type Group, type GroupDetail, ListGroupsCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useMemo, useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';
import { DeleteDialog } from '../identity/DeleteDialog.tsx';
import { pageSize, useDetails } from '../identity/details.ts';
import { removalOfGroup } from './removal.ts';

interface Item extends Group {
  detail?: GroupDetail | undefined;
  /** How many users are in it; unknown to who may not read that. */
  users?: number | undefined;
}

const policies = ({ detail }: Item) =>
  [...(detail?.AttachedManagedPolicies ?? []), ...(detail?.GroupPolicyList ?? [])].map(({ PolicyName = '' }) => PolicyName).join(', ');
const name = (group: Group) => group.GroupName!;

const columns: Column<Item>[] = [
  { id: 'name', header: 'Group name', cell: (g) => <Link href={to`/groups/${name(g)}`}>{name(g)}</Link>, value: name, width: 160 },
  { id: 'users', header: 'Users', cell: (g) => g.users?.toLocaleString('en') ?? '–', value: (g) => g.users },
  { id: 'policies', header: 'Policies', cell: (g) => policies(g) || '–', value: policies, width: 200 },
  { id: 'created', header: 'Created', cell: (g) => <Age date={g.CreateDate} />, value: (g) => g.CreateDate?.toISOString() },
  { id: 'path', header: 'Path', cell: (g) => g.Path, value: (g) => g.Path, hidden: true },
  { id: 'arn', header: 'ARN', cell: (g) => <CopyArn arn={g.Arn!} />, value: (g) => g.Arn, hidden: true },
];

export function Groups() {
  const { items: groups, ...pages } = usePages(async (Marker, abortSignal) => {
    const answer = await iam.send(new ListGroupsCommand({ Marker, MaxItems: pageSize }), { abortSignal });
    return { items: answer.Groups ?? [], next: answer.Marker };
  }, []);
  const details = useDetails(['Group'], (answer) => answer.GroupDetailList);
  const users = useDetails(['User'], (answer) => answer.UserDetailList?.map(({ GroupList = [] }) => GroupList));
  const items = useMemo(() => {
    const byName = new Map(details.items.map((detail) => [detail.GroupName, detail]));
    const members = new Map<string, number>();
    for (const group of users.items.flat()) members.set(group, (members.get(group) ?? 0) + 1);
    const counted = !users.loading && users.error === undefined;
    return groups.map((group): Item => ({ ...group, detail: byName.get(group.GroupName), users: counted ? (members.get(name(group)) ?? 0) : undefined }));
  }, [groups, details.items, users.items, users.loading, users.error]);
  const [deleting, setDeleting] = useState<string[]>();
  const reload = () => {
    pages.reload();
    details.reload();
    users.reload();
  };
  const create = (
    <Button variant="primary" href={to`/groups/create`}>
      Create group
    </Button>
  );
  return (
    <Page title="Groups" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        {...pages}
        onReload={reload}
        title="Groups"
        name="groups"
        noun={['group', 'groups']}
        description="People of one duty, with the permissions that it takes."
        items={items}
        id={name}
        columns={columns}
        actions={(selected) => (
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(selected.map(name))}>
              Delete
            </Button>
            {create}
          </>
        )}
        empty={
          <EmptyState title="No groups yet" action={create}>
            A group holds the permissions of one duty, such as Audit or Billing. Who joins it has them, and who leaves it loses them. Templates have policies for the usual duties.
          </EmptyState>
        }
      />
      {deleting && (
        <DeleteDialog
          noun={['group', 'groups']}
          names={deleting}
          removal={removalOfGroup}
          onPartly={reload}
          onDismiss={(deleted) => {
            setDeleting(undefined);
            if (deleted) reload();
          }}
        />
      )}
    </Page>
  );
}
