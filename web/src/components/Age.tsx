import styles from './age.module.css';

const day = 86_400_000;
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'long' });

/** exact is a time to the second, in the reader's zone, which it names. */
export const exact = (date: Date): string => absolute.format(date);

/** Age shows how long ago something was, and the exact time to whoever points at it. */
export function Age({ date, never = 'Never' }: { date: Date | undefined; never?: string }) {
  if (!date) return <>{never}</>;
  return (
    <time className={styles.age} dateTime={date.toISOString()} title={exact(date)}>
      {ago(date, new Date())}
    </time>
  );
}

/** ago is "3 days ago", in the largest unit that is not 0. */
export function ago(date: Date, now: Date): string {
  const ms = date.getTime() - now.getTime();
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 365 * day],
    ['month', 30 * day],
    ['day', day],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ];
  for (const [unit, size] of units) {
    if (Math.abs(ms) >= size) return relative.format(Math.trunc(ms / size), unit);
  }
  return Math.abs(ms) < 60_000 && ms > 0 ? 'in a moment' : 'just now';
}
