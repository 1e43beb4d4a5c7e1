import { useEffect, useRef } from 'react';

import { isAborted, isDenied } from './errors.ts';
import { createFollow, type Part } from './follow.ts';
import { warder } from './warder.ts';

const follow = createFollow({
  ask: (tokens, abortSignal) => warder('GetChanges', tokens, { abortSignal }),
  isVisible: () => document.visibilityState === 'visible',
  onVisible: (changed) => document.addEventListener('visibilitychange', changed),
  isDenied,
  isOver: isAborted,
});

/** useChanges calls changed back when one of the parts changes, as long as the component is there and somebody may look at it. */
export function useChanges(parts: readonly Part[], changed: () => void): void {
  const latest = useRef(changed);
  latest.current = changed;
  const key = parts.join(' ');
  useEffect(() => (key ? follow(key.split(' ') as Part[], () => latest.current()) : undefined), [key]);
}
