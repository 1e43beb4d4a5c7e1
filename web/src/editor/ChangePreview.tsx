import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { useCall } from '../api/useCall.ts';
import { type AccessDifference, type PolicyChange, type PreviewPolicyChangeResponse, warder } from '../api/warder.ts';
import { ErrorAlert } from '../components/ErrorAlert.tsx';

/** ChangePreview shows who would gain and lose what, if calls were made. */
export function ChangePreview({ changes }: { changes: PolicyChange[] }) {
  const { data, error, reload } = useCall((abortSignal) => warder('PreviewPolicyChange', { changes }, { abortSignal }), [changes]);
  if (error !== undefined) return <ErrorAlert error={error} onRetry={reload} />;
  if (!data) {
    return (
      <Box>
        <Spinner /> Comparing what everybody may do before and after
      </Box>
    );
  }
  return <Preview answer={data} />;
}

const groups = [
  { direction: 'Gained', title: 'Gained' },
  { direction: 'Changed', title: 'Allowed on other conditions' },
  { direction: 'Lost', title: 'Lost' },
] as const;

function Preview({ answer: { differences, omitted, undecided, unfinished } }: { answer: PreviewPolicyChangeResponse }) {
  return (
    <SpaceBetween size="s">
      {unfinished && <Alert type="warning">There was not enough time to compare everything: there may be more differences than these.</Alert>}
      {differences.length === 0 && !unfinished && (
        <StatusIndicator type="info">Nobody gains or loses access, as far as the catalogue knows the actions.</StatusIndicator>
      )}
      {groups.map(({ direction, title }) => {
        const own = differences.filter((difference) => difference.direction === direction);
        return own.length > 0 && <Group key={direction} title={title} differences={own} />;
      })}
      {omitted > 0 && <Box>And {omitted.toLocaleString('en')} more differences.</Box>}
      {undecided.length > 0 && (
        <ExpandableSection headerText={`What cannot be told (${undecided.length})`}>
          <ul>
            {undecided.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </ExpandableSection>
      )}
      <Box variant="small">
        Access in this account, by its policies, boundaries and trust policies. Session policies and the policies of resources elsewhere are not known here.
      </Box>
    </SpaceBetween>
  );
}

function Group({ title, differences }: { title: string; differences: AccessDifference[] }) {
  return (
    <div>
      <Box variant="h4" tagOverride="h3">
        {title} ({differences.length})
      </Box>
      <SpaceBetween size="xs">
        {differences.map((difference, i) => (
          // Differences have no names of their own.
          // oxlint-disable-next-line react/no-array-index-key
          <Difference key={i} difference={difference} />
        ))}
      </SpaceBetween>
    </div>
  );
}

function Difference({ difference: d }: { difference: AccessDifference }) {
  const who = d.principalCount === 1 ? short(d.principals[0] ?? '1 principal') : `${d.principalCount} principals`;
  const levels = d.accessLevels.map(({ level, actions }) => `${actions} ${level}`).join(', ');
  const grave = d.direction === 'Gained' && d.accessLevels.some(({ level }) => level === 'Permissions management');
  return (
    <ExpandableSection
      defaultExpanded={d.actionCount <= 5 && d.principalCount <= 5}
      headerText={`${who}: ${d.actionCount === 1 ? d.actions[0] : `${d.actionCount.toLocaleString('en')} actions`} on ${d.resource}`}
      headerDescription={levels}
    >
      <SpaceBetween size="xxs">
        {grave && <StatusIndicator type="warning">Permissions management: who has it can give more</StatusIndicator>}
        <div>
          Before: {d.before}. After: {d.after}.
        </div>
        {d.principalCount > 1 && <Names title="Principals" names={d.principals.map(short)} count={d.principalCount} />}
        {d.actionCount > 1 && <Names title="Actions" names={d.actions} />}
        {d.statements.length > 0 && (
          <div>
            Allowed by{' '}
            {d.statements
              .map(({ policy, sid, line }) => `${policy}${sid ? `, ${sid}` : ''}${line ? ` (line ${line})` : ''}`)
              .join('; ')}
          </div>
        )}
      </SpaceBetween>
    </ExpandableSection>
  );
}

const mostNamed = 60;

function Names({ title, names, count = names.length }: { title: string; names: string[]; count?: number }) {
  const rest = count - Math.min(names.length, mostNamed);
  return (
    <div>
      <Box variant="awsui-key-label">{title}</Box>
      {names.slice(0, mostNamed).join(', ')}
      {rest > 0 && ` and ${rest.toLocaleString('en')} more`}
    </div>
  );
}

/** short is the name of a user, group or role of this ARN: user/alice. */
function short(arn: string): string {
  return arn.replace(/^arn:[^:]*:iam::\d{12}:/, '');
}
