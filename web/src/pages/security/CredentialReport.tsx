import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { exact } from '../../components/Age.tsx';
import { download } from '../../components/download.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';
import { daysSince } from './ages.ts';
import { Factor, KeyAge, LastUse, PasswordAge, rotate, unused } from './credentialCells.tsx';
import { fetchReport } from './credentialReport.ts';
import { isRoot, type Key, oldest, type Row } from './reportRows.ts';

const columns: Column<Row>[] = [
  { id: 'user', header: 'User', value: ({ user }) => user, cell: name, width: 150 },
  { id: 'mfa', header: 'MFA', value: ({ mfa }) => (mfa ? 'Yes' : 'No'), cell: (row) => <Factor row={row} />, width: 100 },
  { id: 'password', header: 'Password', value: ({ password }) => (password ? 'Yes' : 'No'), rank: (row) => days(row.passwordChanged), cell: (row) => <PasswordAge row={row} />, width: 170 },
  { id: 'signin', header: 'Last sign-in', rank: (row) => (row.password ? days(row.passwordUsed) : 0), cell: signInCell, width: 150 },
  { id: 'keys', header: 'Access keys', value: ({ keys }) => keys.filter(({ active }) => active).length, cell: (row) => each(row, (key) => <KeyAge of={key} />), width: 190 },
  { id: 'age', header: 'Oldest active key in days', value: oldestDays, rank: oldestDays, numeric: true, cell: (row) => oldestDays(row) || '–', hidden: true },
  { id: 'used', header: 'Keys used', cell: (row) => each(row, usedCell), width: 190 },
  { id: 'created', header: 'Created', value: ({ created }) => created?.toISOString().slice(0, 10), cell: ({ created }) => created?.toISOString().slice(0, 10) ?? '–' },
  { id: 'certificates', header: 'Signing certificates', value: ({ certificates }) => certificates, cell: ({ certificates }) => certificates, hidden: true },
];

/** days are how many whole days ago something was; what never was is older than all else. */
function days(date: Date | undefined): number {
  return date ? daysSince(date, new Date()) : Number.MAX_SAFE_INTEGER;
}

/** oldestDays is how old the oldest active key is; 0 where there is none. */
function oldestDays(row: Row): number {
  const key = oldest(row);
  return key?.rotated ? days(key.rotated) : 0;
}

function name({ user }: Row) {
  return isRoot(user) ? 'root user' : <Link href={to`/users/${user}`}>{user}</Link>;
}

function signInCell({ password, passwordUsed, passwordChanged, created }: Row) {
  return password ? <LastUse used={passwordUsed} since={passwordChanged ?? created} /> : '–';
}

function usedCell({ active, used, service, rotated }: Key) {
  return active ? <LastUse used={used} since={rotated} what={service} /> : '–';
}

function each({ keys }: Row, cell: (key: Key) => React.ReactNode) {
  if (keys.length === 0) return '–';
  return (
    <SpaceBetween size="xxs">
      {keys.map((key, i) => (
        <div key={i}>{cell(key)}</div>
      ))}
    </SpaceBetween>
  );
}

/** CredentialReport is IAM's credential report, each age judged. */
export function CredentialReport() {
  const report = useCall(fetchReport, []);
  return (
    <Page title="Credential report" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        title="Credential report"
        name="credential-report"
        noun={['user', 'users']}
        description={`Passwords, MFA and access keys of everybody${report.data ? `, as of ${exact(report.data.made)}` : ''}. IAM makes a new report every four hours.`}
        items={report.data?.rows ?? none}
        id={({ arn }) => arn}
        columns={columns}
        selectable={false}
        loading={report.loading && !report.data}
        error={report.error}
        onReload={report.reload}
        actions={() => (
          <Button iconName="download" disabled={!report.data} onClick={() => report.data && download('credential-report.csv', report.data.csv)}>
            Download .csv
          </Button>
        )}
        empty={<EmptyState title="The report is empty" />}
      />
      <Box margin={{ top: 's' }} color="text-body-secondary">
        Keys are to be rotated after {rotate} days, credentials that nobody used for {unused} days to be taken away.
      </Box>
    </Page>
  );
}

const none: Row[] = [];
