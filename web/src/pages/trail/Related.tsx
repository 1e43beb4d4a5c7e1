import SegmentedControl from '@cloudscape-design/components/segmented-control';
import { useState } from 'react';

import { useCall } from '../../api/useCall.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { readArn } from '../../components/arn.ts';
import { ResourceTable } from '../../components/ResourceTable.tsx';
import { columns } from './Events.tsx';
import { lookup, type Record, type Search } from './record.ts';

/** How far before and after an event related ones are looked for, in milliseconds. */
const around = 3_600_000;

/** Relation is a way in which other events belong to one. */
interface Relation {
  id: string;
  text: string;
  attribute: NonNullable<Search['attribute']>;
}

/** relations are those that a record has something for. */
export function relations({ userIdentity, resources, eventName }: Record): Relation[] {
  const all: Relation[] = [];
  const add = (id: string, text: string, AttributeKey: Relation['attribute']['AttributeKey'], AttributeValue: string | undefined) => {
    if (AttributeValue) all.push({ id, text, attribute: { AttributeKey, AttributeValue } });
  };
  add('key', 'With the same credentials', 'AccessKeyId', userIdentity?.accessKeyId);
  add('user', 'By the same caller', 'Username', userIdentity?.userName ?? /:assumed-role\/[^/]+\/(.+)$/.exec(userIdentity?.arn ?? '')?.[1]);
  const about = resources?.map(({ ARN = '' }) => ARN).find((arn) => readArn(arn)?.name);
  add('resource', 'About the same resource', 'ResourceName', about);
  add('name', 'Of the same name', 'EventName', eventName);
  return all;
}

/** Related lists events that belong to one: an hour before and after it. */
export function Related({ record }: { record: Record }) {
  const ways = relations(record);
  const [chosen, setChosen] = useState(ways[0]?.id ?? '');
  const way = ways.find(({ id }) => id === chosen);
  const time = Date.parse(record.eventTime);
  const call = useCall(
    async (signal) => way && (await lookup({ attribute: way.attribute, from: new Date(time - around), to: new Date(time + around) }, signal)),
    [record.eventID, chosen],
  );
  const records = call.data?.records.filter(({ eventID }) => eventID !== record.eventID) ?? [];
  if (!way) return null;
  return (
    <ResourceTable
      title="Related events"
      name="related-events"
      noun={['event', 'events']}
      variant="container"
      description={`Within an hour before and after.${call.data?.next ? ' Only the newest 50 are shown.' : ''}`}
      actions={() => (
        <SegmentedControl
          label="Related how"
          selectedId={chosen}
          options={ways.map(({ id, text }) => ({ id, text }))}
          onChange={({ detail }) => setChosen(detail.selectedId)}
        />
      )}
      items={records}
      id={({ eventID }) => eventID}
      columns={columns}
      selectable={false}
      loading={call.loading}
      error={call.error}
      onReload={call.reload}
      empty={<EmptyState title="No related events" />}
    />
  );
}
