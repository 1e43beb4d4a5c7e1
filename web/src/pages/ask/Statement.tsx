import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import { useMemo, useState } from 'react';

import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { CodeEditor } from '../../editor/CodeEditor.tsx';
import { shown, statementPlaces } from '../../editor/json.ts';
import { documentOf } from './documents.ts';
import type { ConditionReport, Fit, StatementReport } from './explain.ts';
import type { Question } from './question.ts';

/** Statement shows how one statement fared, and where it stands in its policy. */
export function Statement({ report, question, expanded }: { report: StatementReport; question: Question; expanded: boolean }) {
  const [open, setOpen] = useState(expanded);
  const { effect, policy, sid, index, line } = report;
  return (
    <ExpandableSection
      variant="stacked"
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
      headerText={`${effect}${sid ? ` ${sid}` : ''} in ${policy.replace(/^arn:[^:]*:iam::(\d+|aws):/, '')}`}
      headerDescription={`Statement ${index + 1}, in line ${line} of the document as it is stored`}
    >
      <SpaceBetween size="s">
        <SpaceBetween size="xxs">
          <Part name="Action" fit={report.action} />
          {report.caller !== 'yes' && <Part name="Principal" fit={report.caller} />}
          <Part name={report.notResources ? 'NotResource' : 'Resource'} fit={report.resource} text={resources(report)} />
          {report.conditions?.map((condition, i) => (
            // A key may stand under several operators.
            // oxlint-disable-next-line react/no-array-index-key
            <Part key={i} name={`${condition.operator} ${condition.key}`} fit={condition.held} text={conditionText(condition)} />
          ))}
        </SpaceBetween>
        {policy.startsWith('arn:') && <Link href={to`/policies/${policy}`}>Open the policy</Link>}
        {open && <InPolicy report={report} question={question} />}
      </SpaceBetween>
    </ExpandableSection>
  );
}

const looks: Record<Fit, { type: StatusIndicatorProps.Type; word: string }> = {
  yes: { type: 'success', word: 'fits' },
  no: { type: 'error', word: 'does not fit' },
  unknown: { type: 'warning', word: 'cannot be evaluated' },
};

function Part({ name, fit, text }: { name: string; fit: Fit; text?: string }) {
  return (
    <div>
      <StatusIndicator type={looks[fit].type}>
        {name} {looks[fit].word}
      </StatusIndicator>
      {text && (
        <Box variant="span" color="text-body-secondary">
          {' '}
          {text}
        </Box>
      )}
    </div>
  );
}

function resources({ resources: own, notResources, resolved }: StatementReport): string {
  const written = (own ?? notResources ?? []).join(', ');
  return resolved && resolved.join(', ') !== written ? `${written}, which is ${resolved.join(', ')}` : written;
}

function conditionText({ values, resolved, request, absent, note }: ConditionReport): string {
  const wanted = (resolved ?? values).join(', ');
  const given = absent ? 'the request does not have the key' : `the request has ${request?.join(', ')}`;
  return `wants ${wanted}; ${given}${note ? `; ${note}` : ''}`;
}

/** InPolicy is the policy's document with the statement marked. */
function InPolicy({ report, question }: { report: StatementReport; question: Question }) {
  const { data, error } = useCall((signal) => documentOf(report.policy, question, signal), [report.policy, question.principal, question.policies]);
  const text = data === undefined ? undefined : shown(data);
  const marks = useMemo(() => {
    const place = text === undefined ? undefined : statementPlaces(text)[report.index];
    return place ? [{ ...place, look: report.effect === 'Deny' ? ('deny' as const) : ('allow' as const), title: 'This statement' }] : [];
  }, [text, report]);
  if (error !== undefined) return <ErrorAlert error={error} />;
  if (text === undefined) return data === undefined && !error ? <Loading /> : null;
  return <CodeEditor value={text} marks={marks} label={`Document of ${report.policy}`} />;
}

function Loading() {
  return (
    <Box>
      <Spinner /> Reading the policy
    </Box>
  );
}
