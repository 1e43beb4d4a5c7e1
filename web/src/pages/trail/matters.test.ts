import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Record } from './record.ts';
import { matters } from './matters.ts';

const user = 'arn:aws:iam::111122223333:user/apps/ann';
const group = 'arn:aws:iam::111122223333:group/dev';
const policy = 'arn:aws:iam::111122223333:policy/read';
const other = 'arn:aws:iam::111122223333:user/bob';

function change(eventName: string, resources: string[], more: Partial<Record> = {}): Record {
  const all = { eventID: '1', eventTime: '2026-01-01T00:00:00Z', eventSource: 'iam.amazonaws.com', eventName, readOnly: false, resources: resources.map((ARN) => ({ ARN })), ...more };
  return { ...all, all: {} };
}

test('changes of what a principal may do', () => {
  const cases: [Record, boolean][] = [
    [change('PutUserPolicy', [user]), true],
    [change('AttachUserPolicy', [user, policy]), true],
    [change('AttachUserPolicy', [other, policy]), false],
    [change('PutUserPermissionsBoundary', [user, policy]), true],
    [change('DeleteUser', [user]), true],
    [change('TagUser', [user]), true],
    [change('CreateAccessKey', [user]), false],
    [change('PutUserPolicy', [user], { errorCode: 'AccessDenied' }), false],
    [change('GetUser', [user], { readOnly: true }), false],
    [change('AssumeRole', [user], { eventSource: 'sts.amazonaws.com' }), false],
    [change('AddUserToGroup', [group, user]), true],
    [change('AddUserToGroup', [group, other]), false],
    [change('DetachGroupPolicy', [group, policy]), true],
    [change('DetachGroupPolicy', ['arn:aws:iam::111122223333:group/ops', policy]), false],
    [change('CreatePolicyVersion', [policy]), true],
    [change('SetDefaultPolicyVersion', [policy]), true],
  ];
  for (const [record, want] of cases) {
    const got = matters(record, { kind: 'user', name: 'ann' }, [{ kind: 'group', name: 'dev' }]);
    assert.equal(got, want, `${record.eventName} ${JSON.stringify(record.resources)}`);
  }
});
