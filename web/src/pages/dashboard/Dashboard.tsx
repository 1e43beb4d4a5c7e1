import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Grid from '@cloudscape-design/components/grid';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { to } from '../../app/links.ts';
import { useSession } from '../../app/SessionContext.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Page } from '../../components/Page.tsx';
import { Checklist } from './Checklist.tsx';
import { Account, Counts } from './Counts.tsx';
import { OpenAlarms, RecentChanges } from './Recent.tsx';
import { Score } from './Score.tsx';
import styles from './dashboard.module.css';
import { useSummary } from './useSummary.ts';

/** Dashboard is the first page: what is to be done, how well the account is kept, and what happens. */
export function Dashboard() {
  const { summary, error, reload } = useSummary();
  const session = useSession();
  return (
    <Page title="Dashboard" breadcrumbs={[]} description={`Signed in as ${session.name}${session.mfa ? ' with MFA' : ''}.`} actions={<Button href={to`/findings`}>See the findings</Button>}>
      <SpaceBetween size="l">
        <ErrorAlert error={error} onRetry={reload} />
        <Grid gridDefinition={[{ colspan: { default: 12, s: 7 } }, { colspan: { default: 12, s: 5 } }]}>
          <SpaceBetween size="l">
            {summary ? <Checklist items={summary.checklist} /> : error === undefined && <Waiting title="Day one" />}
            <OpenAlarms />
            <RecentChanges />
          </SpaceBetween>
          <SpaceBetween size="l">
            {summary ? (
              <SpaceBetween size="l">
                <Score score={summary.score} checks={summary.checks} />
                <Counts findings={summary.findings} />
                <Account account={summary.account} />
              </SpaceBetween>
            ) : (
              error === undefined && <Waiting title="Score" />
            )}
            <QuickLinks />
          </SpaceBetween>
        </Grid>
      </SpaceBetween>
    </Page>
  );
}

function Waiting({ title }: { title: string }) {
  return (
    <Container header={<Header variant="h2">{title}</Header>}>
      <StatusIndicator type="loading">Auditing the account</StatusIndicator>
    </Container>
  );
}

const links = [
  [to`/users`, 'Users', 'who signs in'],
  [to`/ask`, 'Ask', 'may this principal do that, and why'],
  [to`/map`, 'Access map', 'who can reach what'],
  [to`/trail`, 'Events', 'every call, and what came of it'],
  [to`/credential-report`, 'Credential report', 'how old passwords and keys are'],
  [to`/security-credentials`, 'Security credentials', 'your own password, MFA and keys'],
] as const;

function QuickLinks() {
  return (
    <Container header={<Header variant="h2">Go to</Header>}>
      <ul className={styles.list}>
        {links.map(([href, name, what]) => (
          <li key={href}>
            <Link href={href}>{name}</Link> – {what}
          </li>
        ))}
      </ul>
    </Container>
  );
}
