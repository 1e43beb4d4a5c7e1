import { useCollection } from '@cloudscape-design/collection-hooks';
import Button from '@cloudscape-design/components/button';
import CollectionPreferences from '@cloudscape-design/components/collection-preferences';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import PropertyFilter, { type PropertyFilterProps } from '@cloudscape-design/components/property-filter';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';

import { EmptyState } from './EmptyState.tsx';
import { ErrorAlert } from './ErrorAlert.tsx';
import { readFilter, writeFilter } from './filterUrl.ts';
import { suggestions } from './suggestions.ts';

/** Value is what rows are filtered and sorted by. */
export type Value = string | number | undefined;

/** Column is a column, and with `value` a property to filter and sort by. */
export interface Column<T> {
  id: string;
  header: string;
  cell: (item: T) => ReactNode;
  value?: (item: T) => Value;
  /** What rows are sorted by where that is another order than the value's, such as the rank of a severity. */
  rank?: (item: T) => number;
  /** Its values are numbers: they are filtered by more and less, and not found by a text that has their digits. */
  numeric?: boolean;
  width?: number;
  /** The cell that names the row; the first column unless said otherwise. */
  rowHeader?: boolean;
  /** Not shown unless the reader asks for it in the preferences. */
  hidden?: boolean;
}

/** Property is something to filter by that is no column, such as a tag. */
export interface Property<T> {
  id: string;
  label: string;
  group?: string;
  value: (item: T) => Value;
}

export interface ResourceTableProps<T> {
  /** The title, and the table's name in the URL and the preferences where a page has several. */
  title: string;
  name: string;
  items: readonly T[];
  id: (item: T) => string;
  columns: readonly Column<T>[];
  properties?: readonly Property<T>[];
  /** What one item is called: "user", and several: "users". */
  noun: [string, string];
  loading?: boolean;
  /** More items are still on their way. */
  more?: boolean;
  error?: unknown;
  onReload?: () => void;
  /** What can be done, with what is selected. */
  actions?: (selected: T[]) => ReactNode;
  /** Whether rows can be selected; as there are actions or not, unless said otherwise. */
  selectable?: boolean;
  /** How many at a time; several unless said otherwise. */
  selection?: 'single' | 'multi';
  empty: ReactNode;
  description?: ReactNode;
  /** A page of its own, or a part of one. */
  variant?: 'full-page' | 'container' | 'embedded';
  /** The filter stands in the page's URL: that of one table, a full page's unless said otherwise. */
  linked?: boolean;
}

type Row<T> = { item: T } & Record<string, unknown>;

