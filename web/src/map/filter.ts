import type { AccessMap, Flag, Kind, Relation } from './model.ts';

/** Filter is what of the map is shown, in the picture and in its table alike. Empty lists show everything. */
export interface Filter {
  kinds: Kind[];
  flags: (Flag | 'findings')[];
  relations: Relation[];
  /** Only this node and those around it. */
  around: number | undefined;
}

export const everything: Filter = { kinds: [], flags: [], relations: [], around: undefined };

/** Shown tells of each node and each edge whether it is shown. */
export interface Shown {
  nodes: Uint8Array;
  edges: Uint8Array;
  count: number;
}

/**
 * applyFilter decides it. With flags chosen, what an edge of a chosen relation joins to a flagged node is shown as well: an
 * administrator alone on an empty page says nothing.
 */
export function applyFilter(map: AccessMap, filter: Filter, findings: ReadonlyMap<string, unknown>): Shown {
  const nodes = new Uint8Array(map.names.length);
  const edges = new Uint8Array(map.from.length);
  const kinds = new Set(filter.kinds);
  const flags = new Set<string>(filter.flags);
  const relations = new Set(filter.relations);
  const ofKind = (node: number) => kinds.size === 0 || kinds.has(map.kinds[node]!);
  const ofRelation = (edge: number) => relations.size === 0 || relations.has(map.relations[edge]!);
  const flagged = (node: number) =>
    flags.size === 0 || map.flags[node]!.some((flag) => flags.has(flag)) || (flags.has('findings') && findings.has(map.names[node]!));

  map.names.forEach((_, node) => {
    if (ofKind(node) && flagged(node)) nodes[node] = 1;
  });
  if (flags.size > 0) {
    const core = nodes.slice();
    map.from.forEach((from, edge) => {
      const to = map.to[edge]!;
      if (!ofRelation(edge) || core[from] === core[to]) return;
      const joined = core[from] ? to : from;
      if (ofKind(joined)) nodes[joined] = 1;
    });
  }
  if (filter.around !== undefined) {
    const near = new Uint8Array(nodes.length);
    near[filter.around] = 1;
    for (const edge of map.edgesOf[filter.around] ?? []) {
      if (ofRelation(edge)) near[map.from[edge]!] = near[map.to[edge]!] = 1;
    }
    nodes.forEach((shown, node) => (nodes[node] = node === filter.around ? 1 : shown & near[node]!));
  }
  map.from.forEach((from, edge) => {
    if (ofRelation(edge) && nodes[from] && nodes[map.to[edge]!]) edges[edge] = 1;
  });
  return { nodes, edges, count: nodes.reduce((sum, shown) => sum + shown, 0) };
}
