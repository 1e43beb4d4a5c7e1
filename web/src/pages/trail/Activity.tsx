import Alert from '@cloudscape-design/components/alert';
import Autosuggest from '@cloudscape-design/components/autosuggest';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useState } from 'react';
import { useSearchParams } from 'react-router';

import { useCall } from '../../api/useCall.ts';
import type { ActivitySeriesOf } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { Age, exact } from '../../components/Age.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Page } from '../../components/Page.tsx';
import { readArn } from '../../components/arn.ts';
import { useFormOf } from '../../components/useFormOf.ts';
import { activityOf, groupings, spans, type Activity as Activities, type Grouping } from './activity.ts';
import { ActivityChart } from './ActivityChart.tsx';

/** useSettings are the page's, in the URL. */
function useSettings() {
  const [search, setSearch] = useSearchParams();
  const groupBy = groupings.find(({ value }) => value === search.get('by'))?.value ?? 'principal';
  const hours = spans.find(({ value }) => value === search.get('hours'))?.value ?? '168';
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true });
  };
  return { principal: search.get('principal') ?? '', groupBy, hours, set };
}

/** Activity is what one principal, or everybody, did over time. */
export function Activity() {
  const { principal, groupBy, hours, set } = useSettings();
  const call = useCall((signal) => activityOf(principal, Number(hours), groupBy, signal), [principal, hours, groupBy]);
  const { key, sent } = useFormOf(principal);
  const named = readArn(principal);
  return (
    <Page title={named ? `Activity of ${named.kind} ${named.name}` : 'Activity'} breadcrumbs={named ? [{ text: 'Activity', href: '/activity' }] : []} description="Who did how much, when, and how much of it was denied.">
      <SpaceBetween size="l">
        <Container>
          <ColumnLayout columns={3}>
            <Principal
              key={key}
              arn={principal}
              hours={hours}
              onChange={(arn) => {
                sent(arn);
                set('principal', arn);
              }}
            />
            <FormField label="Time">
              <Select options={spans} selectedOption={spans.find(({ value }) => value === hours) ?? null} onChange={({ detail }) => set('hours', detail.selectedOption.value ?? '')} />
            </FormField>
            <FormField label="Group by">
              <Grouped groupBy={groupBy} kind={named?.kind} onChange={(by) => set('by', by)} />
            </FormField>
          </ColumnLayout>
        </Container>
        <ErrorAlert error={call.error} onRetry={call.reload} />
        {call.data?.truncated && (
          <Alert type="info">
            There are more events than one question reads. The numbers are complete from {exact(new Date(call.data.completeFrom))} on.
          </Alert>
        )}
        <Container header={<Header variant="h2" counter={call.data && `(${call.data.events.toLocaleString('en')})`} actions={<EventsLink arn={principal} />}>Events over time</Header>}>
          <ActivityChart points={call.data?.points ?? []} bucketSeconds={call.data?.bucketSeconds ?? 3600} loading={call.loading} />
        </Container>
        {call.data && <Series activity={call.data} />}
      </SpaceBetween>
    </Page>
  );
}

function Grouped({ groupBy, kind, onChange }: { groupBy: Grouping; kind: string | undefined; onChange: (by: string) => void }) {
  const options = kind === 'user' ? groupings.filter(({ value }) => value !== 'principal') : [...groupings];
  const chosen = options.find(({ value }) => value === groupBy) ?? options[0] ?? null;
  return (
    <Select
      options={options}
      selectedOption={chosen}
      disabled={kind !== undefined && kind !== 'user'}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? '')}
    />
  );
}

/** Principal chooses one of those that did something, or any by its ARN. */
function Principal({ arn, hours, onChange }: { arn: string; hours: string; onChange: (arn: string) => void }) {
  const [text, setText] = useState(arn);
  const known = useCall((signal) => activityOf('', Number(hours), 'principal', signal), [hours]);
  const names = known.data?.series.filter(({ name }) => readArn(name)).map(({ name }) => name) ?? [];
  return (
    <FormField label="Principal">
      <Autosuggest
        value={text}
        placeholder="Everybody"
        enteredTextLabel={(value) => `Use ${value}`}
        options={names.map((value) => ({ value, label: value, description: readArn(value)?.kind }))}
        statusType={known.loading ? 'loading' : 'finished'}
        loadingText="Reading the trail"
        empty="Nobody did anything in this time"
        onChange={({ detail }) => {
          setText(detail.value);
          if (detail.value === '') onChange('');
        }}
        onSelect={({ detail }) => onChange(detail.value)}
        ariaLabel="Principal"
      />
    </FormField>
  );
}

function EventsLink({ arn }: { arn: string }) {
  const named = readArn(arn);
  if (named?.kind !== 'user') return <Link href={to`/trail`}>Events</Link>;
  return <Link href={`${to`/trail`}?attribute=Username&value=${encodeURIComponent(named.name)}`}>Events of this user</Link>;
}

const columns: TableProps.ColumnDefinition<ActivitySeriesOf>[] = [
  { id: 'name', header: 'Name', cell: ({ name }) => <Name name={name} />, isRowHeader: true },
  { id: 'events', header: 'Events', cell: ({ events }) => events.toLocaleString('en') },
  { id: 'denied', header: 'Denied', cell: ({ denied }) => denied.toLocaleString('en') },
  { id: 'failed', header: 'Other errors', cell: ({ failed }) => failed.toLocaleString('en') },
  { id: 'last', header: 'Last', cell: ({ last }) => <Age date={new Date(last)} /> },
];

function Name({ name }: { name: string }) {
  const named = readArn(name);
  if (!named) return <>{name}</>;
  return <Link href={`${to`/activity`}?principal=${encodeURIComponent(name)}`}>{named.kind === 'root' ? 'root user' : `${named.kind} ${named.name}`}</Link>;
}

function Series({ activity }: { activity: Activities }) {
  const { label } = groupings.find(({ value }) => value === activity.groupBy) ?? groupings[0];
  return (
    <Table
      header={<Header variant="h2" counter={`(${activity.series.length})`} description={activity.others > 0 ? `${activity.others} more are not shown.` : undefined}>{label}</Header>}
      items={activity.series}
      columnDefinitions={columns}
      ariaLabels={{ tableLabel: label }}
      empty={<EmptyState title="No events">Nothing happened in this time.</EmptyState>}
    />
  );
}
