import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Trust, trusted, trustPolicy, trustProblem } from './trust.ts';

const provider = 'arn:aws:iam::123456789012:oidc-provider/id.example.com/tenant';
const saml = 'arn:aws:iam::123456789012:saml-provider/Corp';

describe('trust', () => {
  const cases: { what: string; trust: Trust; statement: object; short: string }[] = [
    {
      what: 'an account',
      trust: { kind: 'account', account: '123456789012', mfa: false, externalId: '' },
      statement: { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' },
      short: 'account 123456789012',
    },
    {
      what: 'an account, with MFA and an external ID',
      trust: { kind: 'account', account: '210987654321', mfa: true, externalId: 'x1' },
      statement: {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::210987654321:root' },
        Action: 'sts:AssumeRole',
        Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, StringEquals: { 'sts:ExternalId': 'x1' } },
      },
      short: 'account 210987654321',
    },
    {
      what: 'a service',
      trust: { kind: 'service', service: 'build.example.com' },
      statement: { Effect: 'Allow', Principal: { Service: 'build.example.com' }, Action: 'sts:AssumeRole' },
      short: 'build.example.com',
    },
    {
      what: 'people of a provider',
      trust: { kind: 'web', provider, audience: 'app', subject: '' },
      statement: {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'id.example.com/tenant:aud': 'app' } },
      },
      short: 'oidc-provider/id.example.com/tenant',
    },
    {
      what: 'one subject',
      trust: { kind: 'web', provider, audience: 'app', subject: 'repo:a/b' },
      statement: {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'id.example.com/tenant:aud': 'app', 'id.example.com/tenant:sub': 'repo:a/b' } },
      },
      short: 'oidc-provider/id.example.com/tenant',
    },
    {
      what: 'several subjects',
      trust: { kind: 'web', provider, audience: 'app', subject: 'repo:a/*' },
      statement: {
        Effect: 'Allow',
        Principal: { Federated: provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'id.example.com/tenant:aud': 'app' }, StringLike: { 'id.example.com/tenant:sub': 'repo:a/*' } },
      },
      short: 'oidc-provider/id.example.com/tenant',
    },
    {
      what: 'SAML',
      trust: { kind: 'saml', provider: saml, audience: 'https://signin.aws.amazon.com/saml' },
      statement: {
        Effect: 'Allow',
        Principal: { Federated: saml },
        Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
        Condition: { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
      },
      short: 'saml-provider/Corp',
    },
  ];
  for (const { what, trust, statement, short } of cases) {
    test(what, () => {
      assert.equal(trustProblem(trust), undefined);
      const text = trustPolicy(trust, 'aws');
      assert.deepEqual(JSON.parse(text), { Version: '2012-10-17', Statement: [statement] });
      assert.equal(trusted(encodeURIComponent(text)), short);
    });
  }

  test('what is not trusted as it stands', () => {
    const wrong: Trust[] = [
      { kind: 'account', account: '12345', mfa: false, externalId: '' },
      { kind: 'service', service: 'build' },
      { kind: 'service', service: '*' },
      { kind: 'web', provider: '', audience: 'app', subject: '' },
      { kind: 'web', provider, audience: '', subject: '' },
      { kind: 'saml', provider: '', audience: 'x' },
      { kind: 'saml', provider: saml, audience: '' },
    ];
    for (const trust of wrong) assert.notEqual(trustProblem(trust), undefined, JSON.stringify(trust));
  });

  test('whom other policies trust', () => {
    const of = (Statement: unknown) => trusted(encodeURIComponent(JSON.stringify({ Statement })));
    assert.equal(of({ Effect: 'Allow', Principal: '*' }), 'anybody');
    assert.equal(of({ Effect: 'Deny', Principal: '*' }), '');
    assert.equal(of([{ Effect: 'Allow', Principal: { AWS: ['123456789012', 'arn:aws:iam::123456789012:user/a', '*'] } }]), 'account 123456789012, 123456789012 user/a, anybody');
    assert.equal(of([{ Effect: 'Allow', Principal: { Service: ['a.b', 'c.d'] } }, { Effect: 'Allow', Principal: { Service: 'a.b' } }]), 'a.b, c.d');
    for (const text of [undefined, '', '{', '%', '[]', 'null', '{"Statement":null}']) assert.equal(trusted(text), '');
  });
});

test('a policy of one’s own is taken as it was written, where it is an object', () => {
  const document = '{"Statement":[]}';
  assert.equal(trustPolicy({ kind: 'custom', document }, 'aws'), document);
  assert.equal(trustProblem({ kind: 'custom', document }), undefined);
  for (const wrong of ['', '[]', 'null', '"text"', '{']) assert.equal(trustProblem({ kind: 'custom', document: wrong }), 'This is no JSON object.', wrong);
});
