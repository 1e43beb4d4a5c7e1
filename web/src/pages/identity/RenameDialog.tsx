import { useState } from 'react';
import { useNavigate } from 'react-router';

import { flash } from '../../components/Flash.tsx';
import { FormDialog } from '../../components/FormDialog.tsx';
import { NameField, nameProblem } from './NameField.tsx';

export interface RenameDialogProps {
  noun: 'user' | 'group';
  name: string;
  max: number;
  rename: (to: string) => Promise<unknown>;
  onDismiss: () => void;
}

/** RenameDialog renames a user or group, and leads to it under its new name. */
export function RenameDialog({ noun, name, max, rename, onDismiss }: RenameDialogProps) {
  const navigate = useNavigate();
  const [next, setNext] = useState(name);
  return (
    <FormDialog
      title={`Rename ${noun} ${name}`}
      verb="Rename"
      disabled={next === name || nameProblem(next, max) !== undefined}
      onSubmit={async () => {
        await rename(next);
        flash.success(`Renamed ${noun} ${name} to ${next}`);
        void navigate(`/${noun}s/${encodeURIComponent(next)}`, { replace: true });
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
