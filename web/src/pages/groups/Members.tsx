import { AddUserToGroupCommand, GetGroupCommand, RemoveUserFromGroupCommand, type User } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';
import { useAct } from '../../components/useAct.ts';
import { pageSize } from '../identity/details.ts';
import { runSteps } from '../identity/steps.ts';
import { UserSelect } from './UserSelect.tsx';

const name = (user: User) => user.UserName!;
const counted = (users: readonly unknown[]) => (users.length === 1 ? '1 user' : `${users.length} users`);

const columns: Column<User>[] = [
  { id: 'name', header: 'User name', cell: (u) => <Link href={to`/users/${name(u)}`}>{name(u)}</Link>, value: name },
  { id: 'signin', header: 'Last console sign-in', cell: (u) => <Age date={u.PasswordLastUsed} />, value: (u) => u.PasswordLastUsed?.toISOString() },
  { id: 'created', header: 'Created', cell: (u) => <Age date={u.CreateDate} />, value: (u) => u.CreateDate?.toISOString() },
];

/** Members shows the users of a group, to add and to remove. */
export function Members({ group: GroupName }: { group: string }) {
  const { items, reload, ...pages } = usePages(
    async (Marker, abortSignal) => {
      const answer = await iam.send(new GetGroupCommand({ GroupName, Marker, MaxItems: pageSize }), { abortSignal });
      return { items: answer.Users ?? [], next: answer.Marker };
    },
    [GroupName],
  );
  const [adding, setAdding] = useState(false);
  const { act } = useAct();
  const remove = (users: User[]) =>
    act(async () => {
      const steps = users.map(({ UserName }) => ({ what: `Remove ${UserName}`, run: () => iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName })) }));
      const failure = await runSteps(steps, () => {});
      reload();
      if (failure) throw failure.error;
      flash.success(`Removed ${counted(users)} from ${GroupName}`);
    });
  const add = <Button onClick={() => setAdding(true)}>Add users</Button>;
  return (
    <>
      <ResourceTable
        {...pages}
        onReload={reload}
        title="Users"
        name="group-users"
        noun={['user', 'users']}
        variant="container"
        items={items}
        id={name}
        columns={columns}
        actions={(selected) => (
          <>
            <Button disabled={selected.length === 0} onClick={() => remove(selected)}>
              Remove
            </Button>
            {add}
          </>
        )}
        empty={
          <EmptyState title="Nobody is in this group" action={add}>
            Users of the group may do what its policies allow.
          </EmptyState>
        }
      />
      {adding && (
        <AddUsers
          group={GroupName}
          without={items.map(name)}
          onDismiss={() => {
            setAdding(false);
            reload();
          }}
        />
      )}
    </>
  );
}

function AddUsers({ group: GroupName, without, onDismiss }: { group: string; without: readonly string[]; onDismiss: () => void }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const save = async () => {
    const steps = chosen.map((UserName) => ({ what: `Add ${UserName}`, run: () => iam.send(new AddUserToGroupCommand({ GroupName, UserName })) }));
    const failure = await runSteps(steps, () => {});
    if (failure) throw failure.error;
    flash.success(`Added ${counted(chosen)} to ${GroupName}`);
  };
  return (
    <FormDialog title={`Add users to ${GroupName}`} verb="Add" disabled={chosen.length === 0} onSubmit={save} onDismiss={onDismiss}>
      <UserSelect label="Users" without={without} chosen={chosen} onChange={setChosen} />
    </FormDialog>
  );
}
