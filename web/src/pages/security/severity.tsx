import Badge from '@cloudscape-design/components/badge';

import type { AuditReference } from '../../api/warder.ts';

/** Severities from the gravest on, as the audit writes them; alarms have the first four, in capitals. */
export const severities = ['critical', 'high', 'medium', 'low', 'informational'] as const;

export type Severity = (typeof severities)[number];

/** severityOf reads either spelling. */
export function severityOf(text: string): Severity {
  return severities.find((s) => s === text.toLowerCase()) ?? 'informational';
}

/** bySeverity orders from the gravest on. */
export function bySeverity(a: string, b: string): number {
  return severities.indexOf(severityOf(a)) - severities.indexOf(severityOf(b));
}

/** title writes a lower-case word with a capital. */
export function title(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

/** referenceText names a rule of a benchmark, or a practice that no benchmark numbers. */
export function referenceText({ framework, id }: AuditReference): string {
  return framework === 'practice' ? `best practice: ${id}` : `${framework} ${id}`;
}

/** SeverityBadge says a severity in a word, and in a colour. */
export function SeverityBadge({ of }: { of: string }) {
  const severity = severityOf(of);
  return <Badge color={severity === 'informational' ? 'severity-neutral' : `severity-${severity}`}>{title(severity)}</Badge>;
}
