import { paginateValidatePolicy, type ValidatePolicyFinding } from '@aws-sdk/client-accessanalyzer';
import { useEffect, useMemo, useState } from 'react';

import { accessAnalyzer } from '../api/clients/accessanalyzer.ts';
import { isAborted } from '../api/errors.ts';
import type { Mark } from './codeMirror.ts';
import { type Finding, placed } from './findings.ts';

/** PolicyKind is what a document is for. */
export type PolicyKind = 'identity' | 'trust';

const parameters = {
  identity: { policyType: 'IDENTITY_POLICY' },
  trust: { policyType: 'RESOURCE_POLICY', validatePolicyResourceType: 'AWS::IAM::AssumeRolePolicyDocument' },
} as const;

/** pause is how long the text must rest before it is validated, in milliseconds. */
const pause = 400;

export interface Findings {
  /** Those of the text as it was when it was last validated. */
  findings: Finding[];
  /** They are not those of the text of now. */
  stale: boolean;
  error: unknown;
}

/** useFindings asks Access Analyzer's ValidatePolicy about a text, whenever it rests. */
export function useFindings(text: string, kind: PolicyKind): Findings {
  const [state, setState] = useState<{ text?: string; findings: Finding[]; error: unknown }>({ findings: [], error: undefined });
  useEffect(() => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      validate(text, kind, controller.signal).then(
        (findings) => setState({ text, findings, error: undefined }),
        (error: unknown) => {
          if (!isAborted(error)) setState({ text, findings: [], error });
        },
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text, kind]);
  return { findings: state.findings, error: state.error, stale: state.text !== text };
}

async function validate(text: string, kind: PolicyKind, abortSignal: AbortSignal): Promise<Finding[]> {
  if (text.trim() === '') return [];
  const found: ValidatePolicyFinding[] = [];
  const client = { client: accessAnalyzer, pageSize: 1000 };
  for await (const page of paginateValidatePolicy(client, { policyDocument: text, ...parameters[kind], maxResults: 1000 }, { abortSignal })) {
    found.push(...(page.findings ?? []));
    if (abortSignal.aborted) break;
  }
  return placed(text, found);
}

const looks = { ERROR: 'error', SECURITY_WARNING: 'warning', WARNING: 'warning', SUGGESTION: 'suggestion' } as const;

/** useMarks are the findings as an editor shows them. */
export function useMarks(findings: readonly Finding[]): Mark[] {
  return useMemo(() => findings.map(({ from, to, type, code, details }) => ({ from, to, look: looks[type], title: `${code}: ${details}` })), [findings]);
}
