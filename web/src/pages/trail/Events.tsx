import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useSearchParams } from 'react-router';

import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';
import { useFormOf } from '../../components/useFormOf.ts';
import { Caller } from './Caller.tsx';
import { Outcome, outcomeOf } from './Outcome.tsx';
import { callerOf, serviceOf, type Record } from './record.ts';
import { attributes, bounds, readRange } from './search.ts';
import { addressOf, SearchForm } from './SearchForm.tsx';
import { useEvents } from './useEvents.ts';

/** columns of events, wherever they are listed. */
export const columns: Column<Record>[] = [
  { id: 'time', header: 'Time', rank: ({ eventTime }) => -Date.parse(eventTime), value: ({ eventTime }) => eventTime, cell: ({ eventTime }) => <Age date={new Date(eventTime)} />, width: 120, rowHeader: false },
  { id: 'event', header: 'Event', value: ({ eventName }) => eventName, cell: (record) => <Link href={to`/trail/${record.eventID}`}>{record.eventName}</Link>, width: 160, rowHeader: true },
  { id: 'service', header: 'Service', value: serviceOf, cell: serviceOf },
  { id: 'caller', header: 'Caller', value: callerOf, cell: (record) => <Caller of={record} />, width: 160 },
  { id: 'outcome', header: 'Outcome', value: outcomeOf, cell: (record) => <Outcome of={record} />, width: 120 },
  { id: 'address', header: 'From', value: ({ sourceIPAddress }) => sourceIPAddress, cell: ({ sourceIPAddress }) => sourceIPAddress ?? '–' },
  { id: 'kind', header: 'Kind', value: kindOf, cell: kindOf },
  { id: 'key', header: 'Access key', value: ({ userIdentity }) => userIdentity?.accessKeyId, cell: ({ userIdentity }) => userIdentity?.accessKeyId ?? '–', hidden: true },
  { id: 'agent', header: 'Client', value: ({ userAgent }) => userAgent, cell: ({ userAgent }) => userAgent ?? '–', hidden: true },
];

function kindOf({ readOnly }: Record): string {
  return readOnly ? 'reads' : 'changes';
}

/** Events is the search of the trail. */
export function Events() {
  const [search] = useSearchParams();
  const range = readRange(search);
  const chosen = attributes.find(({ value }) => value === search.get('attribute'));
  const value = search.get('value') ?? '';
  const attribute = chosen && { AttributeKey: chosen.value, AttributeValue: value };
  const form = useFormOf(addressOf(search));
  const events = useEvents(() => ({ attribute, ...bounds(range, new Date()) }), [attribute, range]);
  return (
    <Page title="Events" breadcrumbs={[]} description="Every call to this account, who made it, and what came of it: the newest first.">
      <SpaceBetween size="l">
        <SearchForm key={form.key} onSearch={form.sent} />
        <ResourceTable
          title="Events"
          name="events"
          noun={['event', 'events']}
          variant="container"
          linked
          items={events.records}
          id={({ eventID }) => eventID}
          columns={columns}
          selectable={false}
          loading={events.loading && events.records.length === 0}
          more={events.more}
          error={events.error}
          onReload={events.reload}
          empty={<EmptyState title="No events">Nothing on the trail meets the search. Try a longer time, or another value: values are compared as they are, capitals too.</EmptyState>}
        />
        {events.records.length > 0 && (
          <Box textAlign="center">
            {events.more ? (
              <Button loading={events.loading} onClick={events.older}>
                Read older events
              </Button>
            ) : (
              <Box color="text-body-secondary">These are all.</Box>
            )}
          </Box>
        )}
      </SpaceBetween>
    </Page>
  );
}
