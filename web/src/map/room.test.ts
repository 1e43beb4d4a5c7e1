import assert from 'node:assert/strict';
import { test } from 'node:test';

import { roomForNames } from './room.ts';

test('no name stands on another, and little moves', () => {
  for (const n of [1, 2, 5, 60, 120]) {
    const at = { x: Float64Array.from({ length: n }, (_, i) => 100 * (i % 9)), y: Float64Array.from({ length: n }, (_, i) => 100 * Math.floor(i / 9)) };
    const names = Array.from({ length: n }, (_, i) => 'name'.repeat(1 + (i % 4)));
    const { x, y } = roomForNames(at, names);
    const half = (i: number) => 3.25 * names[i]!.length;
    let overlaps = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        if (Math.abs(x[i]! - x[j]!) < half(i) + half(j) && Math.abs(y[i]! - y[j]!) < 36) overlaps++;
      }
    }
    assert.equal(overlaps, 0, `${n} nodes`);
    assert.ok(Math.max(...x) - Math.min(...x) < 2000 && Math.max(...y) - Math.min(...y) < 2000, `${n} nodes stay together`);
    assert.deepEqual(roomForNames(at, names), { x, y });
  }
});
