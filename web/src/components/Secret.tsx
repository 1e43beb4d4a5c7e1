import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';

/** Secret is shown when asked for, and can be copied without. */
export function Secret({ value, what }: { value: string; what: string }) {
  const [shown, setShown] = useState(false);
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Box variant="code">{shown ? value : '•'.repeat(16)}</Box>
      <CopyToClipboard variant="icon" textToCopy={value} copyButtonAriaLabel={`Copy ${what}`} copySuccessText="Copied" copyErrorText="It could not be copied" />
      <Button variant="inline-link" onClick={() => setShown(!shown)} ariaLabel={`${shown ? 'Hide' : 'Show'} ${what}`}>
        {shown ? 'Hide' : 'Show'}
      </Button>
    </SpaceBetween>
  );
}
