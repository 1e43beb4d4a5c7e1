import { type Location, type ValidatePolicyFinding } from '@aws-sdk/client-accessanalyzer';

import type { Place } from './json.ts';

/** Finding is one of ValidatePolicy's, with its place in the text. */
export interface Finding extends Place {
  type: 'ERROR' | 'SECURITY_WARNING' | 'WARNING' | 'SUGGESTION';
  code: string;
  details: string;
  link?: string;
  /** Line of the place, from 1. */
  line: number;
}

/** order of the types, the gravest first. */
export const findingTypes = ['ERROR', 'SECURITY_WARNING', 'WARNING', 'SUGGESTION'] as const;

/** placed gives findings their places in a text: one for each location, the gravest first, then in the text's order. */
export function placed(text: string, findings: readonly ValidatePolicyFinding[]): Finding[] {
  const units = unitsOf(text);
  const all = findings.flatMap((finding) => {
    const base = {
      type: (finding.findingType ?? 'ERROR') as Finding['type'],
      code: finding.issueCode ?? '',
      details: finding.findingDetails ?? '',
      ...(finding.learnMoreLink && { link: finding.learnMoreLink }),
    };
    const places: Location[] = finding.locations?.length ? finding.locations : [{ path: [], span: undefined }];
    return places.map(({ span }) => {
      const from = units(span?.start?.offset ?? 0);
      return { ...base, from, to: Math.max(from, units(span?.end?.offset ?? span?.start?.offset ?? 0)), line: span?.start?.line ?? 1 };
    });
  });
  return all.toSorted((a, b) => findingTypes.indexOf(a.type) - findingTypes.indexOf(b.type) || a.from - b.from);
}

/** unitsOf turns offsets in characters, as the service counts them, into those of JavaScript's strings. */
function unitsOf(text: string): (characters: number) => number {
  if (!/[\uD800-\uDBFF]/.test(text)) return (n) => Math.min(n, text.length);
  const starts: number[] = [];
  for (let i = 0; i < text.length; i += text.codePointAt(i)! > 0xffff ? 2 : 1) starts.push(i);
  return (n) => starts[n] ?? text.length;
}
