/**
 * Duties are kinds of work that an account divides among people. Each is a template of a group, or of a role, with policies that
 * allow that work and nothing else; Warder's audit counts an account's duties the same way (check duty-roles-missing).
 *
 * The policies are made in the account, under the path /duty/, to be read and changed like any other. Whoever defines policies may
 * not change those: else the IAM master could give itself everything by a new version of its own policy.
 */
export interface Duty {
  id: string;
  /** What the group, or the role, is called unless somebody changes it. */
  name: string;
  /** The work, in a sentence. */
  purpose: string;
  policies: DutyPolicy[];
}

export interface DutyPolicy {
  name: string;
  description: string;
  statements: Statement[];
}

interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** policiesOf are the policies of a duty for a group or a role: a role has no credentials of its own. */
export function policiesOf({ policies }: Duty, kind: 'group' | 'role'): DutyPolicy[] {
  return policies.filter((policy) => kind === 'group' || policy !== ownCredentials);
}

/** dutyPath is the path of the policies. */
export const dutyPath = '/duty/';

/** documentOf is the text of a policy. PARTITION and ACCOUNT in it stand for those of the account. */
export function documentOf({ statements }: DutyPolicy, { partition, account }: { partition: string; account: string }): string {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2);
  return text.replaceAll('PARTITION', partition).replaceAll('ACCOUNT', account);
}

const iamArn = (resource: string) => `arn:PARTITION:iam::ACCOUNT:${resource}`;
const myself = iamArn('user/${aws:username}');

/** ownCredentials is for people in any group: what belongs to them alone. Keys are made only in a session with MFA. */
const ownCredentials: DutyPolicy = {
  name: 'OwnCredentials',
  description: 'People see and change their own password, MFA devices, sessions and access keys, and those of nobody else.',
  statements: [
    {
      Sid: 'OwnPasswordAndDevices',
      Effect: 'Allow',
      Action: ['iam:ChangePassword', 'iam:GetUser', 'iam:GetLoginProfile', 'iam:ListMFADevices', 'iam:EnableMFADevice', 'iam:ResyncMFADevice', 'iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed'],
      Resource: myself,
    },
    { Sid: 'NewDevice', Effect: 'Allow', Action: ['iam:CreateVirtualMFADevice', 'iam:DeleteVirtualMFADevice'], Resource: [iamArn('mfa/${aws:username}'), iamArn('mfa/${aws:username}-*')] },
    {
      Sid: 'OnlyWithMFA',
      Effect: 'Allow',
      Action: ['iam:CreateAccessKey', 'iam:UpdateAccessKey', 'iam:DeleteAccessKey', 'iam:DeactivateMFADevice'],
      Resource: myself,
      Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
    },
    { Sid: 'Rules', Effect: 'Allow', Action: ['iam:GetAccountPasswordPolicy'], Resource: '*' },
  ],
};

/** handingOut are the actions by which somebody gets rights that are there already. */
const handingOut = [
  'iam:AddUserToGroup',
  'iam:AttachGroupPolicy',
  'iam:AttachRolePolicy',
  'iam:AttachUserPolicy',
  'iam:PutGroupPolicy',
  'iam:PutRolePolicy',
  'iam:PutUserPolicy',
  'iam:UpdateAssumeRolePolicy',
];

/** defining are the actions that make or change what can be handed out. */
const defining = ['iam:CreateGroup', 'iam:CreatePolicy', 'iam:CreatePolicyVersion', 'iam:CreateRole', 'iam:CreateUser', 'iam:SetDefaultPolicyVersion'];

const readIam: Statement = { Sid: 'ReadIAM', Effect: 'Allow', Action: ['iam:Get*', 'iam:List*', 'iam:Simulate*'], Resource: '*' };

