import assert from 'node:assert/strict';
import { test } from 'node:test';

import { complete } from './complete.ts';
import { actionPatterns, contextAt, type Kind } from './context.ts';
import { testCatalog } from './testCatalog.ts';

const account = { partition: 'aws', account: '111122223333' };

/** at finds the context at the | of a text. */
function at(marked: string) {
  const place = marked.indexOf('|');
  return contextAt(marked.slice(0, place) + marked.slice(place + 1), place);
}

const statement = (inside: string) => `{"Version": "2012-10-17", "Statement": [${inside}]}`;

test('what may stand where', () => {
  const cases: [string, Kind | undefined][] = [
    ['|', undefined],
    ['{|', 'documentElement'],
    ['{"|', 'documentElement'],
    ['{"Version": "|"}', 'version'],
    ['{"Version": |}', 'version'],
    ['{"Statement": [{|', 'statementElement'],
    ['{"Statement": {"Eff|', 'statementElement'],
    [statement('{"Effect": "|"}'), 'effect'],
    [statement('{"Effect": "Allow", |}'), 'statementElement'],
    [statement('{"Action": "s3:|"}'), 'action'],
    [statement('{"Action": ["s3:Get*", "|"]}'), 'action'],
    [statement('{"Action": ["s3:Get*", |]}'), 'action'],
    [statement('{"NotAction": |}'), 'action'],
    [statement('{"Resource": "arn|"}'), 'resource'],
    [statement('{"NotResource": ["|'), 'resource'],
    [statement('{"Condition": {"|"}}'), 'operator'],
    [statement('{"Condition": {"Bool": {"|"}}}'), 'conditionKey'],
    [statement('{"Condition": {"Bool": {"aws:SecureTransport": "|"}}}'), 'conditionValue'],
    [statement('{"Condition": {"Bool": {"aws:SecureTransport": ["a", "|"]}}}'), 'conditionValue'],
    [statement('{"Principal": "|"}'), 'principal'],
    [statement('{"Principal": {"|": []}}'), 'principalType'],
    [statement('{"Principal": {"AWS": ["|"]}}'), 'principal'],
    [statement('{"Sid": "|"}'), undefined],
    [statement('{"Action": [5|]}'), undefined],
    ['{"Action": "|"}', undefined],
    ['{"Statement": "|"}', undefined],
  ];
  for (const [text, kind] of cases) assert.equal(at(text)?.kind, kind, text);
});

test('what is replaced, and what is known of the statement', () => {
  const text = statement('{"Action": ["sqs:Send|x", "s3:*"], "Condition": {}}');
  const context = at(text)!;
  const plain = text.replace('|', '');
  assert.equal(plain.slice(context.from, context.to), 'sqs:Sendx');
  assert.equal(context.typed, 'sqs:Send');
  assert.deepEqual(context.present, ['s3:*']);
  assert.deepEqual(context.actions, ['sqs:Sendx', 's3:*']);

  const key = at(statement('{"Action": "sqs:SendMessage", "Condition": {"StringEquals": {"aws:a": "1", "|": "2"}}}'))!;
  assert.deepEqual([key.operator, key.isName, key.complete, key.present], ['StringEquals', true, true, ['aws:a']]);

  const open = at('{"Statement": {"Action": "sqs:|\n}}')!;
  assert.deepEqual([open.typed, open.complete, open.quoted], ['sqs:', false, true]);
});

test('every place of a text that is being written has a context or none, and nothing fails', () => {
  const text = statement('{"Effect":"Allow","Action":["sqs:Get*"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}');
  for (let end = 0; end <= text.length; end++) {
    for (const place of [0, end >> 1, end]) {
      const context = contextAt(text.slice(0, end), place);
      if (context) assert.ok(context.from <= place && place <= context.to, `${end} ${place}`);
    }
  }
});

const labels = async (marked: string) => (await complete(at(marked)!, testCatalog, account)).map(({ label }) => label);

test('completions', async () => {
  assert.deepEqual(await labels(statement('{"Action": "|"}')), ['s3:', 'sqs:', '*']);
  const actions = await labels(statement('{"Action": ["SQS:|", "sqs:Odd"]}'));
  assert.deepEqual(actions.slice(0, 2), ['sqs:*', 'sqs:Get*']);
  assert.ok(actions.includes('sqs:SendMessage') && !actions.includes('sqs:Odd'));
  assert.deepEqual(await labels(statement('{"Action": "nosuch:|"}')), []);
  assert.deepEqual(await labels(statement('{"Action": "sqs:Send*", "Resource": "|"}')), ['*', 'arn:aws:sqs:*:111122223333:${QueueName}']);
  assert.deepEqual(await labels(statement('{"Action": "sqs:ListQueues", "Resource": "|"}')), ['*']);
  assert.deepEqual(await labels(statement('{"Action": "sqs:SendMessage", "Condition": {"Bool": {"|": 1}}}')), [
    'sqs:Own',
    'aws:SecureTransport',
    'aws:ResourceTag/',
    'aws:SourceIp',
    'aws:PrincipalTag/',
  ]);
  assert.deepEqual(await labels(statement('{"Action": "sqs:SendMessage", "Condition": {"Bool": {"sqs:own": "|"}}}')), ['true', 'false']);
  assert.deepEqual((await labels(statement('{"Action": "*", "Condition": {"IpAddress": {"aws:SourceIp": "|"}}}')))[0], '10.0.0.0/8');
  assert.ok((await labels(statement('{"Condition": {"|": {}}}'))).includes('ForAllValues:StringLikeIfExists'));
  assert.deepEqual(await labels(statement('{"Effect": "Allow", |}')), ['Sid', 'Action', 'Resource', 'Condition', 'NotAction', 'NotResource', 'Principal', 'NotPrincipal']);
});

test('the actions that a policy names', () => {
  assert.deepEqual(actionPatterns(statement('{"Action": ["a:b", "c:*"]}, {"NotAction": "a:b"}, {"Action": "d:e"}')), ['a:b', 'c:*', 'd:e']);
  assert.deepEqual(actionPatterns('nothing'), []);
});
