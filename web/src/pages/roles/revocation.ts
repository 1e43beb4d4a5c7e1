/** revocationName is the inline policy by which a role's sessions are revoked; AWS's console gives it the same name. */
export const revocationName = 'AWSRevokeOlderSessions';

/** revocation denies everything to sessions that began before a time. */
export function revocation(before: Date): string {
  const statement = { Effect: 'Deny', Action: ['*'], Resource: ['*'], Condition: { DateLessThan: { 'aws:TokenIssueTime': before.toISOString() } } };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, undefined, 2);
}

/** revokedBefore is the time in such a policy; undefined where somebody wrote another one under its name. */
export function revokedBefore(document: string): Date | undefined {
  try {
    const { Statement } = JSON.parse(document) as { Statement: Found | Found[] };
    const [statement] = Array.isArray(Statement) ? Statement : [Statement];
    const time = Date.parse(String(statement?.Condition?.DateLessThan?.['aws:TokenIssueTime']));
    return statement?.Effect === 'Deny' && !Number.isNaN(time) ? new Date(time) : undefined;
  } catch {
    return undefined;
  }
}

interface Found {
  Effect?: string;
  Condition?: { DateLessThan?: Record<string, unknown> };
}
