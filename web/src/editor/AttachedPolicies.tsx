import type { AttachedPolicy } from '@aws-sdk/client-iam';
import Badge from '@cloudscape-design/components/badge';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useState } from 'react';

import { useCall } from '../api/useCall.ts';
import { to } from '../app/links.ts';
import { CopyArn } from '../components/CopyArn.tsx';
import { EmptyState } from '../components/EmptyState.tsx';
import { flash } from '../components/Flash.tsx';
import { type Column, ResourceTable } from '../components/ResourceTable.tsx';
import { attach, attached, change, detach, type Holder } from './holder.ts';
import { PolicyChooser } from './PolicyChooser.tsx';
import { ReviewModal } from './ReviewModal.tsx';

export interface AttachedPoliciesProps {
  holder: Holder;
  /** onChanged is told after a policy was attached or detached. */
  onChanged?: () => void;
}

const columns: Column<AttachedPolicy>[] = [
  { id: 'name', header: 'Policy name', cell: (p) => <Link href={to`/policies/${p.PolicyArn!}`}>{p.PolicyName}</Link>, value: (p) => p.PolicyName },
  { id: 'owner', header: 'Managed by', cell: (p) => <Badge>{isAws(p.PolicyArn!) ? 'AWS' : 'This account'}</Badge>, value: (p) => (isAws(p.PolicyArn!) ? 'AWS' : 'This account') },
  { id: 'arn', header: 'ARN', cell: (p) => <CopyArn arn={p.PolicyArn!} />, value: (p) => p.PolicyArn },
];

/** isAws tells AWS's own managed policies by their ARN. */
export function isAws(arn: string): boolean {
  return /^arn:[^:]*:iam::aws:policy\//.test(arn);
}

/** AttachedPolicies shows the managed policies of a user, group or role, to attach and detach: <AttachedPolicies holder={{ kind: 'role', name }} />. */
export function AttachedPolicies({ holder, onChanged }: AttachedPoliciesProps) {
  const { data, error, loading, reload } = useCall((signal) => attached(holder, signal), [holder.kind, holder.name]);
  const [choosing, setChoosing] = useState(false);
  const [pending, setPending] = useState<{ verb: 'Attach' | 'Detach'; arns: string[] }>();
  const save = async ({ verb, arns }: NonNullable<typeof pending>) => {
    try {
      for (const arn of arns) await (verb === 'Attach' ? attach : detach)(holder, arn);
    } finally {
      reload(); // also what was done before something failed
      onChanged?.();
    }
    flash.success(`${arns.length === 1 ? '1 policy' : `${arns.length} policies`} ${verb === 'Attach' ? 'attached to' : 'detached from'} ${holder.kind} ${holder.name}`);
    setPending(undefined);
  };
  return (
    <>
      <ResourceTable
        title="Attached policies"
        name="attached-policies"
        noun={['policy', 'policies']}
        variant="container"
        items={data ?? []}
        loading={loading && !data}
        error={error}
        onReload={reload}
        id={(policy) => policy.PolicyArn!}
        columns={columns}
        actions={(selected) => (
          <>
            <Button disabled={selected.length === 0} onClick={() => setPending({ verb: 'Detach', arns: selected.map(({ PolicyArn }) => PolicyArn!) })}>
              Detach
            </Button>{' '}
            <Button onClick={() => setChoosing(true)}>Attach policies</Button>
          </>
        )}
        empty={<EmptyState title="No attached policies">Managed policies say what this {holder.kind} may do.</EmptyState>}
      />
      {choosing && (
        <PolicyChooser
          title={`Attach policies to ${holder.kind} ${holder.name}`}
          several
          without={data?.map(({ PolicyArn }) => PolicyArn!) ?? []}
          onDismiss={() => setChoosing(false)}
          onChoose={(arns) => {
            setChoosing(false);
            setPending({ verb: 'Attach', arns });
          }}
        />
      )}
      {pending && (
        <ReviewModal
          title={`${pending.verb} ${pending.arns.length === 1 ? 'policy' : 'policies'}?`}
          verb={pending.verb}
          changes={pending.arns.slice(0, 10).map((policyArn) => change(holder, pending.verb, { policyArn }))}
          onSave={() => save(pending)}
          onDismiss={() => setPending(undefined)}
        >
          <ul>
            {pending.arns.map((arn) => (
              <li key={arn}>{arn}</li>
            ))}
          </ul>
        </ReviewModal>
      )}
    </>
  );
}
