import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';

import { ErrorAlert } from '../../components/ErrorAlert.tsx';

export interface EditDialogProps {
  title: string;
  submit: string;
  valid: boolean;
  onSave: () => Promise<void>;
  onDismiss: () => void;
  children: ReactNode;
}

/** EditDialog is a small form in a window of its own; it stays while saving fails, and says why. */
export function EditDialog({ title, submit, valid, onSave, onDismiss, children }: EditDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async () => {
    if (!valid || busy) return;
    setBusy(true);
    setError(undefined);
    await onSave().catch(setError);
    setBusy(false);
  };
  return (
    <Modal
      visible
      header={title}
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!valid} loading={busy} onClick={() => void save()}>
              {submit}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <SpaceBetween size="m">
          {children}
          <ErrorAlert error={error} />
        </SpaceBetween>
      </form>
    </Modal>
  );
}
