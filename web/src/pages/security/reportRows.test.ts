import assert from 'node:assert/strict';
import { test } from 'node:test';

import { activity, lineOf, linesOf, oldest, parseReport } from './reportRows.ts';

const head =
  'user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,' +
  'access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,' +
  'access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,' +
  'cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated,additional_credentials_info';

const at = (day: string) => `${day}T00:00:00+00:00`;
const arn = (name: string) => `arn:aws:iam::123456789012:user/${name}`;
const unusedKey = ['false', 'N/A', 'N/A', 'N/A', 'N/A'];
const noCertificates = ['false', 'N/A', 'false', 'N/A', 'N/A'];

test('a report is read by its columns, names with commas and quotes too', async () => {
  const ada = ['"ada,""x"""', `"${arn('ada,x')}"`, at('2026-01-02'), 'true', 'no_information', at('2026-01-03'), 'N/A', 'true', 'true', at('2026-02-01'), at('2026-03-01'), 'us-east-1', 's3', ...unusedKey, 'true', at('2026-01-02'), 'false', 'N/A', 'N/A'];
  const [row, ...more] = await parseReport(`${head}\n${ada.join(',')}`);
  assert.deepEqual(more, []);
  assert.deepEqual(row, {
    user: 'ada,"x"', arn: arn('ada,x'), created: new Date('2026-01-02'), password: true, passwordUsed: undefined, passwordChanged: new Date('2026-01-03'), mfa: true,
    keys: [{ active: true, rotated: new Date('2026-02-01'), used: new Date('2026-03-01'), service: 's3' }], certificates: 1,
  });
});

test('a report of thousands is whole, in order, and lets others go first', async () => {
  const lines = Array.from({ length: 1201 }, (_, i) => [`user-${i}`, arn(`user-${i}`), at('2026-01-02'), 'false', 'N/A', 'N/A', 'N/A', 'false', ...unusedKey, ...unusedKey, ...noCertificates].join(','));
  let others = 0;
  const other = setInterval(() => others++, 0);
  const rows = await parseReport([head, ...lines].join('\n'));
  clearInterval(other);
  assert.deepEqual(rows.map(({ user }) => user), lines.map((_, i) => `user-${i}`));
  assert.ok(others > 0);
  assert.deepEqual(await parseReport(head), []);
});

test('the oldest active key and the last activity are those of both keys and the password', () => {
  const row = { user: 'ada', arn: arn('ada'), password: true, mfa: false, certificates: 0 };
  const inactive = { active: false, rotated: new Date('2020-01-01'), used: new Date('2026-05-05') };
  const older = { active: true, rotated: new Date('2024-01-01'), used: new Date('2025-01-01') };
  const newer = { active: true, rotated: new Date('2025-01-01') };
  assert.equal(oldest({ ...row, keys: [newer, older] }), older);
  assert.equal(oldest({ ...row, keys: [inactive, newer] }), newer);
  assert.equal(oldest({ ...row, keys: [inactive] }), undefined);
  assert.deepEqual(activity({ ...row, keys: [older, newer], passwordUsed: new Date('2025-06-01') }), new Date('2025-06-01'));
  assert.deepEqual(activity({ ...row, keys: [inactive, older] }), new Date('2026-05-05'));
  assert.equal(activity({ ...row, keys: [newer] }), undefined);
});

test('ages are whole days, and of what there is', async () => {
  const row = { user: 'ada', arn: arn('ada'), password: true, passwordChanged: new Date('2026-01-01'), mfa: false, keys: [{ active: true, rotated: new Date('2025-12-31T12:00:00Z') }], certificates: 0 };
  const now = new Date('2026-01-31');
  assert.deepEqual((await linesOf([row], now)).get(row.arn), { row, passwordAge: 30, keyAge: 30, lastActivity: undefined });
  const without = { ...row, password: false, keys: [{ active: false, rotated: new Date('2020-01-01'), used: new Date('2026-01-30') }] };
  assert.deepEqual((await linesOf([without], now)).get(row.arn), { row: without, passwordAge: undefined, keyAge: undefined, lastActivity: 1 });
});

test('a line is not that of another user who had the name before', async () => {
  const row = { user: 'ada', arn: arn('ada'), created: new Date('2026-01-02T03:04:05Z'), password: false, mfa: false, keys: [], certificates: 0 };
  const lines = await linesOf([row], new Date('2026-02-01'));
  assert.equal(lineOf({ Arn: arn('ada'), CreateDate: new Date('2026-01-02T03:04:05.678Z') }, lines)?.row, row);
  assert.equal(lineOf({ Arn: arn('ada'), CreateDate: new Date('2026-01-02T03:05:00Z') }, lines), undefined);
  assert.equal(lineOf({ Arn: arn('bob'), CreateDate: row.created }, lines), undefined);
});
