import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import Tabs from '@cloudscape-design/components/tabs';
import { useParams } from 'react-router';

import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { exact } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { Caller } from './Caller.tsx';
import { Denied } from './Denied.tsx';
import { Outcome } from './Outcome.tsx';
import { lookup, principalOf, serviceOf, type Record } from './record.ts';
import { RecordTree } from './RecordTree.tsx';
import { Related } from './Related.tsx';
import styles from './event.module.css';

/** Event is one event in full. */
export function Event() {
  const { id = '' } = useParams();
  const call = useCall((signal) => lookup({ attribute: { AttributeKey: 'EventId', AttributeValue: id } }, signal), [id]);
  const record = call.data?.records[0];
  return (
    <Page title={record ? `${serviceOf(record)}:${record.eventName}` : id} breadcrumbs={[{ text: 'Events', href: '/trail' }]}>
      <SpaceBetween size="l">
        <ErrorAlert error={call.error} onRetry={call.reload} />
        {call.loading && <Spinner size="large" />}
        {call.data && !record && (
          <Container>
            <EmptyState title="There is no such event" action={<Link href={to`/trail`}>Search the trail</Link>}>
              The log does not have it, or not any more.
            </EmptyState>
          </Container>
        )}
        {record && <Whole key={record.eventID} record={record} />}
      </SpaceBetween>
    </Page>
  );
}

function Whole({ record }: { record: Record }) {
  const denial = record.additionalEventData?.denial;
  return (
    <SpaceBetween size="l">
      <Overview record={record} />
      {denial ? <Denied record={record} denial={denial} /> : record.errorCode && <Alert type="warning" header={record.errorCode}>{record.errorMessage}</Alert>}
      <Related record={record} />
      <Container header={<Header variant="h2">The record</Header>}>
        <Tabs
          tabs={[
            { id: 'tree', label: 'Tree', content: <RecordTree record={record.all} /> },
            { id: 'json', label: 'JSON', content: <Text text={JSON.stringify(record.all, null, 2)} /> },
          ]}
        />
      </Container>
    </SpaceBetween>
  );
}

function Overview({ record }: { record: Record }) {
  const principal = principalOf(record);
  const named = record.resources?.flatMap(({ ARN }) => (ARN ? [ARN] : [])) ?? [];
  return (
    <Container header={<Header variant="h2">Overview</Header>}>
      <Facts
        columns={3}
        items={[
          { label: 'Time', value: exact(new Date(record.eventTime)) },
          { label: 'Caller', value: <Caller of={record} /> },
          { label: 'Outcome', value: <Outcome of={record} /> },
          { label: 'From', value: record.sourceIPAddress ?? '–' },
          { label: 'Event source', value: record.eventSource },
          { label: 'Kind', value: record.readOnly ? 'reads' : 'changes' },
          { label: 'Resources', value: named.length === 0 ? '–' : <SpaceBetween size="xxs">{named.map((arn) => <ResourceLink key={arn} arn={arn} />)}</SpaceBetween> },
          { label: 'MFA', value: factorOf(record) },
          { label: 'Access key', value: record.userIdentity?.accessKeyId ? <CopyArn arn={record.userIdentity.accessKeyId} what="Access key ID" /> : '–' },
          { label: 'Event ID', value: <CopyArn arn={record.eventID} what="Event ID" /> },
          { label: 'Request ID', value: record.requestID ? <CopyArn arn={record.requestID} what="Request ID" /> : '–' },
          { label: 'Over time', value: principal ? <Link href={`${to`/activity`}?principal=${encodeURIComponent(principal)}`}>Activity of this principal</Link> : '–' },
        ]}
      />
      {record.userAgent && (
        <Box margin={{ top: 'm' }} color="text-body-secondary" variant="small">
          Client: {record.userAgent}
        </Box>
      )}
    </Container>
  );
}

function factorOf({ userIdentity }: Record): string {
  const mfa = userIdentity?.sessionContext?.attributes?.mfaAuthenticated;
  if (mfa === undefined) return userIdentity?.type === 'IAMUser' ? 'no (access key)' : '–';
  return mfa === 'true' ? 'yes' : 'no';
}

function Text({ text }: { text: string }) {
  return (
    <SpaceBetween size="s">
      <CopyToClipboard textToCopy={text} copyButtonText="Copy the record" copySuccessText="Copied" copyErrorText="Could not be copied" />
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={styles.text} aria-label="The record as JSON" tabIndex={0}>
        <pre>{text}</pre>
      </section>
    </SpaceBetween>
  );
}
