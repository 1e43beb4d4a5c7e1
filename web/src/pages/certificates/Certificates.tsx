import { DeleteServerCertificateCommand, ListServerCertificatesCommand, type ServerCertificateMetadata } from '@aws-sdk/client-iam';
import Button from '@cloudscape-design/components/button';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useCallback, useState } from 'react';

import { iam } from '../../api/clients/iam.ts';
import { usePages } from '../../api/usePages.ts';
import { to } from '../../app/links.ts';
import { ago, Age } from '../../components/Age.tsx';
import { ConfirmDelete } from '../../components/ConfirmDelete.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { flash } from '../../components/Flash.tsx';
import { Page } from '../../components/Page.tsx';
import { ResourceTable, type Column } from '../../components/ResourceTable.tsx';
import { Upload } from './Upload.tsx';

type Certificate = ServerCertificateMetadata;

/** Days before its end from which a certificate is to be replaced. */
const soon = 30;

const columns: Column<Certificate>[] = [
  { id: 'name', header: 'Name', value: ({ ServerCertificateName }) => ServerCertificateName, cell: ({ ServerCertificateName = '' }) => <Link href={to`/certificates/${ServerCertificateName}`}>{ServerCertificateName}</Link>, width: 200 },
  { id: 'ends', header: 'Ends', value: ({ Expiration }) => Expiration?.toISOString(), cell: ({ Expiration }) => <End date={Expiration} />, width: 180 },
  { id: 'uploaded', header: 'Uploaded', value: ({ UploadDate }) => UploadDate?.toISOString(), cell: ({ UploadDate }) => <Age date={UploadDate} /> },
  { id: 'path', header: 'Path', value: ({ Path }) => Path, cell: ({ Path }) => Path },
  { id: 'id', header: 'Id', value: ({ ServerCertificateId }) => ServerCertificateId, cell: ({ ServerCertificateId }) => ServerCertificateId, hidden: true },
];

/** End says when a certificate ends, and whether that is soon. */
export function End({ date }: { date: Date | undefined }) {
  if (!date) return <>–</>;
  const days = (date.getTime() - Date.now()) / 86_400_000;
  const type = days < 0 ? 'error' : days < soon ? 'warning' : 'success';
  return <StatusIndicator type={type}>{days < 0 ? `ended ${ago(date, new Date())}` : ago(date, new Date())}</StatusIndicator>;
}

/** Certificates are the account's server certificates. */
export function Certificates() {
  const read = useCallback(async (Marker: string | undefined, abortSignal: AbortSignal) => {
    const page = await iam.send(new ListServerCertificatesCommand({ Marker }), { abortSignal });
    return { items: page.ServerCertificateMetadataList ?? [], next: page.Marker };
  }, []);
  const list = usePages(read, []);
  const [uploading, setUploading] = useState(false);
  const [deleting, setDeleting] = useState<Certificate[]>([]);
  return (
    <Page title="Certificates" breadcrumbs={[]} contentType="table" headless>
      <ResourceTable
        title="Server certificates"
        name="certificates"
        noun={['certificate', 'certificates']}
        description="Certificates with their keys, for servers. A user’s signing certificates are among the user’s security credentials."
        items={list.items}
        id={({ ServerCertificateName = '' }) => ServerCertificateName}
        columns={columns}
        loading={list.loading}
        more={list.more}
        error={list.error}
        onReload={list.reload}
        actions={(selected) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={selected.length === 0} onClick={() => setDeleting(selected)}>
              Delete
            </Button>
            <Button variant="primary" onClick={() => setUploading(true)}>
              Upload
            </Button>
          </SpaceBetween>
        )}
        empty={<EmptyState title="No server certificates">Upload one with its private key. The key is kept sealed, and nothing gives it back.</EmptyState>}
      />
      {uploading && <Upload onDismiss={() => setUploading(false)} onDone={list.reload} />}
      {deleting.length > 0 && (
        <ConfirmDelete
          what={deleting.length === 1 ? `certificate ${deleting[0]?.ServerCertificateName}` : `${deleting.length} certificates`}
          phrase="delete"
          onDismiss={() => setDeleting([])}
          onDelete={async () => {
            for (const { ServerCertificateName } of deleting) await iam.send(new DeleteServerCertificateCommand({ ServerCertificateName })).finally(list.reload);
            flash.success('Deleted');
            setDeleting([]);
          }}
        />
      )}
    </Page>
  );
}
