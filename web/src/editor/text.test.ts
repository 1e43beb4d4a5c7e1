import assert from 'node:assert/strict';
import { test } from 'node:test';

import { diffLines } from './diff.ts';
import { placed } from './findings.ts';
import { formatted, readTree, repeated, shown, statementPlaces } from './json.ts';
import { byLevel, expand, matches } from './reference.ts';
import { findKey, wildcards } from './complete.ts';
import { testCatalog } from './testCatalog.ts';

/** lines are the rows of a comparison in short: = same, ~ changed, - removed, + added. */
const lines = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, left, right }) => ({ same: '=', changed: '~', removed: '-', added: '+' })[kind] + (left?.text ?? '') + '|' + (right?.text ?? ''));

test('differences of lines', () => {
  assert.deepEqual(lines('a\nb\nc', 'a\nb\nc'), ['=a|a', '=b|b', '=c|c']);
  assert.deepEqual(lines('a\nb\nc', 'a\nc'), ['=a|a', '-b|', '=c|c']);
  assert.deepEqual(lines('a\nc', 'a\nb\nc'), ['=a|a', '+|b', '=c|c']);
  assert.deepEqual(lines('a\nb\nc\nd', 'a\nx\nc\ny\nz'), ['=a|a', '~b|x', '=c|c', '~d|y', '+|z']);
  assert.deepEqual(lines('', 'a'), ['~|a']);
  assert.deepEqual(lines('x\nx', 'x\nx\nx'), ['=x|x', '=x|x', '+|x']);
});

test('every line of both texts is in the comparison, once and in order', () => {
  let seed = 7;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  for (let round = 0; round < 300; round++) {
    const text = () => Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n');
    const [before, after] = [text(), text()];
    const rows = diffLines(before, after);
    assert.equal(rows.flatMap(({ left }) => (left ? [left.text] : [])).join('\n'), before);
    assert.equal(rows.flatMap(({ right }) => (right ? [right.text] : [])).join('\n'), after);
    for (const { kind, left, right } of rows) assert.equal(kind === 'same', left?.text === right?.text && left !== undefined);
  }
});

test('texts that are too long to compare line by line are still told apart', () => {
  const before = Array.from({ length: 3000 }, (_, i) => `a${i}`).join('\n');
  const after = Array.from({ length: 3000 }, (_, i) => `b${i}`).join('\n');
  assert.equal(diffLines(`same\n${before}\nend`, `same\n${after}\nend`).filter(({ kind }) => kind === 'same').length, 2);
});

test('places of findings are counted in characters', () => {
  const text = '{"Sid": "😀😀", "x": 1}';
  const at = [...text].indexOf('x') - 1;
  const [finding] = placed(text, [
    {
      findingType: 'ERROR',
      issueCode: 'C',
      findingDetails: 'd',
      learnMoreLink: 'l',
      locations: [{ path: [], span: { start: { line: 1, column: at, offset: at }, end: { line: 1, column: at + 3, offset: at + 3 } } }],
    },
  ]);
  assert.equal(text.slice(finding!.from, finding!.to), '"x"');
});

test('findings without a place stand at the beginning, and the gravest comes first', () => {
  const found = placed('{}', [
    { findingType: 'SUGGESTION', issueCode: 'B', findingDetails: '', learnMoreLink: '', locations: [] },
    { findingType: 'ERROR', issueCode: 'A', findingDetails: '', learnMoreLink: '', locations: [] },
  ]);
  assert.deepEqual(found.map(({ code, from, to }) => [code, from, to]), [['A', 0, 0], ['B', 0, 0]]);
});

test('trees of texts that are not closed', () => {
  for (const text of ['{', '{"a"', '{"a":', '{"a": [', '{"a": ["b', '[', '"', 'x', '{"a": }', '{]', '[}', '{,,"a":1,,}', '{5}', '['.repeat(500)]) {
    assert.ok(readTree(text), text);
  }
  assert.equal(readTree('  '), undefined);
});

test('statements, and names that stand twice', () => {
  const text = '{"Statement": [{"Sid": "a"}, {"Sid": "b"}]}';
  assert.deepEqual(statementPlaces(text).map(({ from, to }) => text.slice(from, to)), ['{"Sid": "a"}', '{"Sid": "b"}']);
  assert.equal(statementPlaces('{"Statement": {}}').length, 1);
  assert.equal(repeated(readTree('{"a": [{"b": 1, "b": 2}]}')), 'b');
  assert.equal(repeated(readTree('{"a": [{"b": 1}, {"b": 2}]}')), undefined);
});

test('formatting keeps what is meant, or does nothing', () => {
  assert.equal(formatted('{"a":[1,"b"]}'), '{\n  "a": [\n    1,\n    "b"\n  ]\n}');
  assert.equal(formatted('{"a":1,"a":2}'), undefined);
  assert.equal(formatted('{'), undefined);
  assert.equal(shown('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(shown('{\n"a":1}'), '{\n"a":1}');
  assert.equal(shown('{'), '{');
});

test('patterns', () => {
  const cases: [string, string, boolean][] = [
    ['Get*', 'GetObject', true], ['get*', 'GetObject', true], ['*', '', true], ['?', '', false], ['G?t', 'Get', true], ['*Object*', 'GetObjectAcl', true],
    ['Get', 'GetObject', false], ['a*b*c', 'aXbYc', true], ['a*b*c', 'aXcYb', false], ['', '', true], ['', 'a', false], ['**', 'a', true],
  ];
  for (const [pattern, name, want] of cases) assert.equal(matches(pattern, name), want, `${pattern} ${name}`);
});

const reach = async (pattern: string) => (await expand(testCatalog, pattern)).reach;

test('what wildcards cover, by access level', async () => {
  const all = await expand(testCatalog, 'sqs:*');
  assert.deepEqual(byLevel(all.actions).map(({ level, actions }) => [level, actions.length]), [
    ['List', 1], ['Read', 2], ['Tagging', 1], ['Write', 1], ['Permissions management', 1], ['Unknown', 1],
  ]);
  assert.deepEqual((await expand(testCatalog, 'SQS:get*')).actions.map(({ name }) => name), ['GetQueueUrl', 'GetQueueAttributes']);
  assert.deepEqual(await Promise.all(['*', '*:*', 'sqs:None', 'none:Get', 's*:Get', 'sqs', 'sqs:'].map(reach)), ['every', 'every', 'none', 'unknown', 'unknown', 'unknown', 'none']);
  assert.deepEqual(wildcards((await testCatalog.service('sqs'))!).map(({ label, detail }) => [label, detail])[1], ['sqs:Get*', '2 Read']);
});

test('keys with placeholders', async () => {
  const keys = await testCatalog.globalKeys();
  assert.equal(findKey(keys, 'AWS:PRINCIPALTAG/team')?.name, 'aws:PrincipalTag/${TagKey}');
  assert.equal(findKey(keys, 'aws:PrincipalTag/'), undefined);
  assert.equal(findKey(keys, 'aws:sourceip')?.type, 'IPAddress');
});
