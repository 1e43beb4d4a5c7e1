/** Trust is whom a new role trusts, as the forms have it. */
export type Trust =
  | { kind: 'account'; account: string; mfa: boolean; externalId: string }
  | { kind: 'service'; service: string }
  | { kind: 'web'; provider: string; audience: string; subject: string }
  | { kind: 'saml'; provider: string; audience: string }
  /** A policy that somebody writes. */
  | { kind: 'custom'; document: string };

export type TrustKind = Trust['kind'];

interface Statement {
  Effect: 'Allow';
  Principal: Record<string, string>;
  Action: string | string[];
  Condition?: Record<string, Record<string, string>>;
}

/** trustProblem says what a form still lacks. */
export function trustProblem(trust: Trust): string | undefined {
  switch (trust.kind) {
    case 'account':
      return /^\d{12}$/.test(trust.account) ? undefined : 'An account ID has 12 digits.';
    case 'service':
      return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(trust.service) ? undefined : 'Name a service, such as build.example.com.';
    case 'web':
      if (trust.provider === '') return 'Choose a provider.';
      // Without an audience, a token that the provider gave anybody for anything would do.
      return trust.audience === '' ? 'Name the audience that tokens must be for.' : undefined;
    case 'saml':
      if (trust.provider === '') return 'Choose a provider.';
      return trust.audience === '' ? 'Name the audience that assertions must be for.' : undefined;
    case 'custom':
      return isObject(trust.document) ? undefined : 'This is no JSON object.';
  }
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** trustPolicy is the document that says it. */
export function trustPolicy(trust: Trust, partition: string): string {
  if (trust.kind === 'custom') return trust.document;
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement(trust, partition)] }, undefined, 2);
}

function statement(trust: Exclude<Trust, { kind: 'custom' }>, partition: string): Statement {
  switch (trust.kind) {
    case 'account':
      return {
        Effect: 'Allow',
        Principal: { AWS: `arn:${partition}:iam::${trust.account}:root` },
        Action: 'sts:AssumeRole',
        ...conditions({
          ...(trust.mfa ? { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } : {}),
          ...(trust.externalId ? { StringEquals: { 'sts:ExternalId': trust.externalId } } : {}),
        }),
      };
    case 'service':
      return { Effect: 'Allow', Principal: { Service: trust.service }, Action: 'sts:AssumeRole' };
    case 'web': {
      const issuer = trust.provider.slice(trust.provider.indexOf('oidc-provider/') + 'oidc-provider/'.length);
      const claims = { [`${issuer}:aud`]: trust.audience, ...(trust.subject && !trust.subject.includes('*') ? { [`${issuer}:sub`]: trust.subject } : {}) };
      return {
        Effect: 'Allow',
        Principal: { Federated: trust.provider },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: claims, ...(trust.subject.includes('*') ? { StringLike: { [`${issuer}:sub`]: trust.subject } } : {}) },
      };
    }
    case 'saml':
      return {
        Effect: 'Allow',
        Principal: { Federated: trust.provider },
        Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
        Condition: { StringEquals: { 'SAML:aud': trust.audience } },
      };
  }
}

function conditions(all: Record<string, Record<string, string>>): Pick<Statement, 'Condition'> {
  return Object.keys(all).length > 0 ? { Condition: all } : {};
}

/** trusted names whom a trust policy trusts, in short: "account 123456789012, build.example.com". */
export function trusted(document: string | undefined): string {
  try {
    const { Statement: found } = JSON.parse(decodeURIComponent(document ?? '')) as { Statement: unknown };
    const names = new Set(list(found).flatMap((one) => principals((one as { Effect?: string; Principal?: unknown }) ?? {})));
    return [...names].join(', ');
  } catch {
    return ''; // what cannot be read is shown as it is, on the role's page
  }
}

function principals({ Effect, Principal }: { Effect?: string; Principal?: unknown }): string[] {
  if (Effect !== 'Allow') return [];
  if (Principal === '*') return ['anybody'];
  return Object.entries((Principal ?? {}) as Record<string, unknown>).flatMap(([kind, values]) => list(values).map((value) => shortOf(kind, String(value))));
}

function shortOf(kind: string, value: string): string {
  if (kind === 'AWS') {
    if (value === '*') return 'anybody';
    const account = /^(?:arn:[^:]*:iam::)?(\d{12})(?::root)?$/.exec(value)?.[1];
    return account ? `account ${account}` : value.replace(/^arn:[^:]*:(?:iam|sts)::(\d{12}):/, '$1 ');
  }
  return kind === 'Federated' ? value.replace(/^arn:[^:]*:iam::\d{12}:/, '') : value;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}
