import {
  type AccessKey,
  type AccessKeyLastUsed,
  type AccessKeyMetadata,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';

import { all } from '../../../api/all.ts';
import { iam } from '../../../api/clients/iam.ts';
import { useCall } from '../../../api/useCall.ts';
import { Age } from '../../../components/Age.tsx';
import { ConfirmDelete } from '../../../components/ConfirmDelete.tsx';
import { CopyArn } from '../../../components/CopyArn.tsx';
import { EmptyState } from '../../../components/EmptyState.tsx';
import { flash } from '../../../components/Flash.tsx';
import { type Column, ResourceTable } from '../../../components/ResourceTable.tsx';
import { ShownDialog } from '../../../components/ShownDialog.tsx';
import { useAct } from '../../../components/useAct.ts';
import { inParallel } from '../../identity/steps.ts';
import { NewCredentials } from './NewCredentials.tsx';

interface Key extends AccessKeyMetadata {
  used?: AccessKeyLastUsed | undefined;
}

const isActive = ({ Status }: Key) => Status === 'Active';
const service = ({ used }: Key) => (used?.ServiceName && used.ServiceName !== 'N/A' ? used.ServiceName : undefined);

const columns: Column<Key>[] = [
  { id: 'id', header: 'Access key ID', cell: (k) => <CopyArn arn={k.AccessKeyId!} what="access key ID" />, value: (k) => k.AccessKeyId },
  {
    id: 'status',
    header: 'Status',
    cell: (k) => <StatusIndicator type={isActive(k) ? 'success' : 'stopped'}>{k.Status}</StatusIndicator>,
    value: (k) => k.Status,
  },
  { id: 'created', header: 'Created', cell: (k) => <Age date={k.CreateDate} />, value: (k) => k.CreateDate?.toISOString() },
  { id: 'used', header: 'Last used', cell: (k) => <Age date={k.used?.LastUsedDate} />, value: (k) => k.used?.LastUsedDate?.toISOString() },
  { id: 'service', header: 'With service', cell: (k) => service(k) ?? '–', value: service },
];

/** AccessKeys shows the keys that programs sign with. */
export function AccessKeys({ user: UserName }: { user: string }) {
  const { data, error, loading, reload } = useCall((signal) => keysOf(UserName, signal), [UserName]);
  const [made, setMade] = useState<AccessKey>();
  const [deleting, setDeleting] = useState<Key>();
  const { busy, act } = useAct();
  const run = (call: () => Promise<unknown>) => act(() => call().finally(reload));
  const create = () => run(async () => setMade((await iam.send(new CreateAccessKeyCommand({ UserName }))).AccessKey));
  const toggle = (key: Key) => run(() => iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: key.AccessKeyId, Status: isActive(key) ? 'Inactive' : 'Active' })));
  return (
    <>
      <ResourceTable
        title="Access keys"
        name="access-keys"
        noun={['access key', 'access keys']}
        variant="container"
        selection="single"
        description="For programs that cannot take a role. A user has two at most, so that one can replace the other."
        items={data ?? []}
        loading={loading && !data}
        error={error}
        onReload={reload}
        id={(key) => key.AccessKeyId!}
        columns={columns}
        actions={([key]) => (
          <>
            <Button disabled={!key} onClick={() => key && toggle(key)}>
              {key && !isActive(key) ? 'Activate' : 'Deactivate'}
            </Button>
            <Button disabled={!key || isActive(key)} disabledReason={key && 'Deactivate it first, and see that nothing breaks'} onClick={() => setDeleting(key)}>
              Delete
            </Button>
            <Button loading={busy} onClick={create}>
              Create access key
            </Button>
          </>
        )}
        empty={<EmptyState title="No access keys">A program that calls with a key has it for good, until somebody replaces it. Prefer a role, whose credentials end by themselves.</EmptyState>}
      />
      {made && (
        <ShownDialog title={`New access key of ${UserName}`} onDismiss={() => setMade(undefined)}>
          <NewCredentials user={UserName} accessKey={made} />
        </ShownDialog>
      )}
      {deleting && (
        <ConfirmDelete
          what={`access key ${deleting.AccessKeyId}`}
          phrase="delete"
          onDelete={async () => {
            await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: deleting.AccessKeyId }));
            flash.success(`Deleted access key ${deleting.AccessKeyId}`);
            setDeleting(undefined);
            reload();
          }}
          onDismiss={() => setDeleting(undefined)}
        >
          Last used: <Age date={deleting.used?.LastUsedDate} />
        </ConfirmDelete>
      )}
    </>
  );
}

async function keysOf(UserName: string, abortSignal: AbortSignal): Promise<Key[]> {
  const keys = await all((Marker) => iam.send(new ListAccessKeysCommand({ UserName, Marker }), { abortSignal }), (answer) => answer.AccessKeyMetadata);
  return inParallel(keys, async (key): Promise<Key> => {
    const { AccessKeyLastUsed: used } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key.AccessKeyId }), { abortSignal });
    return { ...key, used };
  });
}
