import { CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useState } from 'react';

import { cloudTrail } from '../../api/clients/cloudtrail.ts';
import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';

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
  const create = async () => {
    const settings = { IsMultiRegionTrail: true, IncludeGlobalServiceEvents: true, EnableLogFileValidation: true };
    await cloudTrail.send(new CreateTrailCommand({ Name: name, S3BucketName: bucket, ...settings }));
    await cloudTrail.send(new StartLoggingCommand({ Name: name })).finally(onCreated);
    flash.success(`Trail ${name} delivers to ${bucket}`);
  };
  return (
    <FormDialog title="Create trail" verb="Create" disabled={name === '' || bucket === ''} onSubmit={create} onDismiss={onDismiss}>
      <Box>It delivers the events of all regions, with digests, and starts at once.</Box>
      <FormField label="Name">
        <Input value={name} onChange={({ detail }) => setName(detail.value)} autoComplete={false} />
      </FormField>
      <FormField label="Bucket" description="It must exist in the storage that the server’s setting trail-storage names: Warder makes none.">
        <Input value={bucket} onChange={({ detail }) => setBucket(detail.value)} autoComplete={false} spellcheck={false} />
      </FormField>
    </FormDialog>
  );
}
