import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Link from '@cloudscape-design/components/link';

import type { AuditSummary } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { severities, SeverityBadge, title } from '../security/severity.tsx';

/** Counts are the findings by severity. */
export function Counts({ findings }: Pick<AuditSummary, 'findings'>) {
  return (
    <Container header={<Header variant="h2" counter={`(${findings.total})`} actions={<Link href={to`/findings`}>All findings</Link>}>Findings</Header>}>
      <KeyValuePairs
        columns={3}
        minColumnWidth={90}
        items={severities.map((severity) => ({
          label: <SeverityBadge of={severity} />,
          value: (
            <Link fontSize="heading-l" variant="awsui-value-large" href={`${to`/findings`}?f=severity%3D${title(severity)}`} ariaLabel={`${findings[severity]} ${severity} findings`}>
              {findings[severity]}
            </Link>
          ),
        }))}
      />
    </Container>
  );
}

function entry(label: string, n: number, href: string) {
  const value = (
    <Link variant="awsui-value-large" href={href} ariaLabel={`${n} ${label.toLowerCase()}`}>
      {n}
    </Link>
  );
  return { label, value };
}

/** Account is what the account consists of, and what of it is worth a look. */
export function Account({ account }: Pick<AuditSummary, 'account'>) {
  return (
    <Container header={<Header variant="h2" description={account.alias && <Box variant="span">{account.account}</Box>}>{account.alias ?? `Account ${account.account}`}</Header>}>
      <KeyValuePairs
        columns={4}
        minColumnWidth={90}
        items={[
          entry('Users', account.users, to`/users`),
          entry('Groups', account.groups, to`/groups`),
          entry('Roles', account.roles, to`/roles`),
          entry('Policies', account.policies, to`/policies`),
          entry('Administrators', account.administrators, `${to`/findings`}?f=check%3Dadmin-policy`),
          entry('Can become one', account.escalations, `${to`/findings`}?f=check%3Descalation`),
          entry('Reached from outside', account.external, `${to`/findings`}?f=area%3Dtrust`),
        ]}
      />
    </Container>
  );
}
