import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readInsight } from './insight.ts';

const record = {
  eventID: 'e-1',
  eventTime: '2026-01-02T03:04:05Z',
  eventCategory: 'Insight',
  insightDetails: {
    state: 'End',
    eventSource: 'iam.amazonaws.com',
    eventName: 'CreateUser',
    insightType: 'ApiErrorRateInsight',
    errorCode: 'LimitExceeded',
    insightContext: {
      statistics: { baseline: { average: 0.25 }, insight: { average: 20 }, insightDuration: 3, baselineDuration: 10_080 },
      attributions: [
        { attribute: 'userAgent', insight: [{ value: 'cli', average: 20 }], baseline: [] },
        { attribute: 'userIdentityArn', insight: [{ value: 'arn:aws:iam::123456789012:user/ann', average: 12 }], baseline: [] },
      ],
    },
  },
};

test('an insight as its record tells it', () => {
  assert.deepEqual(readInsight(JSON.stringify(record)), {
    id: 'e-1',
    time: '2026-01-02T03:04:05Z',
    state: 'End',
    operation: 'iam:CreateUser',
    error: 'LimitExceeded',
    rate: 20,
    before: 0.25,
    minutes: 3,
    caller: 'arn:aws:iam::123456789012:user/ann',
  });
});

test('one without attributions', () => {
  const { attributions: _, ...insightContext } = record.insightDetails.insightContext;
  const bare = { ...record, insightDetails: { ...record.insightDetails, errorCode: undefined, insightContext } };
  const { error, caller } = readInsight(JSON.stringify(bare));
  assert.deepEqual([error, caller], [undefined, undefined]);
});
