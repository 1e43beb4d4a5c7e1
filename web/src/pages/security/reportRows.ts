import { daysSince } from './ages.ts';

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

/** isRoot tells the root user's line. */
export function isRoot(user: string): boolean {
  return user === '<root_account>';
}

/** fieldsOf are the fields of a line of CSV (RFC 4180). */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/(?<=^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** most are done at a time: thousands of users in one piece would keep the page from answering. */
const most = 500;

/** inPieces maps, and lets the page answer now and then. */
async function inPieces<T, R>(items: readonly T[], one: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += most) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve));
    for (const item of items.slice(i, i + most)) results.push(one(item));
  }
  return results;
}

/**
 * parseReport reads the report's CSV by the names in its first line, piece by piece. A user's name may have commas, and is quoted then;
 * no field has a line's end.
 */
export async function parseReport(csv: string): Promise<Row[]> {
  const [head = '', ...lines] = csv.trim().split('\n');
  const places = new Map(head.split(',').map((name, i) => [name, i]));
  return inPieces(lines, (line) => rowOf(fieldsOf(line), places));
}

function rowOf(fields: string[], places: ReadonlyMap<string, number>): Row {
  const field = (name: string) => fields[places.get(name) ?? -1] ?? '';
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
}

function wordOf(field: string): string | undefined {
  return /^(N\/A|no_information|not_supported|)$/.test(field) ? undefined : field;
}

function dateOf(field: string): Date | undefined {
  const time = Date.parse(field);
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** oldest is the active access key that was made or rotated first. */
export function oldest({ keys }: Row): Key | undefined {
  return keys.filter(({ active }) => active).toSorted((a, b) => Number(a.rotated ?? 0) - Number(b.rotated ?? 0))[0];
}

/** activity is when somebody last signed in with the password, or a program with an access key. */
export function activity({ passwordUsed, keys }: Row): Date | undefined {
  return [passwordUsed, ...keys.map(({ used }) => used)].filter((date) => date !== undefined).toSorted((a, b) => Number(b) - Number(a))[0];
}

/** Line is a row with the ages in days that a list of thousands is sorted and filtered by; what there is not has none. */
export interface Line {
  row: Row;
  passwordAge: number | undefined;
  /** Of the oldest active key. */
  keyAge: number | undefined;
  lastActivity: number | undefined;
}

/** linesOf are the lines of a report by ARN. */
export async function linesOf(rows: readonly Row[], now: Date): Promise<Map<string, Line>> {
  const age = (date: Date | undefined) => date && daysSince(date, now);
  const lines = await inPieces(rows, (row) => ({
    row,
    passwordAge: row.password ? age(row.passwordChanged) : undefined,
    keyAge: age(oldest(row)?.rotated),
    lastActivity: age(activity(row)),
  }));
  return new Map(lines.map((line) => [line.row.arn, line]));
}

/** lineOf is a user's line, unless that is of another one who had the name before. */
export function lineOf({ Arn = '', CreateDate }: { Arn?: string | undefined; CreateDate?: Date | undefined }, lines: ReadonlyMap<string, Line>): Line | undefined {
  const line = lines.get(Arn);
  return line && inSeconds(line.row.created) === inSeconds(CreateDate) ? line : undefined;
}

function inSeconds(date: Date | undefined): number {
  return Math.floor(Number(date) / 1000);
}
