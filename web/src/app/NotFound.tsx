import Box from '@cloudscape-design/components/box';
import Link from '@cloudscape-design/components/link';

import { Page } from '../components/Page.tsx';
import { to } from './links.ts';

export function NotFound() {
  return (
    <Page title="Nothing here" breadcrumbs={[]}>
      <Box>
        No page of the console is at this address. <Link href={to`/`}>Go to the first page</Link>
      </Box>
    </Page>
  );
}
