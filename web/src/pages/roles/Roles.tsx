import { ListRolesCommand, type Role, type RoleDetail } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useMemo, useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { type Column, ResourceTable } from '../../components/ResourceTable.tsx';
import { DeleteDialog } from '../identity/DeleteDialog.tsx';
import { pageSize, useDetails } from '../identity/details.ts';
import { useTagProperties } from '../identity/properties.ts';
import { removalOfRole } from './removal.ts';
import { trusted } from './trust.ts';

interface Item extends Role {
  detail?: RoleDetail | undefined;
  trusts: string;
}

const name = (role: { RoleName?: string | undefined }) => role.RoleName!;
const policies = ({ detail }: Item) =>
  [...(detail?.AttachedManagedPolicies ?? []), ...(detail?.RolePolicyList ?? [])].map(({ PolicyName = '' }) => PolicyName).join(', ');
const used = ({ detail }: Item) => detail?.RoleLastUsed?.LastUsedDate;
const tags = ({ detail }: Item) => detail?.Tags;

const columns: Column<Item>[] = [
  { id: 'name', header: 'Role name', cell: (r) => <Link href={to`/roles/${name(r)}`}>{name(r)}</Link>, value: name, width: 160 },
  { id: 'trusts', header: 'Trusts', cell: (r) => r.trusts || '–', value: (r) => r.trusts, width: 200 },
  { id: 'policies', header: 'Policies', cell: (r) => policies(r) || '–', value: policies, width: 160 },
  { id: 'used', header: 'Last used', cell: (r) => <Age date={used(r)} />, value: (r) => used(r)?.toISOString() },
  { id: 'created', header: 'Created', cell: (r) => <Age date={r.CreateDate} />, value: (r) => r.CreateDate?.toISOString(), hidden: true },
  { id: 'path', header: 'Path', cell: (r) => r.Path, value: (r) => r.Path, hidden: true },
  { id: 'description', header: 'Description', cell: (r) => r.Description ?? '–', value: (r) => r.Description, hidden: true },
  { id: 'arn', header: 'ARN', cell: (r) => <CopyArn arn={r.Arn!} />, value: (r) => r.Arn, hidden: true },
];

export function Roles() {
  const { items: roles, ...pages } = usePages(async (Marker, abortSignal) => {
    const answer = await iam.send(new ListRolesCommand({ Marker, MaxItems: pageSize }), { abortSignal });
    return { items: answer.Roles ?? [], next: answer.Marker };
  }, []);
  const details = useDetails(['Role'], (answer) => answer.RoleDetailList);
  const items = useMemo(() => {
    const byName = new Map(details.items.map((detail) => [detail.RoleName, detail]));
    return roles.map((role): Item => ({ ...role, detail: byName.get(role.RoleName), trusts: trusted(role.AssumeRolePolicyDocument) }));
  }, [roles, details.items]);
  const [deleting, setDeleting] = useState<string[]>();
  const reload = () => {
    pages.reload();
    details.reload();
  };
  const create = (
    <Button variant="primary" href={to`/roles/create`}>
      Create role
    </Button>
  );
  return (
    <Page title="Roles" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        {...pages}
        onReload={reload}
        title="Roles"
        name="roles"
        noun={['role', 'roles']}
        description="Permissions that people and programs take on for a while, with credentials that end by themselves."
        items={items}
        id={name}
        columns={columns}
        properties={useTagProperties(items, tags)}
        actions={(selected) => (
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(selected.map(name))}>
              Delete
            </Button>
            {create}
          </>
        )}
        empty={
          <EmptyState title="No roles yet" action={create}>
            A role has permissions but no credentials of its own: whom it trusts gets some for an hour or so. Use it for programs, for people of another account or of a company’s sign-in, and for rare duties.
          </EmptyState>
        }
      />
      {deleting && (
        <DeleteDialog
          noun={['role', 'roles']}
          names={deleting}
          removal={removalOfRole}
          onPartly={reload}
          onDismiss={(deleted) => {
            setDeleting(undefined);
            if (deleted) reload();
          }}
        />
      )}
    </Page>
  );
}
