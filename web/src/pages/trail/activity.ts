import { warder, type ActivityPoint, type GetActivityResponse } from '../../api/warder.ts';
import { readArn } from '../../components/arn.ts';

/** The spans that can be looked at, in hours. */
export const spans = [
  { value: '24', label: 'Last 24 hours' },
  { value: '168', label: 'Last 7 days' },
  { value: '720', label: 'Last 30 days' },
  { value: '2160', label: 'Last 90 days' },
];

export const groupings = [
  { value: 'principal', label: 'Principals' },
  { value: 'action', label: 'Actions' },
  { value: 'service', label: 'Services' },
  { value: 'address', label: 'Source addresses' },
] as const;

export type Grouping = (typeof groupings)[number]['value'];

/** Activity is what happened in a time: in all, and by whom or what. */
export type Activity = Pick<GetActivityResponse, 'points' | 'series' | 'events' | 'denied' | 'failed' | 'others' | 'completeFrom' | 'truncated' | 'bucketSeconds' | 'groupBy'>;

/**
 * activityOf reads the activity of one principal, or of all where there is none. A user's events are found by the user's name; those of
 * a role's sessions have names of their own, so a role is found among all principals, and nothing tells its actions apart.
 */
export async function activityOf(principal: string, hours: number, groupBy: Grouping, abortSignal: AbortSignal): Promise<Activity> {
  const from = new Date(Date.now() - hours * 3_600_000).toISOString();
  const named = readArn(principal);
  if (named?.kind === 'user') {
    return warder('GetActivity', { from, groupBy: groupBy === 'principal' ? 'action' : groupBy, attributeKey: 'Username', attributeValue: named.name, maxSeries: 50 }, { abortSignal });
  }
  const all = await warder('GetActivity', { from, groupBy: principal ? 'principal' : groupBy, maxSeries: 50 }, { abortSignal });
  if (!principal) return all;
  const own = all.series.find(({ name }) => name === principal);
  const { events = 0, denied = 0, failed = 0 } = own ?? {};
  return { ...all, events, denied, failed, others: 0, series: own ? [own] : [], points: filled(all.points, own?.points ?? []) };
}

/** filled has a point for each bucket of all, nothing where own has none. */
function filled(all: ActivityPoint[], own: ActivityPoint[]): ActivityPoint[] {
  const known = new Map(own.map((point) => [point.start, point]));
  return all.map(({ start }) => known.get(start) ?? { start, events: 0, denied: 0, failed: 0 });
}
