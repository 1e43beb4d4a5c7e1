import { ListUsersCommand, type User } from '@aws-sdk/client-iam';
import Link from '@cloudscape-design/components/link';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';

const columns: Column<User>[] = [
  { id: 'name', header: 'User name', cell: (u) => <Link href={to`/users/${u.UserName!}`}>{u.UserName}</Link>, value: (u) => u.UserName },
  { id: 'path', header: 'Path', cell: (u) => u.Path, value: (u) => u.Path, hidden: true },
  { id: 'created', header: 'Created', cell: (u) => <Age date={u.CreateDate} />, value: (u) => u.CreateDate?.toISOString() },
  { id: 'arn', header: 'ARN', cell: (u) => <CopyArn arn={u.Arn!} />, value: (u) => u.Arn },
];

export function Users() {
  const { items, ...pages } = usePages(async (Marker, abortSignal) => {
    const answer = await iam.send(new ListUsersCommand({ Marker, MaxItems: 200 }), { abortSignal });
    return { items: answer.Users ?? [], next: answer.Marker };
  }, []);
  return (
    <Page title="Users" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        {...pages}
        onReload={pages.reload}
        title="Users"
        name="users"
        noun={['user', 'users']}
        items={items}
        id={(user) => user.UserName!}
        columns={columns}
        empty={<EmptyState title="No users yet">A user is a person or a program that signs in or calls with keys of its own.</EmptyState>}
      />
    </Page>
  );
}
