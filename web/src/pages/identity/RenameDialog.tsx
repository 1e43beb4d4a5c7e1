import { useState } from 'react';

import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { NameField, nameProblem } from './NameField.tsx';

export interface RenameDialogProps {
  noun: string;
  name: string;
  max: number;
  rename: (to: string) => Promise<unknown>;
  onRenamed: (to: string) => void;
  onDismiss: () => void;
}

/** RenameDialog renames a user or group. */
export function RenameDialog({ noun, name, max, rename, onRenamed, onDismiss }: RenameDialogProps) {
  const [next, setNext] = useState(name);
  return (
    <FormDialog
      title={`Rename ${noun} ${name}`}
      verb="Rename"
      disabled={next === name || nameProblem(next, max) !== undefined}
      onSubmit={async () => {
        await rename(next);
        flash.success(`Renamed ${noun} ${name} to ${next}`);
        onRenamed(next);
      }}
      onDismiss={onDismiss}
    >
      <NameField
        label="New name"
        description={`Policies that name the ${noun} by its ARN go on naming the old one.`}
        value={next}
        onChange={setNext}
        max={max}
        tried={false}
      />
    </FormDialog>
  );
}
