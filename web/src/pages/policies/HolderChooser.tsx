import { ListGroupsCommand, ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { useCallback, useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { Chooser, type ChooserProps } from '../../editor/Chooser.tsx';
import type { Holder } from '../../editor/holder.ts';

export interface HolderChooserProps {
  without: readonly Holder[];
  most: number;
  onChoose: (holders: Holder[]) => void;
  onDismiss: () => void;
}

const kinds = [
  { id: 'group', text: 'Groups', noun: 'groups' },
  { id: 'role', text: 'Roles', noun: 'roles' },
  { id: 'user', text: 'Users', noun: 'users' },
] as const;

const columns: ChooserProps<Holder>['columns'] = [{ id: 'name', header: 'Name', cell: ({ name }) => name, isRowHeader: true }];
const id = ({ kind, name }: Holder) => `${kind} ${name}`;
const nameOf = ({ name }: Holder) => name;

/** HolderChooser chooses groups, roles and users to attach a policy to. */
export function HolderChooser({ without, most, onChoose, onDismiss }: HolderChooserProps) {
  const [kind, setKind] = useState<Holder['kind']>('group');
  const pages = usePages((marker, signal) => list(kind, marker, signal), [kind]);
  const offered = useCallback((holder: Holder) => holder.kind === kind && !without.some((taken) => id(taken) === id(holder)), [kind, without]);
  return (
    <Chooser
      title="Attach the policy"
      noun={kinds.find((one) => one.id === kind)!.noun}
      pages={pages}
      offered={offered}
      id={id}
      name={nameOf}
      columns={columns}
      most={most}
      onChoose={onChoose}
      onDismiss={onDismiss}
    >
      <SegmentedControl
        label="Kind of entity"
        selectedId={kind}
        options={kinds.map(({ id: own, text }) => ({ id: own, text }))}
        onChange={({ detail }) => setKind(detail.selectedId as Holder['kind'])}
      />
    </Chooser>
  );
}

async function list(kind: Holder['kind'], Marker: string | undefined, abortSignal: AbortSignal): Promise<{ items: Holder[]; next?: string }> {
  const options = { abortSignal };
  const page = { Marker, MaxItems: 1000 };
  switch (kind) {
    case 'user': {
      const { Users = [], Marker: next } = await iam.send(new ListUsersCommand(page), options);
      return { items: Users.map(({ UserName }) => ({ kind, name: UserName! })), ...(next !== undefined && { next }) };
    }
    case 'group': {
      const { Groups = [], Marker: next } = await iam.send(new ListGroupsCommand(page), options);
      return { items: Groups.map(({ GroupName }) => ({ kind, name: GroupName! })), ...(next !== undefined && { next }) };
    }
    case 'role': {
      const { Roles = [], Marker: next } = await iam.send(new ListRolesCommand(page), options);
      return { items: Roles.map(({ RoleName }) => ({ kind, name: RoleName! })), ...(next !== undefined && { next }) };
    }
  }
}
