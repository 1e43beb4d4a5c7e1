import assert from 'node:assert/strict';
import { test } from 'node:test';

import { context, readEntries, writeEntries, wrong, type Entry } from '../../editor/entries.ts';
import { askHref, type Question, readQuestion, unfit, writeQuestion } from './question.ts';

const entries: Entry[] = [
  { key: 'aws:SourceIp', type: 'IPAddress', list: false, values: ['10.0.0.1'] },
  { key: 'aws:TagKeys', type: 'String', list: true, values: ['a', 'b=c d'] },
  { key: 'aws:SecureTransport', type: 'Bool', list: false, values: ['true'] },
  { key: 's3:max-keys', type: 'Numeric', list: false, values: ['10'] },
];

test('a link reproduces its question', () => {
  const question: Question = { principal: 'arn:aws:iam::111122223333:user/a/ann+x', action: 's3:GetObject', resource: 'arn:aws:s3:::b/a key&c', entries, policies: ['{"Statement": []}', '{}'], event: 'e-1' };
  assert.deepEqual(readQuestion(new URLSearchParams(writeQuestion(question).toString())), question);
  assert.deepEqual(readQuestion(new URL(askHref(question), 'http://x').searchParams), question);
});

test('a link that a person wrote', () => {
  const search = new URLSearchParams('action=s3:GetObject&c=aws:username=ann&c=nonsense&c=Bool+aws:SecureTransport=false');
  assert.deepEqual(readQuestion(search), {
    principal: '',
    action: 's3:GetObject',
    resource: '',
    entries: [
      { key: 'aws:username', type: 'String', list: false, values: ['ann'] },
      { key: 'aws:SecureTransport', type: 'Bool', list: false, values: ['false'] },
    ],
  });
});

test('a session is asked about as itself', () => {
  const principal = 'arn:aws:sts::111122223333:assumed-role/app/i-1';
  const asked = { ...readQuestion(new URLSearchParams({ principal })), action: 'a:b', resource: '*' };
  assert.equal(asked.principal, principal);
  assert.equal(unfit(asked), undefined);
});

test('keys of a request have the types of JSON', () => {
  assert.deepEqual(context(entries), { 'aws:SourceIp': '10.0.0.1', 'aws:TagKeys': ['a', 'b=c d'], 'aws:SecureTransport': true, 's3:max-keys': 10 });
  assert.deepEqual(context([{ key: '', type: 'String', list: false, values: ['x'] }, { key: 'a', type: 'String', list: false, values: [] }]), {});
  const search = new URLSearchParams();
  writeEntries(entries, search);
  assert.deepEqual(readEntries(search), entries);
});

test('what cannot be asked, and what is no value', () => {
  const good = { principal: 'arn:aws:iam::111122223333:root', action: 'a:b', resource: '*', entries: [] };
  assert.equal(unfit(good), undefined);
  assert.deepEqual(Object.keys(unfit({ ...good, policies: ['{}', '{'] })!), ['policies']);
  assert.deepEqual(Object.keys(unfit({ ...good, principal: 'ann', action: 's3:*', resource: 'bucket' })!), ['principal', 'action', 'resource']);
  const cases: [string, string, boolean][] = [
    ['Bool', 'true', true], ['Bool', 'yes', false], ['Numeric', '-1.5', true], ['Numeric', '1e3', false], ['Numeric', '', false],
    ['Date', '2030-01-31T12:00:00Z', true], ['Date', '1700000000', true], ['Date', 'tomorrow', false], ['Date', '2030-13-41', false],
    ['IPAddress', '192.0.2.7', true], ['IPAddress', '10.0.0.0/8', true], ['IPAddress', '2001:db8::1', true], ['IPAddress', 'host', false],
    ['ARN', 'arn:aws:s3:::b', true], ['ARN', 'b', false], ['String', 'anything', true],
  ];
  for (const [type, value, fits] of cases) assert.equal(wrong(type, value) === undefined, fits, `${type} ${value}`);
});
