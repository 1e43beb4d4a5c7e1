import {
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  type GetEventSelectorsResponse,
  type PublicKey,
} from '@aws-sdk/client-cloudtrail';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { cloudTrail } from '../../api/clients/cloudtrail.ts';
import { useCall } from '../../api/useCall.ts';
import { Age } from '../../components/Age.tsx';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { flash } from '../../components/Flash.tsx';
import { Page } from '../../components/Page.tsx';
import { useAct } from '../../components/useAct.ts';
import { Excerpt } from '../security/PolicyExcerpt.tsx';
import { Insights } from './Insights.tsx';
import { Delivery, type TrailWithStatus } from './Trails.tsx';

interface Whole extends TrailWithStatus {
  selectors: GetEventSelectorsResponse;
  keys: PublicKey[];
}

async function read(name: string, abortSignal: AbortSignal): Promise<Whole | undefined> {
  const options = { abortSignal };
  const { trailList = [] } = await cloudTrail.send(new DescribeTrailsCommand({ trailNameList: [name] }), options);
  const [trail] = trailList;
  if (!trail) return undefined;
  const [status, selectors, keys] = await Promise.all([
    cloudTrail.send(new GetTrailStatusCommand({ Name: trail.TrailARN }), options),
    cloudTrail.send(new GetEventSelectorsCommand({ TrailName: trail.TrailARN }), options),
    cloudTrail.send(new ListPublicKeysCommand({ StartTime: new Date(Date.now() - 90 * 86_400_000), EndTime: new Date() }), options),
  ]);
  return { trail, status, selectors, keys: keys.PublicKeyList ?? [] };
}

/** Trail is one trail: where it delivers, how that goes, its digests and the keys that sign them. */
export function Trail() {
  const { name = '' } = useParams();
  const call = useCall((signal) => read(name, signal), [name]);
  return (
    <Page title={name} breadcrumbs={[{ text: 'Trails', href: '/trails' }]} actions={call.data && <Actions whole={call.data} onChanged={call.reload} />}>
      <SpaceBetween size="l">
        <ErrorAlert error={call.error} onRetry={call.reload} />
        {call.loading && !call.data && <Spinner size="large" />}
        {!call.loading && !call.error && !call.data && (
          <Container>
            <EmptyState title="There is no such trail" />
          </Container>
        )}
        {call.data && <Details whole={call.data} onChanged={call.reload} />}
      </SpaceBetween>
    </Page>
  );
}

function Actions({ whole: { trail, status }, onChanged }: { whole: Whole; onChanged: () => void }) {
  const [asked, setAsked] = useState(false);
  const navigate = useNavigate();
  const Name = trail.TrailARN;
  const { busy, act } = useAct();
  const set = (text: string, call: () => Promise<unknown>) =>
    act(async () => {
      await call();
      flash.success(text);
      onChanged();
    });
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {status.IsLogging ? (
        <Button loading={busy} onClick={() => set('The trail does not deliver any more', () => cloudTrail.send(new StopLoggingCommand({ Name })))}>
          Stop
        </Button>
      ) : (
        <Button loading={busy} onClick={() => set('The trail delivers', () => cloudTrail.send(new StartLoggingCommand({ Name })))}>
          Start
        </Button>
      )}
      <Button onClick={() => setAsked(true)}>Delete</Button>
      {asked && (
        <ConfirmDelete
          what={`trail ${trail.Name}`}
          phrase={trail.Name ?? ''}
          onDismiss={() => setAsked(false)}
          onDelete={async () => {
            await cloudTrail.send(new DeleteTrailCommand({ Name }));
            flash.success(`Trail ${trail.Name} is deleted`);
            await navigate('/trails');
          }}
        >
          <Box>Its delivery ends. What it delivered stays in the bucket, and the log stays here.</Box>
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

function Details({ whole, onChanged }: { whole: Whole; onChanged: () => void }) {
  const { trail, status, selectors } = whole;
  const chosen = selectors.AdvancedEventSelectors ?? selectors.EventSelectors ?? [];
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">Delivery</Header>}>
        <Facts
          columns={4}
          items={[
            { label: 'State', value: <Delivery {...whole} /> },
            { label: 'Bucket', value: [trail.S3BucketName, trail.S3KeyPrefix].filter(Boolean).join('/') },
            { label: 'Last delivery', value: <Age date={status.LatestDeliveryTime} /> },
            { label: 'Regions', value: trail.IsMultiRegionTrail ? 'all' : trail.HomeRegion },
            { label: 'Started', value: <Age date={status.StartLoggingTime} /> },
            { label: 'Stopped', value: <Age date={status.StopLoggingTime} /> },
            { label: 'Global service events', value: trail.IncludeGlobalServiceEvents ? 'included' : 'not included' },
            { label: 'ARN', value: <CopyArn arn={trail.TrailARN ?? ''} /> },
          ]}
        />
      </Container>
      <Container header={<Header variant="h2" description="Files that are signed and chained each hour: they prove that no log file was changed or is missing.">Digests</Header>}>
        <Facts
          columns={3}
          items={[
            { label: 'State', value: trail.LogFileValidationEnabled ? <StatusIndicator>On</StatusIndicator> : <StatusIndicator type="warning">Off</StatusIndicator> },
            { label: 'Last digest', value: <Age date={status.LatestDigestDeliveryTime} /> },
            { label: 'To verify them', value: <Box variant="code">aws cloudtrail validate-logs --trail-arn {trail.TrailARN} --start-time …</Box> },
          ]}
        />
      </Container>
      <Keys keys={whole.keys} />
      <Container header={<Header variant="h2" description={chosen.length === 0 ? 'All management events.' : undefined}>Event selectors</Header>}>
        {chosen.length > 0 && <Excerpt label="Event selectors" text={JSON.stringify(chosen, null, 2)} lines={[]} />}
      </Container>
      <Insights trail={trail} onChanged={onChanged} />
    </SpaceBetween>
  );
}

const columns: TableProps.ColumnDefinition<PublicKey>[] = [
  { id: 'fingerprint', header: 'Fingerprint', cell: ({ Fingerprint }) => <CopyArn arn={Fingerprint ?? ''} what="Fingerprint" />, isRowHeader: true },
  { id: 'from', header: 'Valid from', cell: ({ ValidityStartTime }) => ValidityStartTime?.toISOString().slice(0, 10) },
  { id: 'to', header: 'Valid to', cell: ({ ValidityEndTime }) => ValidityEndTime?.toISOString().slice(0, 10) },
];

function Keys({ keys }: { keys: PublicKey[] }) {
  return (
    <Table
      header={<Header variant="h2" counter={`(${keys.length})`}>Keys that sign the digests</Header>}
      items={keys}
      columnDefinitions={columns}
      ariaLabels={{ tableLabel: 'Keys that sign the digests' }}
      empty={<EmptyState title="No keys yet">The first digest makes one.</EmptyState>}
    />
  );
}
