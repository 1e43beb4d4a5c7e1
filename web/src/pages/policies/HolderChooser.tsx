import { ListGroupsCommand, ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import Pagination from '@cloudscape-design/components/pagination';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useMemo, useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import type { Holder } from '../../editor/holder.ts';

export interface HolderChooserProps {
  without: readonly Holder[];
  most: number;
  onChoose: (holders: Holder[]) => void;
  onDismiss: () => void;
}

const pageSize = 10;
const kinds = [
  { id: 'group', text: 'Groups' },
  { id: 'role', text: 'Roles' },
  { id: 'user', text: 'Users' },
] as const;

/** HolderChooser chooses groups, roles and users to attach a policy to. */
export function HolderChooser({ without, most, onChoose, onDismiss }: HolderChooserProps) {
  const [kind, setKind] = useState<Holder['kind']>('group');
  const [text, setText] = useState('');
  const [page, setPage] = useState(1);
  const [chosen, setChosen] = useState<Holder[]>([]);
  const { items, error, loading, more, reload } = usePages((marker, signal) => list(kind, marker, signal), [kind]);
  const found = useMemo(() => {
    const taken = new Set(without.map((h) => `${h.kind} ${h.name}`));
    return items.filter((h) => h.kind === kind && !taken.has(`${h.kind} ${h.name}`) && h.name.toLowerCase().includes(text.toLowerCase()));
  }, [items, kind, text, without]);
  return (
    <Modal
      visible
      size="large"
      header="Attach the policy"
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" disabled={chosen.length === 0 || chosen.length > most} onClick={() => onChoose(chosen)}>
              Next
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <SegmentedControl
          label="Kind of entity"
          selectedId={kind}
          options={[...kinds]}
          onChange={({ detail }) => {
            setKind(detail.selectedId as Holder['kind']);
            setPage(1);
          }}
        />
        {error !== undefined && <ErrorAlert error={error} onRetry={reload} />}
        <Table
          variant="embedded"
          items={found.slice((page - 1) * pageSize, page * pageSize)}
          trackBy={({ kind: own, name }) => `${own} ${name}`}
          loading={loading}
          loadingText="Reading the list"
          selectionType="multi"
          selectedItems={chosen}
          onSelectionChange={({ detail }) => setChosen(detail.selectedItems)}
          ariaLabels={{
            tableLabel: 'Groups, roles and users',
            selectionGroupLabel: 'Select entities',
            allItemsSelectionLabel: () => 'Select all of this page',
            itemSelectionLabel: (_, { name }) => `Select ${name}`,
          }}
          columnDefinitions={[{ id: 'name', header: 'Name', cell: ({ name }) => name, isRowHeader: true }]}
          filter={
            <TextFilter
              filteringText={text}
              filteringPlaceholder="Find by name"
              filteringAriaLabel="Find by name"
              onChange={({ detail }) => {
                setText(detail.filteringText);
                setPage(1);
              }}
              countText={`${found.length}${more ? '+' : ''} match`}
            />
          }
          pagination={<Pagination currentPageIndex={page} pagesCount={Math.max(1, Math.ceil(found.length / pageSize))} onChange={({ detail }) => setPage(detail.currentPageIndex)} />}
          empty={<EmptyState title="Nobody matches" />}
          footer={chosen.length > 0 && `${chosen.length} chosen${chosen.length > most ? `: choose up to ${most} at once` : ''}`}
        />
      </SpaceBetween>
    </Modal>
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
