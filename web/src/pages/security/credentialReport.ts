import { GenerateCredentialReportCommand, GetCredentialReportCommand } from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';

/** Row is a user's line of the credential report. Absent dates are undefined: never, or not applicable. */
export interface Row {
  user: string;
  arn: string;
  created?: Date;
  password: boolean;
  passwordUsed?: Date;
  passwordChanged?: Date;
  mfa: boolean;
  keys: Key[];
  certificates: number;
}

export interface Key {
  active: boolean;
  rotated?: Date;
  used?: Date;
  service?: string;
}

/** parseReport reads the report's CSV by the names in its first line. No field of it has a comma or a quotation mark. */
export function parseReport(csv: string): Row[] {
  const [head = '', ...lines] = csv.trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const fields = line.split(',');
    const field = (name: string) => fields[names.indexOf(name)] ?? '';
    const date = (name: string) => dateOf(field(name));
    const flag = (name: string) => field(name) === 'true';
    return {
      user: field('user'),
      arn: field('arn'),
      created: date('user_creation_time'),
      password: flag('password_enabled'),
      passwordUsed: date('password_last_used'),
      passwordChanged: date('password_last_changed'),
      mfa: flag('mfa_active'),
      keys: [1, 2].flatMap((n) => {
        const key = `access_key_${n}_`;
        const rotated = date(`${key}last_rotated`);
        if (!rotated && !flag(`${key}active`)) return [];
        return [{ active: flag(`${key}active`), rotated, used: date(`${key}last_used_date`), service: wordOf(field(`${key}last_used_service`)) }];
      }),
      certificates: [1, 2].filter((n) => flag(`cert_${n}_active`)).length,
    };
  });
}

function wordOf(field: string): string | undefined {
  return /^(N\/A|no_information|not_supported|)$/.test(field) ? undefined : field;
}

function dateOf(field: string): Date | undefined {
  const time = Date.parse(field);
  return Number.isNaN(time) ? undefined : new Date(time);
}

export interface Report {
  made: Date;
  /** As IAM made it. */
  csv: string;
  rows: Row[];
}

/** fetchReport has a report made, unless there is one of the last four hours, and reads it. */
export async function fetchReport(abortSignal: AbortSignal): Promise<Report> {
  for (let state = ''; state !== 'COMPLETE'; ) {
    state = (await iam.send(new GenerateCredentialReportCommand({}), { abortSignal })).State ?? '';
    if (state !== 'COMPLETE') await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const { Content, GeneratedTime } = await iam.send(new GetCredentialReportCommand({}), { abortSignal });
  const csv = new TextDecoder().decode(Content);
  return { made: GeneratedTime ?? new Date(), csv, rows: parseReport(csv) };
}
