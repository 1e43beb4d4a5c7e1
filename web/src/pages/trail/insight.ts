/** Values are callers, programs or errors, with the calls a minute that had each; the most first. */
type Values = { value: string; average: number }[];

/** Details are the insightDetails of a record: docs/trail.md, "Insights". */
interface Details {
  state: 'Start' | 'End';
  eventSource: string;
  eventName: string;
  errorCode?: string;
  insightContext: {
    statistics: { baseline: { average: number }; insight: { average: number }; insightDuration: number };
    attributions?: { attribute: string; insight: Values }[];
  };
}

/** Insight is the beginning or the end of unusual activity. */
export interface Insight {
  id: string;
  time: string;
  state: Details['state'];
  /** "iam:CreateUser". */
  operation: string;
  /** The error that it failed with unusually often; undefined where it was called so. */
  error?: string | undefined;
  /** Calls a minute, now and in the week before. */
  rate: number;
  before: number;
  minutes: number;
  /** Who made most of the calls. */
  caller?: string | undefined;
}

/** readInsight reads the text of a record. */
export function readInsight(text: string): Insight {
  const { eventID: id, eventTime: time, insightDetails } = JSON.parse(text) as { eventID: string; eventTime: string; insightDetails: Details };
  const { state, eventSource, eventName, errorCode, insightContext } = insightDetails;
  const { baseline, insight, insightDuration } = insightContext.statistics;
  return {
    id,
    time,
    state,
    operation: `${eventSource.replace(/\.amazonaws\.com$/, '')}:${eventName}`,
    error: errorCode,
    rate: insight.average,
    before: baseline.average,
    minutes: insightDuration,
    caller: insightContext.attributions?.find(({ attribute }) => attribute === 'userIdentityArn')?.insight[0]?.value,
  };
}
