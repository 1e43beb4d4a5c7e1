import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import type { ReactNode } from 'react';

import { Dialog } from './Dialog.tsx';

export interface ShownDialogProps {
  title: string;
  size?: 'medium' | 'large';
  children: ReactNode;
  onDismiss: () => void;
}

/** ShownDialog is a window with something to read, and one way out. */
export function ShownDialog({ title, size, children, onDismiss }: ShownDialogProps) {
  return (
    <Dialog
      title={title}
      size={size}
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onDismiss}>
            Done
          </Button>
        </Box>
      }
    >
      {children}
    </Dialog>
  );
}
