import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';

import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { Explained, Verdict } from '../ask/AnswerView.tsx';
import { ask, type Answer } from '../ask/explain.ts';
import { askHref, type Question } from '../ask/question.ts';
import { Caller } from './Caller.tsx';
import { layerName, questionOf, summary } from './explanation.ts';
import { principalOf, type Denial, type Record } from './record.ts';
import { sessionPolicies } from './sessionPolicies.ts';
import { changesSince, type Since } from './since.ts';

/** Denied says why a call was denied: what the record has, and what the policies of now would say to it. */
export function Denied({ record, denial }: { record: Record; denial: Denial }) {
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="As it was decided then."
        >
          Why was this denied?
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Alert type="error" header={summary(denial)}>
          {record.errorMessage}
        </Alert>
        <Facts
          columns={4}
          items={[
            { label: 'Action', value: <Box variant="code">{denial.action}</Box> },
            { label: 'Resource', value: denial.resource === '*' ? 'all (*)' : <ResourceLink arn={denial.resource} /> },
            { label: 'Decided by', value: denial.layer === 'none' ? 'no policy' : layerName(denial.layer) },
            { label: 'How', value: denial.explicitDeny ? 'a statement denies it' : denial.layer === 'credential' ? 'not by policies' : 'no statement allows it' },
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
        {denial.layer === 'credential' ? <div>No policy changes this: it takes other credentials, or a second factor with these.</div> : <Now record={record} denial={denial} />}
      </SpaceBetween>
    </Container>
  );
}

interface Anew {
  question: Question;
  /** undefined where the principal is gone. */
  answer: Answer | undefined;
  since: Since;
  /** The session may have had policies that nobody knows of. */
  unknown: boolean;
}

/** decideAnew asks the same again, and what has changed since. */
async function decideAnew(record: Record, denial: Denial, signal: AbortSignal): Promise<Anew | undefined> {
  const policies = await sessionPolicies(record, signal);
  const question = questionOf(record, denial, policies);
  if (!question) return undefined;
  const answer = await ask(question, signal).catch((error: unknown) => {
    if ((error as Error).name.startsWith('NoSuchEntity')) return undefined;
    throw error;
  });
  const named = [...(denial.statements ?? []), ...(answer?.explanation.statements ?? [])].map(({ policy }) => policy);
  return { question, answer, since: await changesSince(record, principalOf(record) ?? question.principal, named, signal), unknown: policies === undefined };
}

/** Now decides the same call by the policies of now. */
function Now({ record, denial }: { record: Record; denial: Denial }) {
  const { data, error, loading, reload } = useCall((signal) => decideAnew(record, denial, signal), [record.eventID]);
  return (
    <SpaceBetween size="s">
      <Box variant="h3">By the policies of now</Box>
      {loading && !data && <Spinner />}
      <ErrorAlert error={error} onRetry={reload} />
      {data && (
        <>
          <Changed since={data.since} allowed={data.answer?.allowed ?? false} gone={data.answer ? undefined : data.question.principal} />
          {data.unknown && <Alert type="warning">The trail does not have the policies that limited this session when it was made, so this is decided without them.</Alert>}
          {data.answer && (
            <>
              <Verdict answer={data.answer} />
              <Explained answer={data.answer} question={data.question} />
              <div>
                <Button href={askHref(data.question)}>Ask again with other values</Button>
              </div>
            </>
          )}
        </>
      )}
    </SpaceBetween>
  );
}

/** few is how many changes are listed at once. */
const few = 8;

/** Changed says whether the state that decided is still the same. */
function Changed({ since: { changes, more }, allowed, gone }: { since: Since; allowed: boolean; gone: string | undefined }) {
  if (changes.length === 0 && !gone && !more) {
    return (
      <Box color="text-body-secondary">
        {allowed
          ? 'It would be allowed now, though nothing on the trail changed this principal, its groups or its policies since: the request had something that its record does not tell.'
          : 'Nothing on the trail changed this principal, its groups or its policies since then.'}
      </Box>
    );
  }
  const header = gone ? 'The principal does not exist any more' : allowed ? 'The state has changed since: it would be allowed now' : 'The state has changed since';
  return (
    <Alert type="info" header={header}>
      {gone && <div>{gone} is gone, so the call cannot be decided again.</div>}
      {changes.length > 0 && (
        <ul aria-label="Changes since then">
          {changes.slice(0, few).map((change) => (
            <li key={change.eventID}>
              <Age date={new Date(change.eventTime)} />: <Link href={to`/trail/${change.eventID}`}>{change.eventName}</Link> by <Caller of={change} />
            </li>
          ))}
        </ul>
      )}
      {(changes.length > few || more) && <div>{more ? 'There are more.' : `${changes.length - few} more.`}</div>}
    </Alert>
  );
}
