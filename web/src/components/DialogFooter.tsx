import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';

export interface DialogFooterProps {
  /** The word on the button that does it. */
  verb: string;
  disabled?: boolean;
  /** It is being done. */
  busy?: boolean;
  onSubmit: () => void;
  onDismiss: () => void;
}

/** DialogFooter are the two ways out of a window: without doing anything, and by doing what it is about. */
export function DialogFooter({ verb, disabled, busy, onSubmit, onDismiss }: DialogFooterProps) {
  return (
    <Box float="right">
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="link" onClick={onDismiss}>
          Cancel
        </Button>
        <Button variant="primary" disabled={disabled} loading={busy} onClick={onSubmit}>
          {verb}
        </Button>
      </SpaceBetween>
    </Box>
  );
}
