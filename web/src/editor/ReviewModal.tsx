import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useState } from 'react';

import type { PolicyChange } from '../api/warder.ts';
import { Dialog } from '../components/Dialog.tsx';
import { DialogFooter } from '../components/DialogFooter.tsx';
import { ErrorAlert } from '../components/ErrorAlert.tsx';
import { ChangePreview } from './ChangePreview.tsx';
import { DiffView } from './DiffView.tsx';

export interface ReviewModalProps {
  title: string;
  /** What the button says: Save, Attach, Detach. */
  verb: string;
  /** The calls that are about to be made, as PreviewPolicyChange takes them. */
  changes: PolicyChange[];
  /** The documents before and after, where one changes. */
  texts?: { before: string; after: string };
  children?: ReactNode;
  /** onSave makes the calls; what it throws is shown, and the reader may try again. */
  onSave: () => Promise<void>;
  onDismiss: () => void;
}

/** ReviewModal shows what changes before it does: who gains or loses what, and the lines that differ. */
export function ReviewModal({ title, verb, changes, texts, children, onSave, onDismiss }: ReviewModalProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onSave();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      size="large"
      title={title}
      onDismiss={onDismiss}
      footer={<DialogFooter verb={verb} busy={busy} onSubmit={() => void save()} onDismiss={onDismiss} />}
    >
      <SpaceBetween size="m">
        <ErrorAlert error={error} />
        {children}
        <ExpandableSection headerText="Who gains or loses what" defaultExpanded>
          <ChangePreview changes={changes} />
        </ExpandableSection>
        {texts && (
          <ExpandableSection headerText="What differs in the document" defaultExpanded={texts.before !== ''}>
            <DiffView before={texts.before} after={texts.after} names={['Now', 'After']} />
          </ExpandableSection>
        )}
      </SpaceBetween>
    </Dialog>
  );
}
