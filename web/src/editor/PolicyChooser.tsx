import { ListPoliciesCommand, type Policy } from '@aws-sdk/client-iam';
import { useCallback } from 'react';

import { iam } from '../api/clients/iam.ts';
import { usePages } from '../api/usePages.ts';
import { Chooser, type ChooserProps } from './Chooser.tsx';

export interface PolicyChooserProps {
  title: string;
  /** More than one may be chosen, ten at most. */
  several?: boolean;
  /** ARNs that are not offered. */
  without?: readonly string[];
  onChoose: (arns: string[]) => void;
  onDismiss: () => void;
}

/** most is how many are chosen at once: as many as one preview takes. */
const most = 10;

const columns: ChooserProps<Policy>['columns'] = [
  { id: 'name', header: 'Policy name', cell: ({ PolicyName }) => PolicyName, isRowHeader: true },
  { id: 'owner', header: 'Managed by', cell: ({ Arn = '' }) => (Arn.includes('::aws:') ? 'AWS' : 'This account') },
  { id: 'uses', header: 'Attached to', cell: ({ AttachmentCount = 0 }) => AttachmentCount },
];
const id = ({ Arn = '' }: Policy) => Arn;
const name = ({ PolicyName = '' }: Policy) => PolicyName;
const none: readonly string[] = [];

/** PolicyChooser chooses among the managed policies that can be attached: the account's own first, then AWS's. */
export function PolicyChooser({ title, several, without = none, onChoose, onDismiss }: PolicyChooserProps) {
  const pages = usePages(async (Marker, abortSignal) => {
    const answer = await iam.send(new ListPoliciesCommand({ Scope: 'All', Marker, MaxItems: 1000 }), { abortSignal });
    return { items: answer.Policies ?? [], next: answer.Marker };
  }, []);
  const offered = useCallback(({ Arn = '', IsAttachable }: Policy) => Boolean(IsAttachable) && !without.includes(Arn), [without]);
  return (
    <Chooser
      title={title}
      noun="policies"
      pages={pages}
      offered={offered}
      id={id}
      name={name}
      columns={columns}
      most={several ? most : 1}
      onChoose={(policies) => onChoose(policies.map(id))}
      onDismiss={onDismiss}
    />
  );
}
