import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useParams } from 'react-router';

import { useCall } from '../../api/useCall.ts';
import { warder, type DeniedAttempt, type ServiceRight, type UnusedAccess } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { nameOf } from './UnusedAccess.tsx';

/** UnusedOf is what one principal may do, by service, and what of it was used. */
export function UnusedOf() {
  const { arn = '' } = useParams();
  const call = useCall((abortSignal) => warder('ListUnusedAccess', { principal: arn }, { abortSignal }), [arn]);
  const access = call.data?.principals[0];
  return (
    <Page title={nameOf(arn)} breadcrumbs={[{ text: 'Unused access', href: '/unused-access' }]}>
      <SpaceBetween size="l">
        <ErrorAlert error={call.error} onRetry={call.reload} />
        {call.loading && <Spinner size="large" />}
        {call.data && !access && <EmptyState title="No policy grants it anything" />}
        {access && <Rights access={access} since={call.data?.trackedSince} />}
      </SpaceBetween>
    </Page>
  );
}

function Rights({ access, since }: { access: UnusedAccess; since: string | undefined }) {
  return (
    <SpaceBetween size="l">
      {access.incomplete && <Alert type="warning" header="Not all is known">{access.incomplete}</Alert>}
      <Container header={<Header variant="h2">Overview</Header>}>
        <Facts
          columns={4}
          items={[
            { label: 'Principal', value: <ResourceLink arn={access.principal} /> },
            { label: 'Actions granted', value: access.granted.toLocaleString('en') },
            { label: 'Used', value: access.used.toLocaleString('en') },
            { label: 'Last used', value: <Age date={access.lastUsed ? new Date(access.lastUsed) : undefined} /> },
            { label: 'Not used', value: access.unused.toLocaleString('en') },
            { label: 'No evidence', value: access.noEvidence.toLocaleString('en') },
            { label: 'Uses are known since', value: since ? <Age date={new Date(since)} /> : 'nothing is tracked' },
            { label: 'In the trail', value: <Link href={`${to`/activity`}?principal=${encodeURIComponent(access.principal)}`}>Activity</Link> },
          ]}
        />
      </Container>
      <Table
        header={<Header variant="h2" counter={`(${access.services.length})`}>Services</Header>}
        items={access.services}
        columnDefinitions={services}
        ariaLabels={{ tableLabel: 'Services' }}
        empty={<EmptyState title="No policy grants it anything" />}
      />
      {access.denied.length > 0 && (
        <Table
          header={<Header variant="h2" counter={`(${access.denied.length})`} description="What it tried and may not.">Denied attempts</Header>}
          items={access.denied}
          columnDefinitions={attempts}
          ariaLabels={{ tableLabel: 'Denied attempts' }}
        />
      )}
    </SpaceBetween>
  );
}

const services: TableProps.ColumnDefinition<ServiceRight>[] = [
  { id: 'service', header: 'Service', cell: ({ service }) => service, isRowHeader: true },
  { id: 'state', header: 'Use', cell: (right) => <State right={right} /> },
  { id: 'granted', header: 'Granted', cell: ({ granted }) => granted },
  { id: 'used', header: 'Used', cell: ({ used = [], usedCount }) => <Actions count={usedCount} actions={used.map(({ action }) => action)} /> },
  { id: 'unused', header: 'Not used', cell: ({ unused = [], unusedCount }) => <Actions count={unusedCount} actions={unused} /> },
  { id: 'evidence', header: 'No evidence', cell: ({ noEvidence = [], noEvidenceCount }) => <Actions count={noEvidenceCount} actions={noEvidence.flatMap(({ actions }) => actions)} /> },
];

const attempts: TableProps.ColumnDefinition<DeniedAttempt>[] = [
  { id: 'action', header: 'Action', cell: ({ action }) => action, isRowHeader: true },
  { id: 'last', header: 'Last', cell: ({ last }) => <Age date={new Date(last)} /> },
];

function State({ right: { status, lastUsed } }: { right: ServiceRight }) {
  if (status === 'USED') return <StatusIndicator>{lastUsed ? <>used <Age date={new Date(lastUsed)} /></> : 'used'}</StatusIndicator>;
  return status === 'UNUSED' ? <StatusIndicator type="warning">not used</StatusIndicator> : <StatusIndicator type="info">no evidence</StatusIndicator>;
}

/** Actions is a number that opens to the actions it counts. */
function Actions({ count, actions }: { count: number; actions: string[] }) {
  if (actions.length === 0) return <>{count}</>;
  return (
    <ExpandableSection headerText={String(count)} variant="inline">
      <Box variant="small">{actions.join(', ')}</Box>
    </ExpandableSection>
  );
}
