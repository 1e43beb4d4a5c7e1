import Alert from '@cloudscape-design/components/alert';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';

import { Dialog } from './Dialog.tsx';
import { DialogFooter } from './DialogFooter.tsx';
import { ErrorAlert } from './ErrorAlert.tsx';
import { firstField } from './firstField.ts';

export interface ConfirmDeleteProps {
  /** What is deleted: "user alice", "3 users". */
  what: string;
  /** What the reader types to confirm: a name, or "delete". */
  phrase: string;
  /** What hangs on it and goes with it. */
  children?: ReactNode;
  /** False while it is not known yet what hangs on it. */
  ready?: boolean;
  onDelete: () => Promise<void>;
  onDismiss: () => void;
}

/** ConfirmDelete asks before something is deleted for good, and names what goes with it. */
export function ConfirmDelete({ what, phrase, children, ready = true, onDelete, onDismiss }: ConfirmDeleteProps) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const confirmed = typed === phrase && ready && !busy;
  const remove = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onDelete();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={`Delete ${what}?`}
      onDismiss={onDismiss}
      footer={<DialogFooter verb="Delete" disabled={!busy && !confirmed} busy={busy} onSubmit={() => void remove()} onDismiss={onDismiss} />}
    >
      <SpaceBetween size="m">
        <Alert type="warning">This cannot be undone.</Alert>
        {children}
        <form
          ref={firstField}
          onSubmit={(event) => {
            event.preventDefault();
            if (confirmed) void remove();
          }}
        >
          <FormField label={`To confirm, type ${phrase}`}>
            <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} autoComplete={false} />
          </FormField>
        </form>
        <ErrorAlert error={error} />
      </SpaceBetween>
    </Dialog>
  );
}
