const day = 86_400_000;

/** Age is how old something is, with what that means. */
export interface Age {
  days: number;
  type: 'success' | 'warning' | 'error';
  text: string;
}

/** daysSince are how many whole days ago something was. */
export function daysSince(date: Date, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - date.getTime()) / day));
}

/** ageOf judges a date: from warn days on it is a warning, from bad days on an error. */
export function ageOf(date: Date, warn: number, bad: number, now: Date): Age {
  const days = daysSince(date, now);
  const type = days >= bad ? 'error' : days >= warn ? 'warning' : 'success';
  return { days, type, text: ageText(days) };
}

/** ageText says a number of days as people do. */
export function ageText(days: number): string {
  if (days === 0) return 'today';
  if (days === 1) return '1 day';
  return days < 730 ? `${days} days` : `${Math.floor(days / 365)} years`;
}
