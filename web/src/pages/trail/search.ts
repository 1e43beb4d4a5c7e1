import type { LookupAttributeKey } from '@aws-sdk/client-cloudtrail';
import type { DateRangePickerProps } from '@cloudscape-design/components/date-range-picker';

/** The attributes that LookupEvents searches by, and what a value looks like. */
export const attributes: { value: LookupAttributeKey; label: string; example: string }[] = [
  { value: 'Username', label: 'User name', example: 'alice, or the name of a role’s session' },
  { value: 'EventName', label: 'Event name', example: 'CreateUser' },
  { value: 'ResourceName', label: 'Resource name', example: 'a name, an id or an ARN' },
  { value: 'ResourceType', label: 'Resource type', example: 'AWS::IAM::Role' },
  { value: 'EventSource', label: 'Event source', example: 'iam.amazonaws.com' },
  { value: 'AccessKeyId', label: 'Access key', example: 'AKIA…' },
  { value: 'ReadOnly', label: 'Read-only', example: 'true or false' },
  { value: 'EventId', label: 'Event ID', example: '97f91859-cdf6-477c-acdf-5b3d588f36b4' },
];

/** Range is a time range as it stands in a URL: since=24h, or from and to. */
export type Range = DateRangePickerProps.Value | null;

const units = { m: 'minute', h: 'hour', d: 'day' } as const;

export function readRange(from: URLSearchParams): Range {
  const [, amount, unit] = /^(\d{1,4})([mhd])$/.exec(from.get('since') ?? '') ?? [];
  if (amount && unit) return { type: 'relative', amount: Number(amount), unit: units[unit as keyof typeof units] };
  const startDate = from.get('from');
  const endDate = from.get('to');
  return startDate && endDate ? { type: 'absolute', startDate, endDate } : null;
}

export function writeRange(range: Range, into: URLSearchParams): void {
  for (const name of ['since', 'from', 'to']) into.delete(name);
  if (range?.type === 'absolute') {
    into.set('from', range.startDate);
    into.set('to', range.endDate);
  } else if (range) {
    into.set('since', `${range.amount}${range.unit.charAt(0)}`);
  }
}

const sizes: { [unit: string]: number } = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

/** bounds are the times of a range; a relative one ends now. */
export function bounds(range: Range, now: Date): { from?: Date; to?: Date } {
  if (!range) return {};
  if (range.type === 'absolute') return { from: new Date(range.startDate), to: new Date(range.endDate) };
  return { from: new Date(now.getTime() - range.amount * (sizes[range.unit] ?? 86_400_000)) };
}

export const relativeOptions: DateRangePickerProps.RelativeOption[] = [
  { key: '1h', amount: 1, unit: 'hour', type: 'relative' },
  { key: '24h', amount: 24, unit: 'hour', type: 'relative' },
  { key: '7d', amount: 7, unit: 'day', type: 'relative' },
  { key: '30d', amount: 30, unit: 'day', type: 'relative' },
  { key: '90d', amount: 90, unit: 'day', type: 'relative' },
];

/** validRange refuses what cannot be searched. */
export function validRange(range: Range): DateRangePickerProps.ValidationResult {
  if (range?.type === 'relative' && !(range.unit in sizes)) return { valid: false, errorMessage: 'Give minutes, hours, days or weeks.' };
  if (range?.type === 'absolute' && !(new Date(range.startDate) < new Date(range.endDate))) return { valid: false, errorMessage: 'The end must be after the beginning.' };
  return { valid: true };
}
