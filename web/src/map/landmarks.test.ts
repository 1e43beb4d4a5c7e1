import assert from 'node:assert/strict';
import { test } from 'node:test';

import { landmarks } from './landmarks.ts';
import type { AccessMap } from './model.ts';

/** wheels is a map of hubs in a row, so far apart, with so many lines each. */
function wheels(lines: number[], apart: number, named = false): AccessMap {
  const names = lines.map((_, i) => `hub-${i}`);
  const x = Float64Array.from(lines, (_, i) => i * apart);
  const edgesOf = lines.map((n) => Array.from({ length: n }, (_, i) => i));
  return { named, names, x, y: new Float64Array(lines.length), edgesOf } as unknown as AccessMap;
}

test('landmarks are the largest hubs, well apart', () => {
  assert.deepEqual([...landmarks(wheels([20, 30, 12, 40], 100))], [3, 1, 0]);
  assert.deepEqual([...landmarks(wheels([20, 30, 40], 100, true))], [], 'a small map names everything');
  const many = landmarks(wheels(Array.from({ length: 101 }, (_, i) => 20 + i), 1));
  assert.ok(many.size <= 8 && many.has(100), `${many.size} of a crowded row`);
});
