import assert from 'node:assert/strict';
import { test } from 'node:test';

import { newPolicy, printVisual, readVisual, type Visual } from './builder.ts';

const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

test('what the builder writes it reads again', () => {
  const visuals: Visual[] = [
    { version: '2012-10-17', statements: [] },
    { version: '2008-10-17', id: 'x', statements: [{ effect: 'Deny', actions: ['s3:*'], resources: ['*'], conditions: [] }] },
    {
      version: '2012-10-17',
      statements: [
        {
          sid: 'A',
          effect: 'Allow',
          actions: ['s3:GetObject', 's3:PutObject'],
          resources: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/${aws:username}'],
          conditions: [
            { operator: 'StringEquals', key: 'aws:PrincipalTag/a"b', values: ['1', '2'] },
            { operator: 'StringEquals', key: 'aws:username', values: ['ann'] },
            { operator: 'Bool', key: 'aws:SecureTransport', values: ['true'] },
          ],
        },
        { effect: 'Allow', actions: [], resources: [], conditions: [] },
      ],
    },
  ];
  for (const visual of visuals) {
    const text = printVisual(visual);
    assert.deepEqual(readVisual(text).visual, visual);
    assert.equal(printVisual(readVisual(text).visual!), text, 'a second time');
  }
});

test('what people write means the same after the builder', () => {
  const cases: [string, object][] = [
    [policy({ Effect: 'Allow', Action: 's3:*', Resource: ['*'] }), { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] }],
    [
      '{"Statement": {"Effect": "Allow", "Action": ["a:b"], "Resource": "*", "Condition": {"Bool": {"k": true}, "NumericLessThan": {"n": [5, 1.50]}}}}',
      {
        Version: '2008-10-17',
        Statement: [{ Effect: 'Allow', Action: 'a:b', Resource: '*', Condition: { Bool: { k: 'true' }, NumericLessThan: { n: ['5', '1.50'] } } }],
      },
    ],
  ];
  for (const [text, want] of cases) assert.deepEqual(JSON.parse(printVisual(readVisual(text).visual!)), want);
});

test('what the builder does not show, with the reason', () => {
  const cases: [string, string][] = [
    ['{', 'The document is no JSON yet.'],
    ['[]', 'The document is no JSON object.'],
    ['{"Statement": [], "Statement": []}', 'An object has the name "Statement" twice.'],
    [policy({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' }), 'Statement 1 has NotAction.'],
    [policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' }, { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*' }), 'Statement 2 has Principal.'],
    [policy({ Action: 's3:*', Resource: '*' }), 'Statement 1 has no Effect of Allow or Deny.'],
    [policy({ Effect: 'allow', Action: 's3:*', Resource: '*' }), 'Statement 1 has no Effect of Allow or Deny.'],
    [policy({ Effect: 'Allow', Action: 5, Resource: '*' }), 'Statement 1: Action is no text.'],
    [policy({ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: { Bool: 'x' } }), 'Statement 1: Bool is no object.'],
    [policy({ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: { Bool: { k: [null] } } }), 'Statement 1: k has a value that is no text.'],
    [policy({ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: [] }), 'Statement 1: Condition is no object.'],
    ['{"Statement": ["x"]}', 'Statement 1 is no object.'],
    ['{"Statement": [], "Extra": 1}', 'the document has Extra.'],
  ];
  for (const [text, why] of cases) assert.equal(readVisual(text).beyond?.[0], why, text);
});

test('a new policy is one that the builder shows', () => {
  assert.deepEqual(readVisual(newPolicy).visual?.statements, [{ effect: 'Allow', actions: [], resources: [], conditions: [] }]);
});
