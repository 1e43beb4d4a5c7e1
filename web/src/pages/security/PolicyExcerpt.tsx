import Box from '@cloudscape-design/components/box';
import Spinner from '@cloudscape-design/components/spinner';

import { useCall } from '../../api/useCall.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { policyText, readPlace } from './policyText.ts';
import styles from './policy.module.css';

/** Lines of a policy before and after those that are marked. */
const around = 6;

/** PolicyExcerpt shows a policy's text with lines marked, from 1; far ones are left out of a long policy. */
export function PolicyExcerpt({ policy, lines }: { policy: string; lines: number[] }) {
  const place = readPlace(policy);
  const text = useCall(async (signal) => (place ? policyText(place, signal) : undefined), [policy]);
  if (!place) return null;
  if (text.error) return <ErrorAlert error={text.error} />;
  if (text.data === undefined) return <Spinner />;
  return <Excerpt label={`Text of ${policy}`} text={text.data} lines={lines} />;
}

/** Excerpt shows a text of which some lines are marked, in words for those who do not see colours. */
export function Excerpt({ label, text, lines }: { label: string; text: string; lines: number[] }) {
  const all = text.split('\n');
  const near = (n: number) => lines.length === 0 || all.length <= 4 * around || lines.some((marked) => Math.abs(marked - n) <= around);
  const shown = all.flatMap((line, i) => (near(i + 1) ? [{ n: i + 1, line }] : []));
  return (
    // It scrolls, so the keyboard must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.text} aria-label={label} tabIndex={0}>
      <ol className={styles.lines}>
        {shown.map(({ n, line }, i) => (
          <li key={n} className={lines.includes(n) ? styles.marked : undefined}>
            {n - (shown[i - 1]?.n ?? 0) > 1 && <span className={styles.gap}>…</span>}
            <span className={styles.number} aria-hidden="true">
              {n}
            </span>
            <code>{line}</code>
            {lines.includes(n) && <Box variant="span" className={styles.note}>{' ← here'}</Box>}
          </li>
        ))}
      </ol>
    </section>
  );
}
