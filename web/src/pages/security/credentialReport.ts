import { GenerateCredentialReportCommand, GetCredentialReportCommand } from '@aws-sdk/client-iam';

import { iam } from '../../api/clients/iam.ts';
import { parseReport, type Row } from './reportRows.ts';

export interface Report {
  made: Date;
  /** As IAM made it. */
  csv: string;
  rows: Row[];
}

/** fetchReport has a report made, unless there is one of the last four hours, and reads it. */
export async function fetchReport(abortSignal: AbortSignal): Promise<Report> {
  for (let state = ''; state !== 'COMPLETE'; ) {
    state = (await iam.send(new GenerateCredentialReportCommand({}), { abortSignal })).State ?? '';
    if (state !== 'COMPLETE') await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const { Content, GeneratedTime } = await iam.send(new GetCredentialReportCommand({}), { abortSignal });
  const csv = new TextDecoder().decode(Content);
  return { made: GeneratedTime ?? new Date(), csv, rows: await parseReport(csv) };
}
