import { useCallback, useEffect, useRef, useState } from 'react';

import { isAborted } from './errors.ts';

/** Call is what a call has given so far. While it runs again after reload, data are still those of before. */
export interface Call<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
}

/**
 * useCall runs call when the component appears and when something in keys changes, and gives it up when the component goes
 * or its answer is no longer wanted.
 *
 *     const user = useCall((abortSignal) => iam.send(new GetUserCommand({ UserName: name }), { abortSignal }), [name]);
 */
export function useCall<T>(call: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[]): Call<T> {
  const [state, setState] = useState<Omit<Call<T>, 'reload'>>({ data: undefined, error: undefined, loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef(call);
  latest.current = call;
  const key = JSON.stringify(keys);
  const shown = useRef(key);

  useEffect(() => {
    const controller = new AbortController();
    const same = shown.current === key;
    shown.current = key;
    setState((before) => ({ data: same ? before.data : undefined, error: undefined, loading: true }));
    latest.current(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ data, error: undefined, loading: false });
      },
      (error: unknown) => {
        if (!controller.signal.aborted && !isAborted(error)) setState({ data: undefined, error, loading: false });
      },
    );
    return () => controller.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}
