import { useEffect, useRef } from 'react';

import { useCall, type Call } from './useCall.ts';

/**
 * useLive is useCall whose answer is asked for anew so many seconds after the last one came, as long as somebody looks at the
 * page. Each question is a call like any other, and on the trail: ask as seldom as the eye allows.
 */
export function useLive<T>(call: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[], seconds: number): Call<T> {
  const answer = useCall(call, keys);
  const { loading, reload } = answer;
  const asked = useRef(0);

  useEffect(() => {
    if (loading) {
      asked.current = Date.now();
      return;
    }
    const ask = () => {
      if (!document.hidden && Date.now() - asked.current >= seconds * 1000) reload();
    };
    const timer = setInterval(ask, seconds * 1000);
    document.addEventListener('visibilitychange', ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', ask);
    };
  }, [loading, reload, seconds]);
  return answer;
}
