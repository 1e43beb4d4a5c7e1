import Box from '@cloudscape-design/components/box';
import { useEffect } from 'react';
import { type Location, useBlocker } from 'react-router';

import { hasEnded } from '../api/session.ts';
import { Dialog } from './Dialog.tsx';
import { DialogFooter } from './DialogFooter.tsx';

/** onPurpose is for a navigation that leaves what is written on purpose: it was saved, or cancelled. */
export const onPurpose = { state: { onPurpose: true } };

/** Unsaved stands on a page as long as something is written there that is not saved, and asks before that is left. */
export function Unsaved() {
  const blocker = useBlocker(({ currentLocation, nextLocation, historyAction }) => isOther(currentLocation, nextLocation) && !(historyAction !== 'POP' && isOnPurpose(nextLocation)));
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (!hasEnded()) event.preventDefault();
    };
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  if (blocker.state !== 'blocked') return null;
  return (
    <Dialog title="Leave without saving?" onDismiss={blocker.reset} footer={<DialogFooter verb="Leave" onSubmit={blocker.proceed} onDismiss={blocker.reset} />}>
      <Box>What you wrote here is not saved, and goes.</Box>
    </Dialog>
  );
}

/** isOther tells two pages or tabs apart. */
function isOther(one: Location, other: Location): boolean {
  return one.pathname !== other.pathname || one.search !== other.search;
}

function isOnPurpose({ state }: Location): boolean {
  return (state as typeof onPurpose.state | null)?.onPurpose === true;
}
