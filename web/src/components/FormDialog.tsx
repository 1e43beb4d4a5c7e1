import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';

import { Dialog } from './Dialog.tsx';
import { DialogFooter } from './DialogFooter.tsx';
import { ErrorAlert } from './ErrorAlert.tsx';
import { firstField } from './firstField.ts';

export interface FormDialogProps {
  title: string;
  /** The word on the button. */
  verb: string;
  disabled?: boolean;
  size?: 'small' | 'medium' | 'large';
  children: ReactNode;
  /** onSubmit does it; the dialog shows its error and stays, or is dismissed. */
  onSubmit: () => Promise<void>;
  onDismiss: () => void;
}

/** FormDialog is a form in a window of its own: Enter submits it, and an error keeps what was typed. */
export function FormDialog({ title, verb, disabled, size, children, onSubmit, onDismiss }: FormDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const submit = async () => {
    if (disabled || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await onSubmit();
      onDismiss();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={title}
      size={size}
      onDismiss={onDismiss}
      footer={<DialogFooter verb={verb} disabled={disabled} busy={busy} onSubmit={() => void submit()} onDismiss={onDismiss} />}
    >
      <form
        ref={firstField}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <SpaceBetween size="m">
          {children}
          <ErrorAlert error={error} />
        </SpaceBetween>
        {/* Enter in a field submits a form that has a button for it. */}
        <input type="submit" hidden />
      </form>
    </Dialog>
  );
}
