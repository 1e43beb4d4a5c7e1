// What the seeded account holds: a freight company of a dozen people that grew faster than its rules.

/** A day in milliseconds. */
export const day = 86_400_000;

export interface Person {
  name: string;
  groups: string[];
  /** How many days ago the user was made. */
  made: number;
  /** A console password is set. */
  password?: boolean;
  /** A virtual MFA device is registered. */
  mfa?: boolean;
  /** Days ago at which an access key was made, one entry a key. */
  keys?: number[];
  /** Managed policies attached to the user itself. */
  policies?: string[];
  tags?: Record<string, string>;
}

export const groups: Record<string, string[]> = {
  Developers: ['app-deploy', 'data-lake-read', 'arn:aws:iam::aws:policy/IAMUserChangePassword'],
  Support: ['support-desk', 'arn:aws:iam::aws:policy/AWSSupportAccess'],
  Finance: ['arn:aws:iam::aws:policy/job-function/Billing'],
  Auditors: ['arn:aws:iam::aws:policy/SecurityAudit'],
  Interns: [],
};

export const people: Person[] = [
  { name: 'ann.keller', groups: ['Administrators'], made: 420, password: true, mfa: true, tags: { team: 'platform' } },
  { name: 'ben.osei', groups: ['Administrators'], made: 400, password: true, tags: { team: 'platform' } },
  { name: 'carla.ruiz', groups: ['Developers'], made: 380, password: true, mfa: true, keys: [75], tags: { team: 'booking' } },
  { name: 'dmitri.volkov', groups: ['Developers'], made: 310, password: true, keys: [290, 40], tags: { team: 'booking' } },
  { name: 'elena.rossi', groups: ['Developers', 'Support'], made: 260, password: true, mfa: true, keys: [118], tags: { team: 'tracking' } },
  { name: 'farid.haddad', groups: ['Support'], made: 220, password: true, tags: { team: 'service desk' } },
  { name: 'grace.lin', groups: ['Finance'], made: 200, password: true, mfa: true, tags: { team: 'finance' } },
  { name: 'hugo.martin', groups: ['Developers'], made: 365, password: true, keys: [365], tags: { team: 'booking', left: 'yes' } },
  { name: 'ines.costa', groups: ['Auditors'], made: 150, password: true, mfa: true, tags: { team: 'compliance' } },
  { name: 'jonas.weber', groups: ['Support'], made: 44, password: true, policies: ['data-lake-read'], tags: { team: 'service desk' } },
  { name: 'ci-deploy', groups: [], made: 300, keys: [300], policies: ['deploy-anything'], tags: { kind: 'program' } },
  { name: 'legacy-etl', groups: [], made: 410, keys: [410], policies: ['legacy-etl-full'], tags: { kind: 'program' } },
  { name: 'metrics-exporter', groups: [], made: 100, keys: [61], policies: ['metrics-write'], tags: { kind: 'program' } },
];

type Statement = Record<string, unknown>;

function document(...statements: Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2);
}

export const policies: Record<string, { description: string; text: string }> = {
  'app-deploy': {
    description: 'Deploy the booking and tracking services',
    text: document(
      { Sid: 'Artifacts', Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::meridian-artifacts/*' },
      { Sid: 'Services', Effect: 'Allow', Action: ['ecs:UpdateService', 'ecs:DescribeServices', 'lambda:UpdateFunctionCode'], Resource: '*' },
      { Sid: 'NotLedger', Effect: 'Deny', Action: 's3:*', Resource: ['arn:aws:s3:::meridian-ledger', 'arn:aws:s3:::meridian-ledger/*'] },
    ),
  },
  'data-lake-read': {
    description: 'Read the data lake',
    text: document({ Sid: 'Read', Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: ['arn:aws:s3:::meridian-lake', 'arn:aws:s3:::meridian-lake/*'] }),
  },
  'support-desk': {
    description: 'Help people who are locked out',
    text: document(
      { Sid: 'Look', Effect: 'Allow', Action: ['iam:ListUsers', 'iam:GetUser', 'iam:ListAccessKeys'], Resource: '*' },
      { Sid: 'Reset', Effect: 'Allow', Action: ['iam:UpdateLoginProfile', 'iam:CreateAccessKey'], Resource: '*' },
    ),
  },
  'deploy-anything': {
    description: 'For the pipeline',
    text: document(
      { Sid: 'Run', Effect: 'Allow', Action: ['lambda:*', 'ecs:*', 'iam:PassRole'], Resource: '*' },
      { Sid: 'Assume', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/deploy-production' },
    ),
  },
  'legacy-etl-full': {
    description: 'Temporary, until the new pipeline is there',
    text: document({ Effect: 'Allow', Action: '*', Resource: '*' }),
  },
  'metrics-write': {
    description: 'Write metrics',
    text: document({ Effect: 'Allow', Action: 'cloudwatch:PutMetricData', Resource: '*', Condition: { StringEquals: { 'cloudwatch:namespace': 'meridian' } } }),
  },
  'old-reports': {
    description: 'Reports of last year, attached to nobody',
    text: document({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::meridian-reports-2024/*' }),
  },
};

export interface Role {
  name: string;
  description: string;
  trust: Statement;
  policies: string[];
}

/** The account's roles; account is its id. */
export function roles(account: string): Role[] {
  const root = `arn:aws:iam::${account}:root`;
  return [
    { name: 'deploy-production', description: 'What the pipeline becomes', policies: ['app-deploy'], trust: { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:user/ci-deploy` }, Action: 'sts:AssumeRole' } },
    { name: 'break-glass', description: 'For emergencies, each with a ticket', policies: ['arn:aws:iam::aws:policy/AdministratorAccess'], trust: { Effect: 'Allow', Principal: { AWS: root }, Action: 'sts:AssumeRole', Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } } },
    { name: 'partner-reporting', description: 'Our customs broker reads reports', policies: ['data-lake-read'], trust: { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::444455556666:root' }, Action: 'sts:AssumeRole' } },
    { name: 'image-resize', description: 'Execution role of the function', policies: ['data-lake-read'], trust: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' } },
    { name: 'batch-admin', description: 'Nightly jobs', policies: ['arn:aws:iam::aws:policy/AdministratorAccess'], trust: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' } },
  ];
}
