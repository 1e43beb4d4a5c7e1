import assert from 'node:assert/strict';
import { test } from 'node:test';

import { spell } from './visible.ts';

test('spells out what is hidden, and nothing else', () => {
  for (const [text, spelled] of [
    ['', ''],
    ['alice 東京 é 🙂', 'alice 東京 é 🙂'],
    ['a\tb\r\nc', 'a\tb\r\nc'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\u200bb\u2028c\u2029d\ufeff', 'a\\u200bb\\u2028c\\u2029d\\ufeff'],
    ['a\u001b[31mb\u0085\u{e0041}', 'a\\u001b[31mb\\u0085\\ue0041'],
  ] as const) {
    assert.equal(spell(text), spelled);
  }
});