/** ResourceTable is a list: filtered by properties, sorted, paged, with selection and the filter in the URL. */
export function ResourceTable<T>(props: ResourceTableProps<T>) {
  const { items, id, columns, properties = [], noun, name, variant = 'full-page', linked = variant === 'full-page' } = props;
  const [preferences, setPreferences] = usePreferences(name, columns);
  const [search, setSearch] = useSearchParams();

  const rows = useMemo(() => {
    const values = [...columns.filter(({ value }) => value), ...properties] as Property<T>[];
    return items.map((item) => {
      const row: Row<T> = { item };
      for (const { id: key, value } of values) row[key] = value(item) ?? '';
      for (const column of columns) if (column.rank) row[sortedBy(column)!] = column.rank(item);
      return row;
    });
  }, [items, columns, properties]);

  const filteringProperties = useMemo(() => filterProperties(columns, properties), [columns, properties]);
  const filteringOptions = useMemo(() => suggestions(rows, filteringProperties.map(({ key }) => key)), [rows, filteringProperties]);
  const [query, setQuery] = useState(() => readFilter(linked ? search : new URLSearchParams(), filteringProperties.map(({ key }) => key)));
  const keys = filteringProperties.map(({ key }) => key).join(' ');
  const inUrl = search.getAll('f').join(' ') + search.get('or');
  useEffect(() => {
    if (linked) setQuery(readFilter(search, filteringProperties.map(({ key }) => key)));
    // The filter is the URL's, and may name a property that comes with later items.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [keys, inUrl]);

  const filter = (next: PropertyFilterProps.Query) => {
    setQuery(next);
    if (!linked) return;
    const changed = new URLSearchParams(search);
    writeFilter(next, changed);
    setSearch(changed, { replace: true });
  };

  const [selected, setSelected] = useState<string[]>([]);
  const clear = <Button onClick={() => filter({ tokens: [], operation: 'and' })}>Clear filter</Button>;
  const { items: shown, actions, collectionProps, paginationProps, propertyFilterProps, filteredItemsCount } = useCollection(rows, {
    propertyFiltering: {
      filteringProperties,
      filteringOptions,
      defaultQuery: query,
      empty: props.empty,
      noMatch: <EmptyState title={`No ${noun[1]} match`} action={clear} />,
    },
    sorting: { defaultState: { sortingColumn: { sortingField: sortedBy(columns[0]!) } } },
    pagination: { pageSize: preferences.pageSize },
    selection: { trackBy: (row) => id(row.item) },
  });
  const chosen = useMemo(() => {
    const set = new Set(selected);
    return rows.filter((row) => set.has(id(row.item)));
  }, [rows, selected, id]);
  const { setPropertyFiltering } = actions;
  useEffect(() => setPropertyFiltering(query), [query]); // oxlint-disable-line react/exhaustive-deps

  const selectable = props.selectable ?? props.actions !== undefined;
  // A part of a page with a few rows needs no tools to find one.
  const small = variant !== 'full-page' && !linked && items.length <= 10 && query.tokens.length === 0;
  const counter = `${chosen.length > 0 ? `${chosen.length}/` : ''}${items.length.toLocaleString('en')}${props.more && items.length > 0 ? '+' : ''}`;
  const header = (
    <Header
      variant={variant === 'full-page' ? 'awsui-h1-sticky' : 'h2'}
      counter={`(${counter})`}
      description={props.description}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {props.onReload && <Button iconName="refresh" ariaLabel={`Read the ${noun[1]} anew`} onClick={props.onReload} />}
          {props.actions?.(chosen.map(({ item }) => item))}
        </SpaceBetween>
      }
    >
      {props.title}
    </Header>
  );
  return (
    <Table
      {...collectionProps}
      variant={variant}
      stickyHeader={variant === 'full-page'}
      items={shown}
      header={header}
      loading={props.loading}
      loadingText={`Reading the ${noun[1]}`}
      wrapLines // rather than cut
      selectionType={selectable ? (props.selection ?? 'multi') : undefined}
      selectedItems={chosen}
      onSelectionChange={({ detail }) => setSelected(detail.selectedItems.map((row) => id(row.item)))}
      ariaLabels={{
        tableLabel: props.title,
        selectionGroupLabel: `Select ${noun[1]}`,
        allItemsSelectionLabel: () => `Select all ${noun[1]} of this page`,
        itemSelectionLabel: (_, row) => `Select ${id(row.item)}`,
      }}
      columnDefinitions={columns.map((column, i) => ({
        id: column.id,
        header: column.header,
        cell: (row: Row<T>) => column.cell(row.item),
        sortingField: sortedBy(column),
        minWidth: column.width,
        isRowHeader: column.rowHeader ?? i === 0,
      }))}
      columnDisplay={columns.map(({ id: column }) => ({ id: column, visible: preferences.visible.includes(column) }))}
      empty={props.error === undefined ? collectionProps.empty : <ErrorAlert error={props.error} onRetry={props.onReload} />}
      filter={
        small ? undefined : <PropertyFilter
          {...propertyFilterProps}
          query={query}
          onChange={({ detail }) => filter(detail)}
          filteringPlaceholder={`Find ${noun[1]}`}
          filteringAriaLabel={`Find ${noun[1]}`}
          countText={query.tokens.length > 0 ? `${(filteredItemsCount ?? 0).toLocaleString('en')} match` : ''}
          virtualScroll
          expandToViewport
        />
      }
      pagination={small ? undefined : <Pagination {...paginationProps} openEnd={props.more} />}
      preferences={
        small ? undefined : <CollectionPreferences
          title="Preferences"
          confirmLabel="Confirm"
          cancelLabel="Cancel"
          preferences={{ pageSize: preferences.pageSize, visibleContent: preferences.visible }}
          onConfirm={({ detail }) =>
            setPreferences({ pageSize: detail.pageSize ?? 20, visible: [...(detail.visibleContent ?? preferences.visible)] })
          }
          pageSizePreference={{ options: [10, 20, 50, 100].map((value) => ({ value, label: `${value} ${noun[1]}` })) }}
          visibleContentPreference={{
            title: 'Columns',
            options: [{ label: 'Columns', options: columns.map((column, i) => ({ id: column.id, label: column.header, editable: i > 0 })) }],
          }}
        />
      }
    />
  );
}

/** sortedBy is the field of a row that a column is sorted by. */
function sortedBy<T>({ id, value, rank }: Column<T>): string | undefined {
  return rank ? `rank ${id}` : value && id;
}

function filterProperties<T>(columns: readonly Column<T>[], properties: readonly Property<T>[]) {
  const own = columns.filter(({ value }) => value).map(({ id, header, numeric = false }) => ({ id, label: header, group: undefined, numeric }));
  return [...own, ...properties.map((property) => ({ ...property, numeric: false }))].map(({ id, label, group, numeric }) => ({
    key: id,
    propertyLabel: label,
    groupValuesLabel: `${label} values`,
    group,
    operators: numeric ? [...numberOperators] : [...textOperators],
  }));
}

const textOperators = ['=', '!=', ':', '!:', '^'] as const;

/** Rows without a value are neither more nor less than a number. */
const numberOperators = [
  '=' as const,
  '!=' as const,
  ordered('>', (value, limit) => value > limit),
  ordered('>=', (value, limit) => value >= limit),
  ordered('<', (value, limit) => value < limit),
  ordered('<=', (value, limit) => value <= limit),
];

function ordered(operator: '>' | '>=' | '<' | '<=', holds: (value: number, limit: number) => boolean) {
  return { operator, match: (value: unknown, limit: unknown) => value !== '' && holds(Number(value), Number(limit)) };
}

interface Preferences {
  pageSize: number;
  visible: string[];
}

/** usePreferences keeps a table's page size and columns in the browser. */
function usePreferences<T>(name: string, columns: readonly Column<T>[]): [Preferences, (next: Preferences) => void] {
  const key = `warder.table.${name}`;
  const [preferences, set] = useState<Preferences>(() => {
    const fallback = { pageSize: 20, visible: columns.filter(({ hidden }) => !hidden).map(({ id }) => id) };
    try {
      return { ...fallback, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Preferences>) };
    } catch {
      return fallback;
    }
  });
  return [
    preferences,
    (next) => {
      set(next);
      localStorage.setItem(key, JSON.stringify(next));
    },
  ];
}
