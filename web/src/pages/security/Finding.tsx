import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import { useParams } from 'react-router';

import { isMissing } from '../../api/errors.ts';
import { useLive } from '../../api/useLive.ts';
import { warder, type AuditCheck, type AuditEvidence, type AuditFinding } from '../../api/warder.ts';
import { to } from '../../app/links.ts';
import { Age, exact } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';
import { PolicyExcerpt } from './PolicyExcerpt.tsx';
import { Remedy } from './Remedy.tsx';
import { referenceText, SeverityBadge } from './severity.tsx';

const above = [{ text: 'Findings', href: '/findings' }];

/** Finding is one finding: what shows it, why it matters, how to mend it. */
export function Finding() {
  const { id = '' } = useParams();
  const call = useLive((abortSignal) => warder('GetFinding', { findingId: id }, { abortSignal }), [id], ['findings']);
  const gone = isMissing(call.error);
  if (gone && !call.data) return <Gone id={id} />;
  const { finding, check } = call.data ?? {};
  return (
    <Page title={finding?.title ?? id} breadcrumbs={above}>
      <SpaceBetween size="l">
        {gone ? <Mended /> : <ErrorAlert error={call.error} onRetry={call.reload} />}
        {call.loading && !finding && <Spinner size="large" />}
        {finding && check && (
          <SpaceBetween size="l">
            <Overview finding={finding} check={check} />
            <Evidence finding={finding} />
            <Remedy key={finding.findingId} finding={finding} onApplied={call.reload} />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Page>
  );
}

/** Mended stands above a finding that went away while somebody looked at it: what was done can still be taken back below. */
function Mended() {
  return (
    <Alert type="success" header="Mended" action={<Link href={to`/findings`}>All findings</Link>}>
      The audit does not find it any more.
    </Alert>
  );
}

function Gone({ id }: { id: string }) {
  return (
    <Page title={id} breadcrumbs={above}>
      <Container>
        <EmptyState title="There is no such finding" action={<Link href={to`/findings`}>All findings</Link>}>
          What it was about is mended, or is not there any more.
        </EmptyState>
      </Container>
    </Page>
  );
}

function Overview({ finding, check }: { finding: AuditFinding; check: AuditCheck }) {
  return (
    <Container header={<Header variant="h2">Overview</Header>}>
      <SpaceBetween size="l">
        <Facts
          columns={4}
          items={[
            { label: 'Severity', value: <SeverityBadge of={finding.severity} /> },
            { label: 'Resource', value: <ResourceLink arn={finding.resource} /> },
            { label: 'Area', value: finding.area },
            { label: 'First seen', value: <Age date={new Date(finding.firstSeen)} /> },
          ]}
        />
        <Facts
          columns={2}
          items={[
            { label: 'Why it matters', value: check.why },
            { label: 'ARN', value: <CopyArn arn={finding.resource} /> },
            { label: 'Check', value: <Link href={to`/checks` + `?f=id%3D${check.checkId}`}>{check.title}</Link> },
            { label: 'References', value: <References finding={finding} /> },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

function References({ finding }: { finding: AuditFinding }) {
  if (finding.references.length === 0) return <>–</>;
  return <>{finding.references.map(referenceText).join(' · ')}</>;
}

/** Evidence lists the facts, and below them each policy that they stand in, with the lines marked. */
function Evidence({ finding }: { finding: AuditFinding }) {
  const left = finding.evidenceTotal - finding.evidence.length;
  return (
    <Container header={<Header variant="h2" counter={`(${finding.evidenceTotal})`}>Evidence</Header>}>
      <SpaceBetween size="l">
        {finding.evidence.length === 0 && <Box>What is missing is the evidence: there is nothing to show.</Box>}
        {grouped(finding.evidence).map(([policy, facts]) => (
          <ColumnLayout key={policy || 'none'} columns={1}>
            <SpaceBetween size="xs">
              {policy && <Box variant="h3">{policy}</Box>}
              <ul>
                {facts.map((fact, i) => (
                  <li key={i}>{factText(fact)}</li>
                ))}
              </ul>
              {policy && <PolicyExcerpt policy={policy} lines={facts.flatMap(({ line }) => (line ? [line] : []))} />}
            </SpaceBetween>
          </ColumnLayout>
        ))}
        {left > 0 && <Box color="text-body-secondary">{left} more are not shown.</Box>}
      </SpaceBetween>
    </Container>
  );
}

/** grouped puts together what stands in one policy, in the order of the first of each. */
function grouped(evidence: AuditEvidence[]): [policy: string, facts: AuditEvidence[]][] {
  const groups = new Map<string, AuditEvidence[]>();
  for (const fact of evidence) groups.set(fact.policy ?? '', [...(groups.get(fact.policy ?? '') ?? []), fact]);
  return [...groups];
}

function factText({ text, statement, line, time }: AuditEvidence): string {
  const where = [statement && `statement ${statement}`, line && `line ${line}`, time && exact(new Date(time))].filter(Boolean);
  return where.length > 0 ? `${text} (${where.join(', ')})` : text;
}
