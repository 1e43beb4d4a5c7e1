import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';

import { isAborted, problem } from '../api/errors.ts';

/** ErrorAlert says in place of what could not be shown why not. */
export function ErrorAlert({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  if (error === undefined || isAborted(error)) return null;
  const { kind, title, message, requestId } = problem(error);
  return (
    <Alert
      type={kind === 'denied' ? 'warning' : 'error'}
      header={title}
      action={onRetry && <Button onClick={onRetry}>Try again</Button>}
    >
      {message}
      {requestId && (
        <Box variant="small" display="block">
          Request {requestId}
        </Box>
      )}
    </Alert>
  );
}
