import type { GetAccessMapResponse } from '../api/warder.ts';
import { mostNamed, roomForNames } from './room.ts';

/** Kind says what a node is, as GetAccessMap names it. */
export type Kind =
  'root' | 'group' | 'service' | 'provider' | 'account' | 'outsider' | 'everyone' | 'user' | 'role' | 'policy' | 'aws-policy' | 'resource';

/** Relation says what an edge means. */
export type Relation = 'member' | 'attached' | 'boundary' | 'trust' | 'names' | 'step' | 'escalation' | 'external';

export type Flag = 'admin' | 'escalates' | 'external' | 'public' | 'unused' | 'conditional';

export interface Note {
  title: string;
  step?: string;
  object?: string;
  requirements: string[];
}

/** AccessMap is the answer of GetAccessMap, ready to draw: nodes and edges are known by their numbers. */
export interface AccessMap {
  revision: string;
  at: Date;
  /** When the account was made. */
  since: Date;
  /** Whether it is known who may become whom; if not, it will be soon. */
  analysed: boolean;
  truncated: boolean;
  unknown: string[];

  /** Of each node. */
  names: string[];
  kinds: Kind[];
  flags: Flag[][];
  x: Float64Array;
  y: Float64Array;
  /** All names are shown: the map is small, and its places have room for them. They are in pixels then, and else 100 apart. */
  named: boolean;
  /** The node around which it stands, or -1. */
  homes: number[];

  /** Of each edge. */
  from: number[];
  to: number[];
  relations: Relation[];
  notes: (Note | undefined)[];

  /** The edges of each node, in and out. */
  edgesOf: number[][];
  /** Nodes by name. */
  index: Map<string, number>;
}

export function readMap(answer: GetAccessMapResponse): AccessMap {
  const { nodes, edges } = answer;
  const names = nodes.names.map((name) => (name.startsWith(':') ? answer.arnPrefix + name : name));
  const combinations = new Map<number, Flag[]>();
  const flags = nodes.flags.map((bits) => {
    const known = combinations.get(bits) ?? (answer.flagNames.filter((_, bit) => (bits >> bit) & 1) as Flag[]);
    combinations.set(bits, known);
    return known;
  });
  const edgesOf: number[][] = names.map(() => []);
  edges.from.forEach((from, edge) => {
    edgesOf[from]!.push(edge);
    edgesOf[edges.to[edge]!]!.push(edge);
  });
  const map: AccessMap = {
    revision: answer.revision,
    at: new Date(answer.at),
    since: new Date(answer.since),
    analysed: answer.analysed,
    truncated: answer.truncated,
    unknown: answer.unknown,
    names,
    kinds: nodes.kinds.map((kind) => answer.nodeKinds[kind] as Kind),
    flags,
    x: Float64Array.from(nodes.x),
    y: Float64Array.from(nodes.y, (y) => -y),
    named: false,
    homes: nodes.homes,
    from: edges.from,
    to: edges.to,
    relations: edges.kinds.map((kind) => answer.edgeKinds[kind] as Relation),
    notes: edges.notes.map((note) => answer.notes[note]),
    edgesOf,
    index: new Map(names.map((name, node) => [name, node])),
  };
  if (names.length === 0 || names.length > mostNamed) return map;
  return { ...map, ...roomForNames(map, names.map((_, node) => labelOf(map, node))), named: true };
}

/** labelOf is a node's name for people: the last part of its ARN, or what policies call it. */
export function labelOf(map: AccessMap, node: number): string {
  const name = map.names[node]!;
  switch (map.kinds[node]) {
    case 'root':
      return 'Root user';
    case 'everyone':
      return 'Everyone';
    case 'account':
      return `Account ${name.split(':')[4] ?? name}`;
    case 'resource':
      return name.split(':').slice(2).filter(Boolean).join(':');
    default:
      return name.startsWith('arn:') ? name.slice(name.lastIndexOf('/') + 1) : name;
  }
}

/** other is the node at the other end of an edge. */
export function other(map: AccessMap, edge: number, node: number): number {
  return map.from[edge] === node ? map.to[edge]! : map.from[edge]!;
}

/** neighbourhood is the node and all that have an edge with it. */
export function neighbourhood(map: AccessMap, node: number): Set<number> {
  const all = new Set([node]);
  for (const edge of map.edgesOf[node]!) all.add(other(map, edge, node));
  return all;
}

/** search finds nodes whose label or ARN has the text, the best first: what begins with it, then the shortest. */
export function search(map: AccessMap, text: string, most: number): number[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const found: { node: number; rank: number; length: number }[] = [];
  map.names.forEach((name, node) => {
    const label = labelOf(map, node).toLowerCase();
    const rank = label === wanted ? 0 : label.startsWith(wanted) ? 1 : label.includes(wanted) ? 2 : name.toLowerCase().includes(wanted) ? 3 : -1;
    if (rank >= 0) found.push({ node, rank, length: label.length });
  });
  found.sort((a, b) => a.rank - b.rank || a.length - b.length || (map.names[a.node]! < map.names[b.node]! ? -1 : 1));
  return found.slice(0, most).map(({ node }) => node);
}
