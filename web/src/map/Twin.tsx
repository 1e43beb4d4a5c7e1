import Button from '@cloudscape-design/components/button';
import { useMemo } from 'react';

import { EmptyState } from '../components/EmptyState.tsx';
import { type Column, ResourceTable } from '../components/ResourceTable.tsx';
import type { Shown } from './filter.ts';
import { flagNames, kinds } from './look.ts';
import { type AccessMap, type Kind, labelOf } from './model.ts';
import { KindSymbol } from './Symbol.tsx';
import style from './map.module.css';

interface Row {
  node: number;
  label: string;
  kind: string;
  marks: string;
  links: number;
  arn: string;
}

/** Twin is the picture as a table: the same nodes, under the same filter. */
export function Twin({ map, shown, findings, onSelect }: { map: AccessMap; shown: Shown; findings: ReadonlyMap<string, number>; onSelect: (node: number) => void }) {
  const rows = useMemo(() => rowsOf(map, shown, findings), [map, shown, findings]);
  const columns = useMemo(
    (): Column<Row>[] => [
      {
        id: 'name',
        header: 'Name',
        value: ({ label }) => label,
        // oxlint-disable-next-line react/no-unstable-nested-components -- a function that gives a cell, as in every column
        cell: ({ node, label }) => <Name kind={map.kinds[node]!} label={label} onSelect={() => onSelect(node)} />,
      },
      { id: 'kind', header: 'Kind', value: ({ kind }) => kind, cell: ({ kind }) => kind },
      { id: 'marks', header: 'Marks', value: ({ marks }) => marks, cell: ({ marks }) => marks || '–' },
      { id: 'links', header: 'Lines', value: ({ links }) => links, cell: ({ links }) => links },
      { id: 'arn', header: 'ARN', value: ({ arn }) => arn, cell: ({ arn }) => arn },
    ],
    [map, onSelect],
  );
  return (
    <ResourceTable
      title="Access map"
      name="map"
      noun={['node', 'nodes']}
      variant="container"
      selectable={false}
      items={rows}
      id={({ node }) => String(node)}
      columns={columns}
      empty={<EmptyState title="Nothing is shown">The filter leaves nothing of the map.</EmptyState>}
    />
  );
}

function Name({ kind, label, onSelect }: { kind: Kind; label: string; onSelect: () => void }) {
  return (
    <span className={style.symbolled}>
      <KindSymbol kind={kind} />
      <Button variant="inline-link" onClick={onSelect}>
        {label}
      </Button>
    </span>
  );
}

function rowsOf(map: AccessMap, shown: Shown, findings: ReadonlyMap<string, number>): Row[] {
  const rows: Row[] = [];
  shown.nodes.forEach((there, node) => {
    if (!there) return;
    const arn = map.names[node]!;
    const count = findings.get(arn);
    const marks = map.flags[node]!.map((flag) => flagNames[flag]);
    if (count) marks.push(`${count} ${count === 1 ? 'finding' : 'findings'}`);
    rows.push({ node, label: labelOf(map, node), kind: kinds[map.kinds[node]!].name, marks: marks.join(', '), links: map.edgesOf[node]!.length, arn });
  });
  return rows;
}
