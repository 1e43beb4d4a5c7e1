/** Named is a resource of IAM as an ARN names it. */
export interface Named {
  /** user, group, role, policy, mfa and so on, or root. */
  kind: string;
  /** The last part of the ARN, without the path. */
  name: string;
}

/** readArn is what an ARN of IAM, or of a role's session, is about; undefined for others. */
export function readArn(arn: string): Named | undefined {
  const [, , service, , , ...rest] = arn.split(':');
  const resource = rest.join(':');
  if (service !== 'iam' && service !== 'sts') return undefined;
  const [kind = '', ...path] = resource.split('/');
  if (kind === 'root') return { kind, name: 'root' };
  if (kind === 'assumed-role') return { kind: 'role', name: path[0] ?? '' };
  const name = path[path.length - 1];
  return name ? { kind, name } : undefined;
}
