import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';

import { ErrorAlert } from '../components/ErrorAlert.tsx';
import { type Finding, findingTypes } from './findings.ts';
import type { Findings } from './useFindings.ts';

const look: Record<Finding['type'], { type: StatusIndicatorProps.Type; one: string; many: string }> = {
  ERROR: { type: 'error', one: 'error', many: 'errors' },
  SECURITY_WARNING: { type: 'warning', one: 'security warning', many: 'security warnings' },
  WARNING: { type: 'warning', one: 'warning', many: 'warnings' },
  SUGGESTION: { type: 'info', one: 'suggestion', many: 'suggestions' },
};

/** FindingsList shows what validation found, each with a way to its place. */
export function FindingsList({ findings, stale, error, onJump }: Findings & { onJump: (finding: Finding) => void }) {
  if (error !== undefined) return <ErrorAlert error={error} />;
  return (
    <div aria-live="polite">
      <ExpandableSection defaultExpanded headerText={`Findings (${stale ? 'checking' : findings.length})`} headerDescription={counts(findings)}>
        {findings.length === 0 ? (
          <StatusIndicator type={stale ? 'in-progress' : 'success'}>{stale ? 'Checking' : 'Nothing was found'}</StatusIndicator>
        ) : (
          <SpaceBetween size="s">
            {findings.map((finding, i) => (
              <div key={`${finding.code} ${finding.from} ${i}`}>
                <SpaceBetween direction="horizontal" size="xs">
                  <StatusIndicator type={look[finding.type].type}>{finding.code}</StatusIndicator>
                  <Button variant="inline-link" onClick={() => onJump(finding)} ariaLabel={`Go to line ${finding.line}, ${finding.code}`}>
                    line {finding.line}
                  </Button>
                </SpaceBetween>
                <Box color="text-body-secondary">
                  {finding.details}{' '}
                  {finding.link && (
                    <Link external href={finding.link} ariaLabel={`Learn more about ${finding.code}`}>
                      Learn more
                    </Link>
                  )}
                </Box>
              </div>
            ))}
          </SpaceBetween>
        )}
      </ExpandableSection>
    </div>
  );
}

/** counts says how many findings there are of each type. */
function counts(findings: readonly Finding[]): string | undefined {
  const parts = findingTypes.flatMap((type) => {
    const n = findings.filter((finding) => finding.type === type).length;
    return n > 0 ? [`${n} ${n === 1 ? look[type].one : look[type].many}`] : [];
  });
  return parts.length > 0 ? parts.join(', ') : undefined;
}
