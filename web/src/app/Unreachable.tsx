import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';

import { problem } from '../api/errors.ts';

/** Unreachable stands in place of the application when the server does not say who is signed in. */
export function Unreachable({ error }: { error: unknown }) {
  const { title, message } = problem(error);
  return (
    <Box padding="xxl">
      <Alert type="error" header={title} action={<Button onClick={() => location.reload()}>Try again</Button>}>
        {message}
      </Alert>
    </Box>
  );
}
