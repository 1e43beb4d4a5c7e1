import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type Change, earlier, lastOf, later } from './timeline.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const changes = [40, 30, 30, 10].map((second, i): Change => ({ id: String(i), time: at(second), name: 'CreateUser', caller: '', about: [] }));

test('from change to change', () => {
  const cases: [now: number | undefined, last: number | undefined, before: number | undefined, after: number | undefined][] = [
    [undefined, 40, 30, undefined],
    [40, 40, 30, undefined],
    [35, 30, 10, 40],
    [30, 30, 10, 40],
    [10, 10, undefined, 30],
    [5, undefined, undefined, 10],
  ];
  for (const [now, last, before, after] of cases) {
    const time = now === undefined ? undefined : at(now);
    const got = [lastOf(changes, time)?.time, earlier(changes, time), later(changes, time)];
    assert.deepEqual(got, [last, before, after].map((second) => (second === undefined ? undefined : at(second))), String(now));
  }
  assert.deepEqual([lastOf([], undefined), earlier([], at(1)), later([], at(1))], [undefined, undefined, undefined]);
});
