import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { type ReactNode, useMemo, useState } from 'react';

import type { Pages } from '../api/usePages.ts';
import { Dialog } from '../components/Dialog.tsx';
import { DialogFooter } from '../components/DialogFooter.tsx';
import { EmptyState } from '../components/EmptyState.tsx';
import { ErrorAlert } from '../components/ErrorAlert.tsx';

export interface ChooserProps<T> {
  title: string;
  /** What the items are called: "policies". */
  noun: string;
  pages: Pages<T>;
  /** offered says which of them may be chosen. */
  offered: (item: T) => boolean;
  id: (item: T) => string;
  name: (item: T) => string;
  columns: TableProps<T>['columnDefinitions'];
  /** How many may be chosen at once. */
  most: number;
  /** What stands above the list. */
  children?: ReactNode;
  onChoose: (items: T[]) => void;
  onDismiss: () => void;
}

const pageSize = 10;

/** Chooser chooses from a long list in a window of its own, by name. */
export function Chooser<T>({ title, noun, pages: { items, error, loading, more, reload }, offered, id, name, columns, most, children, onChoose, onDismiss }: ChooserProps<T>) {
  const [text, setText] = useState('');
  const [page, setPage] = useState(1);
  const [chosen, setChosen] = useState<T[]>([]);
  const found = useMemo(() => items.filter((item) => offered(item) && name(item).toLowerCase().includes(text.toLowerCase())), [items, offered, name, text]);
  const last = Math.max(1, Math.ceil(found.length / pageSize));
  const shown = Math.min(page, last);
  return (
    <Dialog
      size="large"
      title={title}
      onDismiss={onDismiss}
      footer={<DialogFooter verb="Next" disabled={chosen.length === 0 || chosen.length > most} onSubmit={() => onChoose(chosen)} onDismiss={onDismiss} />}
    >
      <SpaceBetween size="s">
        {children}
        <ErrorAlert error={error} onRetry={reload} />
        <Table
          variant="embedded"
          items={found.slice((shown - 1) * pageSize, shown * pageSize)}
          trackBy={id}
          loading={loading}
          loadingText={`Reading the ${noun}`}
          selectionType={most > 1 ? 'multi' : 'single'}
          selectedItems={chosen}
          onSelectionChange={({ detail }) => setChosen(detail.selectedItems)}
          ariaLabels={{
            tableLabel: title,
            selectionGroupLabel: `Select ${noun}`,
            allItemsSelectionLabel: () => `Select all ${noun} of this page`,
            itemSelectionLabel: (_, item) => `Select ${name(item)}`,
          }}
          columnDefinitions={columns}
          filter={
            <TextFilter
              filteringText={text}
              filteringPlaceholder={`Find ${noun} by name`}
              filteringAriaLabel={`Find ${noun} by name`}
              onChange={({ detail }) => {
                setText(detail.filteringText);
                setPage(1);
              }}
              countText={`${found.length}${more ? '+' : ''} match`}
            />
          }
          pagination={<Pagination currentPageIndex={shown} pagesCount={last} onChange={({ detail }) => setPage(detail.currentPageIndex)} />}
          empty={<EmptyState title={`No ${noun} match`} />}
          footer={most > 1 && chosen.length > 0 && `${chosen.length} chosen${chosen.length > most ? `: choose up to ${most} at once` : ''}`}
        />
      </SpaceBetween>
    </Dialog>
  );
}
