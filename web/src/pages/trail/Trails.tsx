import { DescribeTrailsCommand, GetTrailStatusCommand, type GetTrailStatusResponse, type Trail } from '@aws-sdk/client-cloudtrail';
import Link from '@cloudscape-design/components/link';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { cloudTrail } from '../../api/clients/cloudtrail.ts';
import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';
import { CreateTrail } from './CreateTrail.tsx';

export interface TrailWithStatus {
  trail: Trail;
  status: GetTrailStatusResponse;
}

/** trails reads the account's trails, each with how its delivery goes. */
export async function trails(abortSignal: AbortSignal): Promise<TrailWithStatus[]> {
  const { trailList = [] } = await cloudTrail.send(new DescribeTrailsCommand({}), { abortSignal });
  return Promise.all(
    trailList.map(async (trail) => ({ trail, status: await cloudTrail.send(new GetTrailStatusCommand({ Name: trail.TrailARN }), { abortSignal }) })),
  );
}

const columns: Column<TrailWithStatus>[] = [
  { id: 'name', header: 'Name', value: ({ trail }) => trail.Name, cell: ({ trail }) => <Link href={to`/trails/${trail.Name ?? ''}`}>{trail.Name}</Link>, width: 160 },
  { id: 'logging', header: 'Delivery', value: ({ status }) => (status.IsLogging ? 'On' : 'Off'), cell: Delivery, width: 180 },
  { id: 'bucket', header: 'Bucket', value: ({ trail }) => trail.S3BucketName, cell: ({ trail }) => trail.S3BucketName },
  { id: 'delivered', header: 'Last delivery', cell: ({ status }) => <Age date={status.LatestDeliveryTime} /> },
  { id: 'digest', header: 'Last digest', cell: ({ status, trail }) => (trail.LogFileValidationEnabled ? <Age date={status.LatestDigestDeliveryTime} /> : 'off') },
  { id: 'regions', header: 'Regions', value: ({ trail }) => (trail.IsMultiRegionTrail ? 'all' : trail.HomeRegion), cell: ({ trail }) => (trail.IsMultiRegionTrail ? 'all' : trail.HomeRegion) },
];

/** Delivery says whether a trail delivers, and what is wrong where it cannot. */
export function Delivery({ status }: TrailWithStatus) {
  const wrong = status.LatestDeliveryError || status.LatestDigestDeliveryError;
  if (!status.IsLogging) return <StatusIndicator type="stopped">Off</StatusIndicator>;
  return wrong ? <StatusIndicator type="error">{wrong}</StatusIndicator> : <StatusIndicator>On</StatusIndicator>;
}

/** Trails are what delivers the log elsewhere. */
export function Trails() {
  const list = useCall(trails, []);
  return (
    <Page title="Trails" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        title="Trails"
        name="trails"
        noun={['trail', 'trails']}
        description="The log is kept in any case. A trail delivers it to object storage, with digests that prove that nothing is missing."
        items={list.data ?? none}
        id={({ trail }) => trail.TrailARN ?? ''}
        columns={columns}
        selectable={false}
        loading={list.loading && !list.data}
        error={list.error}
        onReload={list.reload}
        actions={() => <CreateTrail onCreated={list.reload} />}
        empty={
          <EmptyState title="No trails">
            Whoever takes over this server can remove a record that lies beside it. A trail puts it somewhere else. The server needs the setting trail-storage for it.
          </EmptyState>
        }
      />
    </Page>
  );
}

const none: TrailWithStatus[] = [];
