import type { User } from '@aws-sdk/client-iam';
import { type ReactNode, useRef } from 'react';

import { type Call, useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import type { Column } from '../../components/ResourceTable.tsx';
import { Factor, KeyAge, LastUse, PasswordAge } from '../security/credentialCells.tsx';
import { fetchReport } from '../security/credentialReport.ts';
import { activity, type Line, linesOf, oldest, type Row } from '../security/reportRows.ts';

/** Reported is a user with the line of the credential report, where there is one. */
export interface Reported extends User {
  report?: Line | undefined;
}

/** Lines are those of a credential report by ARN. */
export interface Lines {
  made: Date;
  lines: Map<string, Line>;
}

/**
 * useReport reads the credential report as soon as the list is there that it adds to. Until then there is none, and none at all for
 * whoever may not read it: the list is whole without.
 */
export function useReport(listed: boolean): Call<Lines | undefined> {
  const wanted = useRef(listed);
  wanted.current ||= listed; // and while the list is read anew
  return useCall(async (signal) => (wanted.current ? read(signal) : undefined), [wanted.current]);
}

async function read(signal: AbortSignal): Promise<Lines> {
  const { made, rows } = await fetchReport(signal);
  return { made, lines: await linesOf(rows, new Date()) };
}

function ActiveKey({ row }: { row: Row }) {
  const key = oldest(row);
  return key ? <KeyAge of={key} /> : '–';
}

function Activity({ row }: { row: Row }) {
  const used = activity(row);
  const usable = row.password || row.keys.some(({ active }) => active);
  return usable ? <LastUse used={used} since={row.created} /> : <Age date={used} never="–" />;
}

function ageColumn(id: string, header: string, age: (line: Line) => number | undefined, Cell: (props: { row: Row }) => ReactNode, hidden = false): Column<Reported> {
  const days = ({ report }: Reported) => report && age(report);
  return {
    id,
    header,
    value: days,
    rank: (user) => days(user) ?? Number.MAX_SAFE_INTEGER, // who has nothing of that kind comes after the oldest
    numeric: true,
    width: 170, // room for a judgement in one line
    cell: ({ report }) => (report ? <Cell row={report.row} /> : '–'),
    hidden,
  };
}

/** credentialColumns are what a list of users has from the credential report. Ages are filtered by in days. */
export const credentialColumns: Column<Reported>[] = [
  { id: 'mfa', header: 'MFA', value: ({ report }) => report && (report.row.mfa ? 'Yes' : 'No'), cell: ({ report }) => (report ? <Factor row={report.row} /> : '–'), width: 160 },
  ageColumn('password', 'Password age', ({ passwordAge }) => passwordAge, PasswordAge),
  ageColumn('key-age', 'Active key age', ({ keyAge }) => keyAge, ActiveKey, true),
  ageColumn('activity', 'Last activity', ({ lastActivity }) => lastActivity, Activity, true),
];
