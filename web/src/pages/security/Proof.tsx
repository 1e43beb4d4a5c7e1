import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import type { RemedyAccess, RemedyProof } from '../../api/warder.ts';
import { ResourceLink } from '../../components/ResourceLink.tsx';

type Use = NonNullable<RemedyAccess['use']>;

const uses: Record<Use, [StatusIndicatorProps.Type, string]> = {
  USED: ['error', 'used'],
  PERHAPS_USED: ['warning', 'perhaps used'],
  UNUSED: ['success', 'unused'],
  NO_EVIDENCE: ['info', 'no evidence'],
};

/** Used says whether something was used, as far as the evidence tells. */
export function Used({ use }: { use: Use }) {
  const [type, text] = uses[use];
  return <StatusIndicator type={type}>{text}</StatusIndicator>;
}

/** Proof says who loses and gains what by a remedy, found by evaluating the policies before and after it. */
export function Proof({ proof }: { proof: RemedyProof }) {
  return (
    <SpaceBetween size="m">
      <Verdict proof={proof} />
      {proof.lost.length > 0 && <Accesses title="Lost" total={proof.lostTotal} accesses={proof.lost} />}
      {proof.gained.length > 0 && <Accesses title="Gained" total={proof.gainedTotal} accesses={proof.gained} />}
      {proof.keys.map((key) => (
        <Box key={key.accessKeyId}>
          Access key <Box variant="code">{key.accessKeyId}</Box> of user {key.userName} stops working: <Used use={key.use} /> – {key.evidence}
        </Box>
      ))}
      {proof.notAssessed.length > 0 && <Alert type="warning" header="Not assessed">{proof.notAssessed.join('; ')}</Alert>}
    </SpaceBetween>
  );
}

function Verdict({ proof }: { proof: RemedyProof }) {
  if (proof.usedIsLost) return <Alert type="error" header="Something that was used is lost">Look at what is lost before you apply it.</Alert>;
  if (proof.lostTotal === 0 && proof.keys.length === 0) return <Alert type="success" header="Nobody loses anything">{whose(proof)}</Alert>;
  if (proof.noEvidence > 0) return <Alert type="warning" header="Nothing tells whether all of it is unused">{whose(proof)}</Alert>;
  return <Alert type="success" header="Nothing that was used is lost">{whose(proof)}</Alert>;
}

function whose({ principals }: RemedyProof): string {
  return principals.length === 0 ? 'No principal’s policies change.' : `Policies of ${principals.length} ${principals.length === 1 ? 'principal' : 'principals'} change; all that they may do before and after was compared.`;
}

const columns: TableProps.ColumnDefinition<RemedyAccess>[] = [
  { id: 'who', header: 'Principal', cell: ({ principal }) => <ResourceLink arn={principal} />, isRowHeader: true },
  { id: 'what', header: 'Actions', cell: (a) => listed(a.actions.map((action) => `${a.service}:${action.replace(/^[^:]*:/, '')}`), a.actionsTotal) },
  { id: 'where', header: 'Resources', cell: (a) => listed(a.resources, a.resourcesTotal) },
  { id: 'answer', header: 'When', cell: ({ answer }) => (answer === 'yes' ? 'always' : answer) },
  { id: 'use', header: 'Use', cell: ({ use, evidence }) => (use ? <span title={evidence}><Used use={use} /></span> : '–') },
];

function Accesses({ title, total, accesses }: { title: string; total: number; accesses: RemedyAccess[] }) {
  return (
    <Table
      variant="embedded"
      header={<Header variant="h3" counter={`(${total})`}>{title}</Header>}
      items={accesses}
      ariaLabels={{ tableLabel: title }}
      columnDefinitions={columns}
    />
  );
}

function listed(texts: string[], total: number): string {
  const shown = texts.slice(0, 6);
  return shown.join(', ') + (total > shown.length ? ` and ${total - shown.length} more` : '');
}
