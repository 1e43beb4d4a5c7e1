import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { flash } from '../../components/Flash.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';
import { attach, change, detach, type Holder } from '../../editor/holder.ts';
import { ReviewModal } from '../../editor/ReviewModal.tsx';
import { HolderChooser } from './HolderChooser.tsx';
import { holdersOf } from './policy.ts';

type Use = Holder & { use: 'Permissions' | 'Boundary' };

const words = { user: 'User', group: 'Group', role: 'Role' };
const link = ({ kind, name }: Holder) => ({ user: to`/users/${name}`, group: to`/groups/${name}`, role: to`/roles/${name}` })[kind];

const columns: Column<Use>[] = [
  { id: 'name', header: 'Name', cell: (h) => <Link href={link(h)}>{h.name}</Link>, value: (h) => h.name },
  { id: 'kind', header: 'Kind', cell: (h) => words[h.kind], value: (h) => words[h.kind] },
  { id: 'use', header: 'Used as', cell: (h) => h.use, value: (h) => h.use },
];

/** mostAtOnce is how many are changed at once: as many as one preview takes. */
const mostAtOnce = 10;

/** Holders shows the users, groups and roles that a policy is attached to, and those that it bounds. */
export function Holders({ arn, onChanged }: { arn: string; onChanged: () => void }) {
  const { data, error, loading, reload } = useCall(async (signal): Promise<Use[]> => {
    const [attached, bounded] = await Promise.all([holdersOf(arn, 'PermissionsPolicy', signal), holdersOf(arn, 'PermissionsBoundary', signal)]);
    return [...attached.map((h) => ({ ...h, use: 'Permissions' as const })), ...bounded.map((h) => ({ ...h, use: 'Boundary' as const }))];
  }, [arn]);
  const [choosing, setChoosing] = useState(false);
  const [pending, setPending] = useState<{ verb: 'Attach' | 'Detach'; holders: Holder[] }>();
  const save = async ({ verb, holders }: NonNullable<typeof pending>) => {
    try {
      for (const holder of holders) await (verb === 'Attach' ? attach : detach)(holder, arn);
    } finally {
      reload(); // also what was done before something failed
      onChanged();
    }
    flash.success(`Policy ${verb === 'Attach' ? 'attached to' : 'detached from'} ${holders.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`);
    setPending(undefined);
  };
  return (
    <>
      <ResourceTable
        title="Entities attached"
        name="policy-entities"
        noun={['entity', 'entities']}
        variant="container"
        items={data ?? []}
        loading={loading && !data}
        error={error}
        onReload={reload}
        id={(h) => `${h.use} ${h.kind} ${h.name}`}
        columns={columns}
        actions={(selected) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={selected.length === 0 || selected.length > mostAtOnce || selected.some(({ use }) => use === 'Boundary')}
              onClick={() => setPending({ verb: 'Detach', holders: selected.map(({ kind, name }) => ({ kind, name })) })}
            >
              Detach
            </Button>
            <Button onClick={() => setChoosing(true)}>Attach</Button>
          </SpaceBetween>
        )}
        empty={<EmptyState title="Attached to nobody">A policy has no effect until it is attached to a user, group or role.</EmptyState>}
      />
      {choosing && (
        <HolderChooser
          without={data?.filter(({ use }) => use === 'Permissions') ?? []}
          most={mostAtOnce}
          onDismiss={() => setChoosing(false)}
          onChoose={(holders) => {
            setChoosing(false);
            setPending({ verb: 'Attach', holders });
          }}
        />
      )}
      {pending && (
        <ReviewModal
          title={`${pending.verb} the policy?`}
          verb={pending.verb}
          changes={pending.holders.map((holder) => change(holder, pending.verb, { policyArn: arn }))}
          onSave={() => save(pending)}
          onDismiss={() => setPending(undefined)}
        >
          <ul>
            {pending.holders.map(({ kind, name }) => (
              <li key={`${kind} ${name}`}>
                {kind} {name}
              </li>
            ))}
          </ul>
        </ReviewModal>
      )}
    </>
  );
}
