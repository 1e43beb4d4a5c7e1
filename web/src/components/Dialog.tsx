import Modal, { type ModalProps } from '@cloudscape-design/components/modal';
import type { ReactNode } from 'react';

export interface DialogProps {
  title: string;
  size?: ModalProps.Size | undefined;
  /** The ways out: a DialogFooter. */
  footer: ReactNode;
  children: ReactNode;
  onDismiss: () => void;
}

/** Dialog is a window above the page. A click beside it does not close it: what is written in it, or shown only once, would be lost. */
export function Dialog({ title, size, footer, children, onDismiss }: DialogProps) {
  return (
    <Modal visible header={title} size={size} footer={footer} onDismiss={({ detail }) => detail.reason !== 'overlay' && onDismiss()}>
      {children}
    </Modal>
  );
}
