import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import { useState } from 'react';

import { useCall } from '../../api/useCall.ts';
import { to } from '../../app/links.ts';
import { Age } from '../../components/Age.tsx';
import { CopyArn } from '../../components/CopyArn.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';
import { CreateProvider } from './CreateProvider.tsx';
import { DeleteProviders } from './DeleteProviders.tsx';
import { providers, type Provider } from './providers.ts';

const columns: Column<Provider>[] = [
  { id: 'name', header: 'Provider', value: ({ name }) => name, cell: ({ arn, name }) => <Link href={to`/providers/${arn}`}>{name}</Link>, width: 260 },
  { id: 'kind', header: 'Kind', value: ({ kind }) => kind, cell: ({ kind }) => kind, width: 100 },
  { id: 'made', header: 'Created', value: ({ created }) => created?.toISOString(), cell: ({ created }) => (created ? <Age date={created} /> : '–') },
  { id: 'valid', header: 'Metadata valid until', value: ({ validUntil }) => validUntil?.toISOString(), cell: ({ validUntil }) => (validUntil ? <Age date={validUntil} /> : '–') },
  { id: 'arn', header: 'ARN', value: ({ arn }) => arn, cell: ({ arn }) => <CopyArn arn={arn} />, hidden: true },
];

/** Providers are whom roles may trust instead of users of the account. */
export function Providers() {
  const list = useCall(providers, []);
  const [open, setOpen] = useState(false);
  const [deleting, setDeleting] = useState<string[]>();
  return (
    <Page title="Identity providers" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        title="Identity providers"
        name="providers"
        noun={['provider', 'providers']}
        description="People and workloads that are known elsewhere assume roles here, without a user or a key of this account."
        items={list.data ?? none}
        id={({ arn }) => arn}
        columns={columns}
        loading={list.loading && !list.data}
        error={list.error}
        onReload={list.reload}
        actions={(selected) => (
          <>
            <Button disabled={selected.length === 0} onClick={() => setDeleting(selected.map(({ arn }) => arn))}>
              Delete
            </Button>
            <Button variant="primary" onClick={() => setOpen(true)}>
              Add provider
            </Button>
          </>
        )}
        empty={
          <EmptyState title="No identity providers">
            Add your company’s sign-in (SAML or OpenID Connect) for people, or that of a build service for its jobs. Then let a role trust it.
          </EmptyState>
        }
      />
      {deleting && (
        <DeleteProviders
          arns={deleting}
          onDismiss={() => {
            setDeleting(undefined);
            list.reload();
          }}
        />
      )}
      {open && <CreateProvider onDismiss={() => setOpen(false)} />}
    </Page>
  );
}

const none: Provider[] = [];
