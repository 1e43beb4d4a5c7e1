import {
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
} from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { iam } from '../api/clients/iam.ts';
import type { PolicyChange } from '../api/warder.ts';
import { to } from '../app/links.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { flash } from '../components/Flash.tsx';
import { PolicyChooser } from './PolicyChooser.tsx';
import { ReviewModal } from './ReviewModal.tsx';

export interface BoundaryProps {
  holder: { kind: 'user' | 'role'; name: string };
  /** The boundary of now, as GetUser and GetRole give it. */
  arn: string | undefined;
  /** onChanged is told after it was set or taken away. */
  onChanged: () => void;
}

/** Boundary shows the permissions boundary of a user or role, to set and to take away. */
export function Boundary({ holder, arn, onChanged }: BoundaryProps) {
  const [choosing, setChoosing] = useState(false);
  const [pending, setPending] = useState<{ arn?: string }>();
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="The most that this principal may do, whatever its policies allow."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {arn !== undefined && <Button onClick={() => setPending({})}>Remove</Button>}
              <Button onClick={() => setChoosing(true)}>{arn === undefined ? 'Set boundary' : 'Change'}</Button>
            </SpaceBetween>
          }
        >
          Permissions boundary
        </Header>
      }
    >
      {arn === undefined ? <EmptyState title="No permissions boundary">Its policies alone decide. Set one for whoever may make users, roles or policies: they can then give no more than it allows.</EmptyState> : <Link href={to`/policies/${arn}`}>{arn.split('/').at(-1)}</Link>}
      {choosing && (
        <PolicyChooser
          title="Choose a permissions boundary"
          onDismiss={() => setChoosing(false)}
          onChoose={([chosen]) => {
            setChoosing(false);
            if (chosen !== undefined) setPending({ arn: chosen });
          }}
        />
      )}
      {pending && (
        <ReviewModal
          title={pending.arn === undefined ? 'Remove the permissions boundary?' : 'Set the permissions boundary?'}
          verb={pending.arn === undefined ? 'Remove' : 'Set'}
          changes={[boundaryChange(holder, pending.arn)]}
          onSave={async () => {
            await setBoundary(holder, pending.arn);
            flash.success(pending.arn === undefined ? 'Permissions boundary removed' : 'Permissions boundary set');
            setPending(undefined);
            onChanged();
          }}
          onDismiss={() => setPending(undefined)}
        >
          {pending.arn}
        </ReviewModal>
      )}
    </Container>
  );
}

function boundaryChange({ kind, name }: BoundaryProps['holder'], policyArn: string | undefined): PolicyChange {
  const verb = policyArn === undefined ? 'Delete' : 'Put';
  return kind === 'user'
    ? { call: `${verb}UserPermissionsBoundary`, userName: name, ...(policyArn !== undefined && { policyArn }) }
    : { call: `${verb}RolePermissionsBoundary`, roleName: name, ...(policyArn !== undefined && { policyArn }) };
}

async function setBoundary({ kind, name }: BoundaryProps['holder'], PermissionsBoundary: string | undefined): Promise<void> {
  if (kind === 'user') {
    await (PermissionsBoundary === undefined
      ? iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name }))
      : iam.send(new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary })));
    return;
  }
  await (PermissionsBoundary === undefined
    ? iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: name }))
    : iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary })));
}
