import { useEffect, useState } from 'react';

import { useChanges } from './changes.ts';
import type { Part } from './follow.ts';
import { useCall, type Call } from './useCall.ts';

const minute = 60_000;

/**
 * useLive is useCall whose answer is asked for anew whenever one of the parts of the account changes, as long as somebody looks at
 * the page; where that fails, data are still those of before. The component is also drawn anew every minute: it may say how long ago something was.
 */
export function useLive<T>(call: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[], parts: readonly Part[]): Call<T> {
  const answer = useCall(call, keys, true);
  useChanges(parts, answer.reload);
  const [, draw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => draw((n) => n + 1), minute);
    return () => clearInterval(timer);
  }, []);
  return answer;
}
