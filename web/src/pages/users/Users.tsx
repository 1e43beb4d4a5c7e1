import { ListUsersCommand, type User, type UserDetail } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useMemo, useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { to } from '../../app/links.ts';
import { Age, exact } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';
import { DeleteDialog } from '../identity/DeleteDialog.tsx';
import { pageSize, useDetails } from '../identity/details.ts';
import { useTagProperties } from '../identity/properties.ts';
import { lineOf } from '../security/reportRows.ts';
import { AddToGroups } from './AddToGroups.tsx';
import { credentialColumns, type Reported, useReport } from './credentialColumns.tsx';
import { removalOfUser } from './removal.ts';

interface Item extends Reported {
  detail?: UserDetail | undefined;
}

const policies = ({ detail }: Item) => [
  ...(detail?.AttachedManagedPolicies ?? []).map(({ PolicyName = '' }) => PolicyName),
  ...(detail?.UserPolicyList ?? []).map(({ PolicyName = '' }) => PolicyName),
];
const groups = ({ detail }: Item) => detail?.GroupList?.join(', ');
const tags = ({ detail }: Item) => detail?.Tags;

const columns: Column<Item>[] = [
  { id: 'name', header: 'User name', cell: (u) => <Link href={to`/users/${u.UserName!}`}>{u.UserName}</Link>, value: (u) => u.UserName, width: 160 },
  { id: 'groups', header: 'Groups', cell: (u) => groups(u) || '–', value: groups, width: 140 },
  { id: 'policies', header: 'Own policies', cell: (u) => policies(u).join(', ') || '–', value: (u) => policies(u).join(', '), width: 140 },
  ...credentialColumns,
  { id: 'signin', header: 'Last console sign-in', cell: (u) => <Age date={u.PasswordLastUsed} />, value: (u) => u.PasswordLastUsed?.toISOString() },
  { id: 'created', header: 'Created', cell: (u) => <Age date={u.CreateDate} />, value: (u) => u.CreateDate?.toISOString() },
  { id: 'path', header: 'Path', cell: (u) => u.Path, value: (u) => u.Path, hidden: true },
  { id: 'id', header: 'User ID', cell: (u) => <CopyArn arn={u.UserId!} what="user ID" />, value: (u) => u.UserId, hidden: true },
  { id: 'arn', header: 'ARN', cell: (u) => <CopyArn arn={u.Arn!} />, value: (u) => u.Arn, hidden: true },
];

export function Users() {
  const { items: users, ...pages } = usePages(async (Marker, abortSignal) => {
    const answer = await iam.send(new ListUsersCommand({ Marker, MaxItems: pageSize }), { abortSignal });
    return { items: answer.Users ?? [], next: answer.Marker };
  }, []);
  const details = useDetails(['User'], (answer) => answer.UserDetailList);
  const { data: report, reload: reloadReport } = useReport(!pages.more && pages.error === undefined);
  const items = useMemo(() => {
    const byName = new Map(details.items.map((detail) => [detail.UserName, detail]));
    return users.map((user): Item => ({ ...user, detail: byName.get(user.UserName), report: report && lineOf(user, report.lines) }));
  }, [users, details.items, report]);
  const [dialog, setDialog] = useState<{ kind: 'delete' | 'groups'; names: string[] }>();
  const reload = () => {
    pages.reload();
    details.reload();
    reloadReport();
  };
  const create = (
    <Button variant="primary" href={to`/users/create`}>
      Create user
    </Button>
  );
  return (
    <Page title="Users" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        {...pages}
        onReload={reload}
        title="Users"
        name="users"
        noun={['user', 'users']}
        description={
          <>
            People and programs with credentials of their own. MFA devices, and the ages of passwords and keys, are as in the{' '}
            <Link href={to`/credential-report`}>credential report</Link>
            {report && ` of ${exact(report.made)}`}.
          </>
        }
        items={items}
        id={name}
        columns={columns}
        properties={useTagProperties(items, tags)}
        actions={(selected) => (
          <>
            <Button disabled={selected.length === 0} onClick={() => setDialog({ kind: 'groups', names: selected.map(name) })}>
              Add to groups
            </Button>
            <Button disabled={selected.length === 0} onClick={() => setDialog({ kind: 'delete', names: selected.map(name) })}>
              Delete
            </Button>
            {create}
          </>
        )}
        empty={
          <EmptyState title="No users yet" action={create}>
            A user is a person who signs in, or a program that calls with keys of its own. Put people into groups, which hold the permissions; give programs a role where you can.
          </EmptyState>
        }
      />
      {dialog?.kind === 'delete' && (
        <DeleteDialog
          noun={['user', 'users']}
          names={dialog.names}
          removal={removalOfUser}
          onPartly={reload}
          onDismiss={(deleted) => {
            setDialog(undefined);
            if (deleted) reload();
          }}
        />
      )}
      {dialog?.kind === 'groups' && <AddToGroups users={dialog.names} onDone={reload} onDismiss={() => setDialog(undefined)} />}
    </Page>
  );
}

const name = (user: User) => user.UserName!;
