import Box from '@cloudscape-design/components/box';
import TreeView from '@cloudscape-design/components/tree-view';
import { useState } from 'react';

import type { Json } from './record.ts';

interface Node {
  path: string;
  name: string;
  value: Json;
}

/** children are the members of an object or list, by name. */
function children({ path, value }: Node): Node[] | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  return Object.entries(value).map(([name, inner]) => ({ path: `${path}/${name}`, name, value: inner }));
}

/** pathsOf are those of everything that can be opened. */
function pathsOf(node: Node): string[] {
  const inner = children(node);
  return inner ? [node.path, ...inner.flatMap(pathsOf)] : [];
}

/** RecordTree shows a record as a tree, opened. */
export function RecordTree({ record }: { record: { [name: string]: Json } }) {
  const root: Node = { path: '', name: '', value: record };
  const [open, setOpen] = useState<readonly string[]>(() => pathsOf(root));
  return (
    <TreeView
      ariaLabel="The record as a tree"
      items={children(root) ?? []}
      getItemId={({ path }) => path}
      getItemChildren={children}
      expandedItems={open}
      onItemToggle={({ detail }) => setOpen(detail.expanded ? [...open, detail.id] : open.filter((path) => path !== detail.id))}
      renderItem={(node) => ({ content: <Line node={node} />, announcementLabel: node.name })}
      connectorLines="vertical"
    />
  );
}

function Line({ node: { name, value } }: { node: Node }) {
  return (
    <>
      <Box variant="span" fontWeight="bold">
        {name}
      </Box>
      {valueText(value) !== '' && <Box variant="span">: {valueText(value)}</Box>}
    </>
  );
}

function valueText(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : '';
  if (value !== null && typeof value === 'object') return Object.keys(value).length === 0 ? 'none' : '';
  return value === null ? 'none' : String(value);
}
