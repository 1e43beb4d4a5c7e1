import { LookupEventsCommand, type Event, type LookupAttribute } from '@aws-sdk/client-cloudtrail';

import { cloudTrail } from '../../api/clients/cloudtrail.ts';

/** Json is any value of JSON. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Identity is who called, as CloudTrail's records have it. */
export interface Identity {
  type?: string;
  arn?: string;
  accountId?: string;
  userName?: string;
  accessKeyId?: string;
  invokedBy?: string;
  sessionContext?: {
    sessionIssuer?: { arn?: string; type?: string; userName?: string };
    attributes?: { mfaAuthenticated?: string; creationDate?: string };
  };
}

/** Denial is what additionalEventData says of a call that was denied: docs/trail.md, "Denials". */
export interface Denial {
  action: string;
  resource: string;
  layer: string;
  explicitDeny: boolean;
  statements?: { policy: string; statementId?: string }[];
}

/** Record is an event as it was written. */
export interface Record {
  eventID: string;
  eventTime: string;
  eventSource: string;
  eventName: string;
  eventType?: string;
  awsRegion?: string;
  sourceIPAddress?: string;
  userAgent?: string;
  errorCode?: string;
  errorMessage?: string;
  readOnly?: boolean;
  requestID?: string;
  userIdentity?: Identity;
  resources?: { ARN?: string; type?: string }[];
  additionalEventData?: { denial?: Denial };
  all: { [name: string]: Json };
}

/** readRecord reads what LookupEvents gives. */
export function readRecord({ CloudTrailEvent = '{}' }: Event): Record {
  const all = JSON.parse(CloudTrailEvent) as { [name: string]: Json };
  return { ...(all as unknown as Record), all };
}

export interface Search {
  attribute?: LookupAttribute;
  from?: Date;
  to?: Date;
  token?: string;
  /** How many events a page has at most: 50, the most there can be, unless it says otherwise. */
  most?: number;
}

/** lookup reads one page of events, the newest first. */
export async function lookup({ attribute, from, to, token, most = 50 }: Search, abortSignal: AbortSignal): Promise<{ records: Record[]; next?: string }> {
  const { Events = [], NextToken } = await cloudTrail.send(
    new LookupEventsCommand({ LookupAttributes: attribute && [attribute], StartTime: from, EndTime: to, NextToken: token, MaxResults: most }),
    { abortSignal },
  );
  return { records: Events.map(readRecord), next: NextToken };
}

/** serviceOf is "iam" of "iam.amazonaws.com". */
export function serviceOf({ eventSource }: Record): string {
  return eventSource.replace(/\.(amazonaws\.com|internal)$/, '');
}

/** callerOf names who called: an ARN, or a service. */
export function callerOf({ userIdentity: who = {} }: Record): string {
  return who.arn ?? who.invokedBy ?? who.accessKeyId ?? who.userName ?? 'unknown';
}

/** principalOf is the ARN that stands for a caller over time: a role's sessions are the role. */
export function principalOf({ userIdentity }: Record): string | undefined {
  return userIdentity?.sessionContext?.sessionIssuer?.arn ?? userIdentity?.arn;
}
