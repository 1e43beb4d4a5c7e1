import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { ago, exact } from '../../components/Age.tsx';
import { download } from '../../components/download.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';
import { ageOf } from './ages.ts';
import { fetchReport, type Key, type Row } from './credentialReport.ts';

/** Days after which a key should be rotated, and after which a credential that nobody used should be gone (CIS 1.11, 1.13). */
const rotate = 90;
const unused = 45;

const columns: Column<Row>[] = [
  { id: 'user', header: 'User', value: ({ user }) => user, cell: name, width: 150 },
  { id: 'mfa', header: 'MFA', value: ({ mfa }) => (mfa ? 'Yes' : 'No'), cell: factor, width: 100 },
  { id: 'password', header: 'Password', value: ({ password }) => (password ? 'Yes' : 'No'), rank: (row) => days(row.passwordChanged), cell: passwordCell, width: 170 },
  { id: 'signin', header: 'Last sign-in', rank: (row) => (row.password ? days(row.passwordUsed) : 0), cell: signInCell, width: 150 },
  { id: 'keys', header: 'Access keys', value: ({ keys }) => keys.filter(({ active }) => active).length, cell: (row) => each(row, keyCell), width: 190 },
  { id: 'age', header: 'Oldest active key in days', value: oldest, rank: oldest, cell: (row) => oldest(row) || '–', hidden: true },
  { id: 'used', header: 'Keys used', cell: (row) => each(row, usedCell), width: 190 },
  { id: 'created', header: 'Created', value: ({ created }) => created?.toISOString().slice(0, 10), cell: ({ created }) => created?.toISOString().slice(0, 10) ?? '–' },
  { id: 'certificates', header: 'Signing certificates', value: ({ certificates }) => certificates, cell: ({ certificates }) => certificates, hidden: true },
];

function days(date: Date | undefined): number {
  return date ? ageOf(date, 0, 0, new Date()).days : Number.MAX_SAFE_INTEGER;
}

function oldest({ keys }: Row): number {
  return Math.max(0, ...keys.filter(({ active }) => active).map(({ rotated }) => (rotated ? days(rotated) : 0)));
}

function name({ user }: Row) {
  return user === '<root_account>' ? 'root user' : <Link href={to`/users/${user}`}>{user}</Link>;
}

function factor({ mfa, password, user }: Row) {
  if (mfa) return <StatusIndicator>Yes</StatusIndicator>;
  return password || user === '<root_account>' ? <StatusIndicator type="error">No</StatusIndicator> : <StatusIndicator type="stopped">No password</StatusIndicator>;
}

function passwordCell({ password, passwordChanged }: Row) {
  if (!password) return '–';
  if (!passwordChanged) return 'Yes';
  const age = ageOf(passwordChanged, 365, 730, new Date());
  return <StatusIndicator type={age.type}>{age.days === 0 ? 'set today' : `${age.text} old`}</StatusIndicator>;
}

function signInCell({ password, passwordUsed, passwordChanged, created }: Row) {
  return password ? <LastUse used={passwordUsed} since={passwordChanged ?? created} /> : '–';
}

/** LastUse says when something was used last; what was never used is judged by how long it could have been. */
function LastUse({ used, since, what }: { used: Date | undefined; since: Date | undefined; what?: string }) {
  const now = new Date();
  const from = used ?? since;
  const { type } = from ? ageOf(from, unused, rotate, now) : { type: 'stopped' as const };
  const text = used ? ago(used, now) : 'never';
  return <StatusIndicator type={type}>{what ? `${text}, ${what}` : text}</StatusIndicator>;
}

function keyCell({ active, rotated }: Key) {
  if (!active) return <StatusIndicator type="stopped">inactive</StatusIndicator>;
  if (!rotated) return <StatusIndicator type="info">active</StatusIndicator>;
  const age = ageOf(rotated, rotate, 365, new Date());
  return <StatusIndicator type={age.type}>{age.days === 0 ? 'made today' : `${age.text} old`}</StatusIndicator>;
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
