import { ListPoliciesCommand, type Policy } from '@aws-sdk/client-iam';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useMemo, useState } from 'react';

import { iam } from '../api/clients/iam.ts';
import { usePages } from '../api/usePages.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { ErrorAlert } from '../components/ErrorAlert.tsx';

export interface PolicyChooserProps {
  title: string;
  /** More than one may be chosen, ten at most. */
  several?: boolean;
  /** ARNs that are not offered. */
  without?: readonly string[];
  onChoose: (arns: string[]) => void;
  onDismiss: () => void;
}

const pageSize = 10;
/** most is how many are chosen at once: as many as one preview takes. */
const most = 10;

/** PolicyChooser chooses among the managed policies that can be attached: the account's own first, then AWS's. */
export function PolicyChooser({ title, several, without = [], onChoose, onDismiss }: PolicyChooserProps) {
  const { items, error, loading, more, reload } = usePages(async (Marker, abortSignal) => {
    const answer = await iam.send(new ListPoliciesCommand({ Scope: 'All', Marker, MaxItems: 1000 }), { abortSignal });
    return { items: answer.Policies ?? [], next: answer.Marker };
  }, []);
  const [text, setText] = useState('');
  const [page, setPage] = useState(1);
  const [chosen, setChosen] = useState<Policy[]>([]);
  const found = useMemo(() => {
    const needle = text.toLowerCase();
    const hidden = new Set(without);
    return items.filter(({ Arn = '', PolicyName = '', IsAttachable }) => IsAttachable && !hidden.has(Arn) && PolicyName.toLowerCase().includes(needle));
  }, [items, text, without]);
  return (
    <Modal
      visible
      size="large"
      header={title}
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" disabled={chosen.length === 0 || chosen.length > most} onClick={() => onChoose(chosen.map(({ Arn }) => Arn!))}>
              Next
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {error !== undefined ? (
        <ErrorAlert error={error} onRetry={reload} />
      ) : (
        <Table
          variant="embedded"
          items={found.slice((page - 1) * pageSize, page * pageSize)}
          trackBy="Arn"
          loading={loading}
          loadingText="Reading the policies"
          selectionType={several ? 'multi' : 'single'}
          selectedItems={chosen}
          onSelectionChange={({ detail }) => setChosen(detail.selectedItems)}
          ariaLabels={{
            tableLabel: 'Managed policies',
            selectionGroupLabel: 'Select policies',
            allItemsSelectionLabel: () => 'Select all policies of this page',
            itemSelectionLabel: (_, { PolicyName = '' }) => `Select ${PolicyName}`,
          }}
          columnDefinitions={[
            { id: 'name', header: 'Policy name', cell: ({ PolicyName }) => PolicyName, isRowHeader: true },
            { id: 'owner', header: 'Managed by', cell: ({ Arn = '' }) => (Arn.includes('::aws:') ? 'AWS' : 'This account') },
            { id: 'uses', header: 'Attached to', cell: ({ AttachmentCount = 0 }) => AttachmentCount },
          ]}
          filter={
            <TextFilter
              filteringText={text}
              filteringPlaceholder="Find policies by name"
              filteringAriaLabel="Find policies by name"
              onChange={({ detail }) => {
                setText(detail.filteringText);
                setPage(1);
              }}
              countText={`${found.length}${more ? '+' : ''} match`}
            />
          }
          pagination={<Pagination currentPageIndex={page} pagesCount={Math.max(1, Math.ceil(found.length / pageSize))} onChange={({ detail }) => setPage(detail.currentPageIndex)} />}
          empty={<EmptyState title="No policies match" />}
          footer={several && chosen.length > most && `Choose up to ${most} at once.`}
        />
      )}
    </Modal>
  );
}
