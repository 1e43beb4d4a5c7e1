import { type Group, ListGroupsForUserCommand, RemoveUserFromGroupCommand } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useState } from 'react';

import { all } from '../../api/all.ts';
import { iam } from '../../api/clients/iam.ts';
import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { flash } from '../../components/Flash.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';
import { useAct } from '../../components/useAct.ts';
import { runSteps } from '../identity/steps.ts';
import { AddToGroups } from './AddToGroups.tsx';

const columns: Column<Group>[] = [
  { id: 'name', header: 'Group name', cell: (g) => <Link href={to`/groups/${g.GroupName!}`}>{g.GroupName}</Link>, value: (g) => g.GroupName },
  { id: 'path', header: 'Path', cell: (g) => g.Path, value: (g) => g.Path },
  { id: 'created', header: 'Created', cell: (g) => <Age date={g.CreateDate} />, value: (g) => g.CreateDate?.toISOString() },
];

/** UserGroups shows the groups of a user, to join and to leave. */
export function UserGroups({ user: UserName }: { user: string }) {
  const { data, error, loading, reload } = useCall(
    (abortSignal) => all((Marker) => iam.send(new ListGroupsForUserCommand({ UserName, Marker }), { abortSignal }), ({ Groups }) => Groups),
    [UserName],
  );
  const [adding, setAdding] = useState(false);
  const { act } = useAct();
  const leave = (groups: Group[]) =>
    act(async () => {
      const steps = groups.map(({ GroupName }) => ({ what: `Remove from group ${GroupName}`, run: () => iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName })) }));
      const failure = await runSteps(steps, () => {});
      reload();
      if (failure) throw failure.error;
      flash.success(`Removed ${UserName} from ${groups.map(({ GroupName }) => GroupName).join(', ')}`);
    });
  const add = <Button onClick={() => setAdding(true)}>Add to groups</Button>;
  return (
    <>
      <ResourceTable
        title="Groups"
        name="user-groups"
        noun={['group', 'groups']}
        variant="container"
        items={data ?? []}
        loading={loading && !data}
        error={error}
        onReload={reload}
        id={(group) => group.GroupName!}
        columns={columns}
        actions={(selected) => (
          <>
            <Button disabled={selected.length === 0} onClick={() => leave(selected)}>
              Remove
            </Button>
            {add}
          </>
        )}
        empty={
          <EmptyState title="In no group" action={add}>
            Permissions that several people need belong to a group; whoever joins it has them, and whoever leaves it loses them.
          </EmptyState>
        }
      />
      {adding && (
        <AddToGroups users={[UserName]} without={data?.map(({ GroupName }) => GroupName!) ?? []} onDone={reload} onDismiss={() => setAdding(false)} />
      )}
    </>
  );
}
