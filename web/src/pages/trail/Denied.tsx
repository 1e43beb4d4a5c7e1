import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import { useCall } from '../../api/useCall.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { again, explain, layerName, summary, type Condition, type Explanation, type Statement } from './explanation.ts';
import type { Denial, Record } from './record.ts';

/** Denied says why a call was denied: what the record has, and what the policies of now would say to it. */
export function Denied({ record, denial }: { record: Record; denial: Denial }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="As it was decided then."
          actions={record.userIdentity?.arn && <Button href={again(record, denial)}>Ask again with other values</Button>}
        >
          Why was this denied?
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Alert type="error" header={summary(denial)}>
          {record.errorMessage}
        </Alert>
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Action', value: <Box variant="code">{denial.action}</Box> },
            { label: 'Resource', value: denial.resource === '*' ? 'all (*)' : <ResourceLink arn={denial.resource} /> },
            { label: 'Decided by', value: denial.layer === 'none' ? 'no policy' : layerName(denial.layer) },
            { label: 'How', value: denial.explicitDeny ? 'a statement denies it' : 'no statement allows it' },
          ]}
        />
        {denial.statements && denial.statements.length > 0 && (
          <div>
            <Box variant="awsui-key-label">Statements that deny</Box>
            <ul>
              {denial.statements.map(({ policy, statementId }, i) => (
                <li key={i}>
                  {statementId && `${statementId} of `}
                  <ResourceLink arn={policy} />
                </li>
              ))}
            </ul>
          </div>
        )}
        {record.userIdentity?.arn && <Now record={record} denial={denial} />}
      </SpaceBetween>
    </Container>
  );
}

/** Now decides the same call by the policies of now. */
function Now({ record, denial }: { record: Record; denial: Denial }) {
  const call = useCall((signal) => explain(record, denial, signal), [record.eventID]);
  return (
    <SpaceBetween size="s">
      <Box variant="h3">By the policies of now</Box>
      {call.loading && <Spinner />}
      {call.error ? <ErrorAlert error={call.error} /> : null}
      {call.data && <Explained explanation={call.data} />}
    </SpaceBetween>
  );
}

function Explained({ explanation }: { explanation: Explanation }) {
  const { verdict, reason, statements, nearMisses = [], changes = [] } = explanation;
  const allowed = verdict === 'Allow';
  return (
    <SpaceBetween size="m">
      <StatusIndicator type={allowed ? 'success' : 'error'}>{reason}</StatusIndicator>
      {changes.length > 0 && (
        <div>
          <Box variant="awsui-key-label">What would have to be otherwise</Box>
          <ul>
            {changes.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        </div>
      )}
      {statements.length > 0 && <Statements title="Statements that apply" statements={statements} />}
      {nearMisses.length > 0 && <Statements title="Statements that nearly allow it" statements={nearMisses} />}
    </SpaceBetween>
  );
}

const columns: TableProps.ColumnDefinition<Statement>[] = [
  { id: 'effect', header: 'Effect', cell: ({ effect }) => <StatusIndicator type={effect === 'Allow' ? 'success' : 'error'}>{effect}</StatusIndicator> },
  { id: 'policy', header: 'Policy', cell: ({ policy }) => <ResourceLink arn={policy} />, isRowHeader: true },
  { id: 'statement', header: 'Statement', cell: ({ sid, index, line }) => `${sid ?? `#${index + 1}`}, line ${line}` },
  { id: 'layer', header: 'Kind', cell: ({ layer }) => layerName(layer) },
  { id: 'fits', header: 'Fits', cell: (statement) => <Fits of={statement} /> },
];

function Statements({ title, statements }: { title: string; statements: Statement[] }) {
  return <Table variant="embedded" header={<Header variant="h3">{title}</Header>} items={statements} columnDefinitions={columns} ariaLabels={{ tableLabel: title }} wrapLines />;
}

/** Fits says of a statement which parts do not fit the request. */
function Fits({ of: { action, resource, conditions = [] } }: { of: Statement }) {
  const parts = [
    ...(action === 'yes' ? [] : ['not the action']),
    ...(resource === 'yes' ? [] : ['not the resource']),
    ...conditions.filter(({ held }) => held !== 'yes').map(conditionText),
  ];
  return <>{parts.length === 0 ? 'all of it' : parts.join('; ')}</>;
}

function conditionText({ operator, key, values, request, absent, note }: Condition): string {
  const has = absent ? 'the request has no such key' : `the request has ${request?.join(', ') ?? 'nothing'}`;
  return `${key} ${operator} ${values.join(', ')}: ${note ?? has}`;
}
