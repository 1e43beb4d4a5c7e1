import { CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

import { cloudTrail } from '../../api/clients/cloudtrail.ts';
import { ErrorAlert } from '../../components/ErrorAlert.tsx';
import { flash } from '../../components/Flash.tsx';

/** CreateTrail asks for a name and a bucket, makes a trail of all regions with digests, and starts it. */
export function CreateTrail({ onCreated }: { onCreated: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        Create trail
      </Button>
      {open && <Ask onDismiss={() => setOpen(false)} onCreated={onCreated} />}
    </>
  );
}

function Ask({ onDismiss, onCreated }: { onDismiss: () => void; onCreated: () => void }) {
  const [name, setName] = useState('all-events');
  const [bucket, setBucket] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const create = async () => {
    setBusy(true);
    try {
      const settings = { IsMultiRegionTrail: true, IncludeGlobalServiceEvents: true, EnableLogFileValidation: true };
      await cloudTrail.send(new CreateTrailCommand({ Name: name, S3BucketName: bucket, ...settings }));
      await cloudTrail.send(new StartLoggingCommand({ Name: name }));
      flash.success(`Trail ${name} delivers to ${bucket}`);
      onCreated();
      onDismiss();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Modal
      visible
      header="Create trail"
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" loading={busy} disabled={name === '' || bucket === ''} onClick={() => void create()}>
              Create trail
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>It delivers the events of all regions, with digests, and starts at once.</Box>
        <FormField label="Name">
          <Input value={name} onChange={({ detail }) => setName(detail.value)} autoFocus autoComplete={false} />
        </FormField>
        <FormField label="Bucket" description="It must exist in the storage that the server’s setting trail-storage names: Warder makes none.">
          <Input value={bucket} onChange={({ detail }) => setBucket(detail.value)} autoComplete={false} spellcheck={false} />
        </FormField>
        <ErrorAlert error={error} />
      </SpaceBetween>
    </Modal>
  );
}