export const duties: readonly Duty[] = [
  {
    id: 'administrators',
    name: 'Administrators',
    purpose: 'Everything, for the few who set the account up and repair it. For daily work, the other duties.',
    policies: [
      {
        name: 'Administrators',
        description: 'Everything.',
        statements: [{ Sid: 'Everything', Effect: 'Allow', Action: ['*'], Resource: '*' }],
      },
    ],
  },
  {
    id: 'developers',
    name: 'Developers',
    purpose: 'Taking the roles that are meant for developers: those under the path /developers/. What these may do, they say themselves.',
    policies: [
      ownCredentials,
      {
        name: 'Developers',
        description: 'Find and take the roles under the path /developers/.',
        statements: [
          { Sid: 'TakeRoles', Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: iamArn('role/developers/*') },
          { Sid: 'SeeThem', Effect: 'Allow', Action: ['iam:GetRole'], Resource: iamArn('role/developers/*') },
          { Sid: 'FindThem', Effect: 'Allow', Action: ['iam:ListRoles'], Resource: '*' },
        ],
      },
    ],
  },
  {
    id: 'billing',
    name: 'Billing',
    purpose: 'Costs, budgets, invoices and the contacts of the account for them.',
    policies: [
      ownCredentials,
      {
        name: 'Billing',
        description: 'Read what is spent, set budgets, and keep the billing contact.',
        statements: [
          {
            Sid: 'SeeCosts',
            Effect: 'Allow',
            Action: ['billing:Get*', 'billing:List*', 'budgets:Describe*', 'budgets:ViewBudget', 'ce:Describe*', 'ce:Get*', 'ce:List*', 'invoicing:Get*', 'invoicing:List*', 'tax:Get*', 'tax:List*'],
            Resource: '*',
          },
          { Sid: 'SetBudgets', Effect: 'Allow', Action: ['budgets:ModifyBudget'], Resource: '*' },
          { Sid: 'BillingContact', Effect: 'Allow', Action: ['account:GetAlternateContact', 'account:GetContactInformation', 'account:PutAlternateContact'], Resource: '*' },
        ],
      },
    ],
  },
  {
    id: 'support',
    name: 'Support',
    purpose: 'Opening and following support cases.',
    policies: [
      ownCredentials,
      {
        name: 'Support',
        description: 'Open, read and answer support cases.',
        statements: [{ Sid: 'Cases', Effect: 'Allow', Action: ['support:*', 'trustedadvisor:Describe*', 'health:Describe*'], Resource: '*' }],
      },
    ],
  },
  {
    id: 'deployment-approvals',
    name: 'DeploymentApprovals',
    purpose: 'Approving what a pipeline wants to deploy, without being able to change the pipeline.',
    policies: [
      ownCredentials,
      {
        name: 'DeploymentApprovals',
        description: 'See pipelines, and approve or reject what they deploy. Not change or start them.',
        statements: [
          {
            Sid: 'SeePipelines',
            Effect: 'Allow',
            Action: ['codepipeline:GetPipeline', 'codepipeline:GetPipelineExecution', 'codepipeline:GetPipelineState', 'codepipeline:ListPipelineExecutions', 'codepipeline:ListPipelines'],
            Resource: '*',
          },
          { Sid: 'Approve', Effect: 'Allow', Action: ['codepipeline:PutApprovalResult'], Resource: '*' },
        ],
      },
    ],
  },
  {
    id: 'audit',
    name: 'Audit',
    purpose: 'Reading who may do what and who did what: policies, reports, findings and the trail. Nothing can be changed.',
    policies: [
      ownCredentials,
      {
        name: 'Audit',
        description: 'Read IAM, the trail, analyzers and the audit. Change nothing.',
        statements: [
          { Sid: 'ReadIAM', Effect: 'Allow', Action: ['iam:GenerateCredentialReport', 'iam:GenerateServiceLastAccessedDetails', 'iam:Get*', 'iam:List*', 'iam:Simulate*'], Resource: '*' },
          { Sid: 'ReadTrail', Effect: 'Allow', Action: ['cloudtrail:DescribeTrails', 'cloudtrail:Get*', 'cloudtrail:List*', 'cloudtrail:LookupEvents'], Resource: '*' },
          {
            Sid: 'ReadAudit',
            Effect: 'Allow',
            Action: ['access-analyzer:Check*', 'access-analyzer:Get*', 'access-analyzer:List*', 'access-analyzer:ValidatePolicy', 'account:Get*', 'warder:Evaluate', 'warder:Explain', 'warder:Get*', 'warder:List*', 'warder:Preview*'],
            Resource: '*',
          },
        ],
      },
    ],
  },
  {
    id: 'iam-master',
    name: 'IAMMaster',
    purpose: 'Defining users, groups, roles and policies, without giving them to anybody.',
    policies: [
      ownCredentials,
      {
        name: 'IAMMaster',
        description: 'Make, change and delete users, groups, roles and policies. Not attach policies, fill groups or change whom a role trusts.',
        statements: [
          readIam,
          {
            Sid: 'Define',
            Effect: 'Allow',
            Action: [
              ...defining,
              'iam:DeleteGroup',
              'iam:DeletePolicy',
              'iam:DeletePolicyVersion',
              'iam:DeleteRole',
              'iam:DeleteUser',
              'iam:TagPolicy',
              'iam:TagRole',
              'iam:TagUser',
              'iam:UntagPolicy',
              'iam:UntagRole',
              'iam:UntagUser',
              'iam:UpdateRole',
              'iam:UpdateRoleDescription',
            ],
            Resource: '*',
          },
          { Sid: 'CheckWhatIsWritten', Effect: 'Allow', Action: ['access-analyzer:ValidatePolicy', 'warder:GetCatalogService', 'warder:ListCatalogServices', 'warder:ListConditionKeys', 'warder:Preview*'], Resource: '*' },
          { Sid: 'HandNothingOut', Effect: 'Deny', Action: handingOut, Resource: '*' },
          { Sid: 'LeaveDutiesAlone', Effect: 'Deny', Action: ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion', 'iam:DeletePolicy*'], Resource: iamArn('policy/duty/*') },
        ],
      },
    ],
  },
  {
    id: 'iam-manager',
    name: 'IAMManager',
    purpose: 'Giving people and programs the rights that the IAM master has defined, and taking them away.',
    policies: [
      ownCredentials,
      {
        name: 'IAMManager',
        description: 'Fill groups and attach policies. Not make or change users, groups, roles or policies.',
        statements: [
          readIam,
          {
            Sid: 'HandOut',
            Effect: 'Allow',
            Action: [
              'iam:AddUserToGroup',
              'iam:AttachGroupPolicy',
              'iam:AttachRolePolicy',
              'iam:AttachUserPolicy',
              'iam:DetachGroupPolicy',
              'iam:DetachRolePolicy',
              'iam:DetachUserPolicy',
              'iam:RemoveUserFromGroup',
            ],
            Resource: '*',
          },
          { Sid: 'NotToOneself', Effect: 'Deny', Action: ['iam:AttachUserPolicy'], Resource: myself },
          {
            Sid: 'NotEverything',
            Effect: 'Deny',
            Action: ['iam:AttachGroupPolicy', 'iam:AttachRolePolicy', 'iam:AttachUserPolicy'],
            Resource: '*',
            Condition: { ArnEquals: { 'iam:PolicyARN': ['arn:PARTITION:iam::aws:policy/AdministratorAccess', iamArn('policy/duty/Administrators')] } },
          },
          { Sid: 'DefineNothing', Effect: 'Deny', Action: defining, Resource: '*' },
        ],
      },
    ],
  },
];
