import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import { useRouteError } from 'react-router';

/** Broken stands in place of a page that failed; the rest of the console goes on. */
export function Broken() {
  const error = useRouteError();
  console.error(error);
  return (
    <Box padding="l">
      <Alert type="error" header="This page failed" action={<Button onClick={() => location.reload()}>Load it again</Button>}>
        {error instanceof Error ? error.message : String(error)}
      </Alert>
    </Box>
  );
}
