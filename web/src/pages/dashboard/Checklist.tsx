import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import LiveRegion from '@cloudscape-design/components/live-region';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import type { ChecklistItem } from '../../api/warder.ts';
import { base, to } from '../../app/links.ts';
import styles from './dashboard.module.css';

const states = {
  DONE: ['success', 'done'],
  OPEN: ['warning', 'open'],
  NOT_ASSESSED: ['stopped', 'not assessed'],
} as const;

/** Checklist is what an account needs on its first day. It ticks itself off: each item is a question to the audit. */
export function Checklist({ items }: { items: ChecklistItem[] }) {
  const done = items.filter((item) => item.done).length;
  const complete = done === items.length;
  const open = items.filter((item) => !item.done);
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${done}/${items.length})`} description={complete ? 'All of it is done. It stays here, and says so when that changes.' : 'It ticks itself off as things get done.'}>
          Day one
        </Header>
      }
    >
      <SpaceBetween size="m">
        <ProgressBar value={(100 * done) / Math.max(1, items.length)} ariaLabel="Done of the checklist" status={complete ? 'success' : 'in-progress'} resultText="All done" />
        <LiveRegion hidden>{`${done} of ${items.length} are done.`}</LiveRegion>
        <ul className={styles.list} aria-label="Checklist">
          {[...open, ...items.filter((item) => item.done)].map((item) => (
            <li key={item.itemId}>
              <Item item={item} />
            </li>
          ))}
        </ul>
      </SpaceBetween>
    </Container>
  );
}

function Item({ item }: { item: ChecklistItem }) {
  const [type, word] = states[item.status];
  const { path, command, text } = item.where;
  return (
    <ExpandableSection
      variant="inline"
      headerText={
        <StatusIndicator type={type} iconAriaLabel={word}>
          {item.title}
        </StatusIndicator>
      }
    >
      <SpaceBetween size="xs">
        <Box>{item.state}</Box>
        <Box color="text-body-secondary">{item.why}</Box>
        {!item.done && (
          <Box>
            {text} {path && <Link href={base + path}>Do it here</Link>}
          </Box>
        )}
        {item.findings > 0 && <Link href={findingsHref(item)}>{item.findings === 1 ? '1 finding' : `${item.findings} findings`}</Link>}
        {!item.done && command && (
          <CopyToClipboard variant="inline" textToCopy={command} copyButtonAriaLabel={`Copy the command of ${item.title}`} copySuccessText="Copied" copyErrorText="Could not be copied" />
        )}
      </SpaceBetween>
    </ExpandableSection>
  );
}

/** findingsHref are the findings of an item's checks. */
function findingsHref({ checkIds }: ChecklistItem): string {
  const query = new URLSearchParams(checkIds.map((id) => ['f', `check=${id}`]));
  if (checkIds.length > 1) query.set('or', '1');
  return `${to`/findings`}?${query}`;
}
