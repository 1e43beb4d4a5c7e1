import assert from 'node:assert/strict';
import { test } from 'node:test';

import { revocation, revokedBefore } from './revocation.ts';

test('the time of a revocation is read back from its policy', () => {
  const time = new Date('2026-03-01T10:20:30.400Z');
  assert.deepEqual(revokedBefore(revocation(time)), time);
});

test('what is no revocation has no time', () => {
  const others = [
    'no JSON',
    'null',
    '{}',
    '{"Statement":{"Effect":"Allow","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-03-01T10:20:30Z"}}}}',
    '{"Statement":[{"Effect":"Deny","Condition":{"DateLessThan":{"aws:TokenIssueTime":"soon"}}}]}',
    '{"Statement":[{"Effect":"Deny"}]}',
  ];
  for (const text of others) assert.equal(revokedBefore(text), undefined, text);
});
