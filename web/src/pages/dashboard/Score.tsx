import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';

import type { AuditAreaScore, AuditSummary } from '../../api/warder.ts';
import { to } from '../../app/links.ts';

/** Score is how well the account is kept, from 0 to 100, and by area what would raise it the most. */
export function Score({ score, checks }: Pick<AuditSummary, 'score' | 'checks'>) {
  return (
    <Container header={<Header variant="h2" description={`${checks.passed + checks.failed} of ${checks.passed + checks.failed + checks.notAssessed} checks were assessed.`}>Score</Header>}>
      <SpaceBetween size="m">
        <Box fontSize="display-l" fontWeight="bold" aria-label="Score of 100">
          {score.total ?? '–'}
          <Box variant="span" color="text-body-secondary" fontSize="heading-m">
            {' '}
            of 100
          </Box>
        </Box>
        {score.areas.map((area) => (
          <Area key={area.area} area={area} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

function Area({ area }: { area: AuditAreaScore }) {
  const [most] = area.moves;
  if (area.score === undefined) {
    return (
      <Box color="text-body-secondary">
        {area.area}: not assessed
      </Box>
    );
  }
  return (
    <ProgressBar
      label={area.area}
      value={area.score}
      description={
        most && (
          <>
            +{most.points} by <Link fontSize="inherit" href={`${to`/findings`}?f=check%3D${most.checkId}`}>{most.checkId}</Link>
          </>
        )
      }
    />
  );
}
