import type { Role } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';

import type { Call } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { ResourceLink } from '../../components/ResourceLink.tsx';

const columns: TableProps.ColumnDefinition<Role>[] = [
  { id: 'name', header: 'Role', cell: ({ Arn = '' }) => <ResourceLink arn={Arn} />, isRowHeader: true },
  { id: 'description', header: 'Description', cell: ({ Description }) => Description ?? '–' },
];

/** TrustingRoles are who can be assumed by a provider. */
export function TrustingRoles({ provider, roles }: { provider: string; roles: Call<Role[]> }) {
  return (
    <Table
      header={
        <Header variant="h2" counter={roles.data && `(${roles.data.length})`} actions={<Button href={`${to`/roles/create`}?provider=${encodeURIComponent(provider)}`}>Create a role</Button>}>
          Roles that trust it
        </Header>
      }
      items={roles.data ?? []}
      columnDefinitions={columns}
      loading={roles.loading && !roles.data}
      loadingText="Reading the roles"
      ariaLabels={{ tableLabel: 'Roles that trust it' }}
      empty={roles.error ? <ErrorAlert error={roles.error} onRetry={roles.reload} /> : <EmptyState title="No role trusts it">So nobody gets in by it. Create a role for it, or name it as the principal of a role’s trust policy.</EmptyState>}
    />
  );
}
