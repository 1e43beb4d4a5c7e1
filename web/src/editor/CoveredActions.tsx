import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Spinner from '@cloudscape-design/components/spinner';

import { useCall } from '../api/useCall.ts';
import { ErrorAlert } from '../components/ErrorAlert.tsx';
import { catalog } from './catalog.ts';
import { summary } from './complete.ts';
import { actionPatterns } from './context.ts';
import { byLevel, expand, type Expansion } from './reference.ts';

/** mostPatterns is how many patterns are expanded: a policy that names more is no list for people. */
const mostPatterns = 200;

/** CoveredActions shows which actions the patterns of a policy cover, by access level. */
export function CoveredActions({ text }: { text: string }) {
  const patterns = actionPatterns(text).slice(0, mostPatterns);
  const { data, error } = useCall(() => Promise.all(patterns.map((pattern) => expand(catalog, pattern))), [patterns.join('\n')]);
  if (error !== undefined) return <ErrorAlert error={error} />;
  if (!data) return <Spinner />;
  if (data.length === 0) return <Box color="text-body-secondary">The document names no actions yet.</Box>;
  return (
    <SpaceBetween size="xs">
      {data.map((expansion) => (
        <Covered key={expansion.pattern} expansion={expansion} />
      ))}
    </SpaceBetween>
  );
}

const reaches = {
  every: 'every action of every service',
  none: 'no action that the catalogue has',
  unknown: 'of a service that the catalogue does not have',
};

function Covered({ expansion: { pattern, reach, actions } }: { expansion: Expansion }) {
  if (reach !== 'some') {
    return (
      <div>
        <Box variant="code">{pattern}</Box> <Box variant="span" color="text-body-secondary">{reaches[reach]}</Box>
      </div>
    );
  }
  if (actions.length === 1) {
    return (
      <div>
        <Box variant="code">{pattern}</Box> <Box variant="span" color="text-body-secondary">{actions[0]!.level}</Box>
      </div>
    );
  }
  return (
    <ExpandableSection headerText={`${pattern} (${actions.length})`} headerDescription={summary(actions)}>
      <SpaceBetween size="xs">
        {byLevel(actions).map((group) => (
          <div key={group.level}>
            <Box variant="awsui-key-label">
              {group.level} ({group.actions.length})
            </Box>
            {group.actions.map(({ name }) => name).join(', ')}
          </div>
        ))}
      </SpaceBetween>
    </ExpandableSection>
  );
}
