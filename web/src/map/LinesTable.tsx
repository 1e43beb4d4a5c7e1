import Button from '@cloudscape-design/components/button';
import { useMemo } from 'react';

import { EmptyState } from '../components/EmptyState.tsx';
import { type Column, ResourceTable } from '../components/ResourceTable.tsx';
import type { Shown } from './filter.ts';
import { relations } from './look.ts';
import { type AccessMap, labelOf } from './model.ts';

interface Row {
  edge: number;
  from: string;
  relation: string;
  to: string;
  how: string;
}

export interface LinesTableProps {
  map: AccessMap;
  shown: Shown;
  onSelect: (node: number) => void;
}

/** LinesTable is what the lines of the picture say: who has what with whom, and under which conditions. */
export function LinesTable({ map, shown, onSelect }: LinesTableProps) {
  const rows = useMemo(() => rowsOf(map, shown), [map, shown]);
  const columns = useMemo((): Column<Row>[] => {
    const end = (node: number, label: string) => (
      <Button variant="inline-link" onClick={() => onSelect(node)}>
        {label}
      </Button>
    );
    return [
      { id: 'from', header: 'From', value: ({ from }) => from, cell: ({ edge, from }) => end(map.from[edge]!, from) },
      { id: 'relation', header: 'Line', value: ({ relation }) => relation, cell: ({ edge }) => relations[map.relations[edge]!].out },
      { id: 'to', header: 'To', value: ({ to }) => to, cell: ({ edge, to }) => end(map.to[edge]!, to) },
      { id: 'how', header: 'How', value: ({ how }) => how, cell: ({ how }) => how || '–' },
    ];
  }, [map, onSelect]);
  return (
    <ResourceTable
      title="Lines of the map"
      name="map-lines"
      noun={['line', 'lines']}
      variant="container"
      selectable={false}
      items={rows}
      id={({ edge }) => String(edge)}
      columns={columns}
      empty={<EmptyState title="No lines are shown">The filter leaves no line of the map.</EmptyState>}
    />
  );
}

function rowsOf(map: AccessMap, shown: Shown): Row[] {
  const rows: Row[] = [];
  shown.edges.forEach((there, edge) => {
    if (!there) return;
    const note = map.notes[edge];
    rows.push({
      edge,
      from: labelOf(map, map.from[edge]!),
      relation: relations[map.relations[edge]!].name,
      to: labelOf(map, map.to[edge]!),
      how: note ? [note.title, ...(note.requirements.length > 0 ? [`only ${note.requirements.join(' and ')}`] : [])].join(', ') : '',
    });
  });
  return rows;
}
