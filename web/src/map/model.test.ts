import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { applyFilter, everything } from './filter.ts';
import { labelOf, neighbourhood, readMap, search } from './model.ts';

/** Alice is in dev, which has a policy; a partner gets in to a role. */
const map = readMap({
  revision: '1',
  at: '2026-01-02T00:00:00Z',
  since: '2026-01-01T00:00:00Z',
  unchanged: false,
  analysed: true,
  truncated: false,
  arnPrefix: 'arn:aws:iam::111122223333',
  nodeKinds: ['user', 'group', 'policy', 'account', 'role'],
  edgeKinds: ['member', 'attached', 'external'],
  flagNames: ['admin', 'external'],
  nodes: {
    names: [':user/team/alice', ':group/dev', ':policy/alicE', 'arn:aws:iam::999988887777:root', ':role/partner'],
    kinds: [0, 1, 2, 3, 4],
    flags: [1, 0, 0, 2, 2],
    x: [0, 100, 200, 300, 400],
    y: [0, 10, 20, 30, 40],
    homes: [1, -1, 1, -1, 3],
  },
  edges: { from: [0, 1, 3], to: [1, 2, 4], kinds: [0, 1, 2], notes: [-1, -1, 0] },
  notes: [{ title: 'gets in from outside', requirements: ['with external id x'] }],
  unknown: [],
});

const shownIn = (filter: Partial<typeof everything>, findings = new Map<string, number>()) => {
  const { nodes, edges, count } = applyFilter(map, { ...everything, ...filter }, findings);
  const numbers = (all: Uint8Array) => [...all.keys()].filter((i) => all[i]);
  assert.equal(count, numbers(nodes).length);
  return { nodes: numbers(nodes), edges: numbers(edges) };
};

describe('a map', () => {
  test('is read from columns', () => {
    assert.equal(map.names[0], 'arn:aws:iam::111122223333:user/team/alice');
    assert.deepEqual(map.flags[3], ['external']);
    assert.equal(map.notes[2]?.title, 'gets in from outside');
    assert.equal(map.notes[0], undefined);
    assert.deepEqual([...map.y], [...map.y].toSorted((a, b) => b - a), 'up is up');
    assert.ok(map.named);
    assert.deepEqual(map.edgesOf, [[0], [0, 1], [1], [2], [2]]);
    assert.deepEqual(map.names.map((_, node) => labelOf(map, node)), ['alice', 'dev', 'alicE', 'Account 999988887777', 'partner']);
  });
  test('finds the whole name first, then beginnings, then parts, then ARNs', () => {
    assert.deepEqual(search(map, 'alice', 9), [2, 0]);
    assert.deepEqual(search(map, ' PART', 9), [4]);
    assert.deepEqual(search(map, 'team', 9), [0]);
    assert.deepEqual(search(map, '', 9), []);
    assert.deepEqual(search(map, 'arn', 2).length, 2);
  });
  test('knows what stands around a node', () => assert.deepEqual([...neighbourhood(map, 1)].toSorted(), [0, 1, 2]));
});

describe('a filter', () => {
  test('shows everything where nothing is chosen', () => assert.deepEqual(shownIn({}), { nodes: [0, 1, 2, 3, 4], edges: [0, 1, 2] }));
  test('shows kinds', () => assert.deepEqual(shownIn({ kinds: ['user', 'group'] }), { nodes: [0, 1], edges: [0] }));
  test('shows marks with what they have a line to', () => assert.deepEqual(shownIn({ flags: ['admin'] }), { nodes: [0, 1], edges: [0] }));
  test('shows nodes with findings', () => assert.deepEqual(shownIn({ flags: ['findings'], relations: ['external'] }, new Map([[map.names[4]!, 1]])), { nodes: [3, 4], edges: [2] }));
  test('shows lines of a kind', () => assert.deepEqual(shownIn({ relations: ['attached'] }).edges, [1]));
  test('shows a neighbourhood', () => assert.deepEqual(shownIn({ around: 1 }), { nodes: [0, 1, 2], edges: [0, 1] }));
  test('shows a neighbourhood over some lines', () => assert.deepEqual(shownIn({ around: 1, relations: ['member'] }), { nodes: [0, 1], edges: [0] }));
});
