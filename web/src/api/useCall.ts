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
 *
 * A call that keeps its data has those of before beside the error when it fails after reload: for pages that reload by themselves,
 * which somebody may be writing in.
 */
export function useCall<T>(call: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[], keeps = false): Call<T> {
  const [state, setState] = useState<Omit<Call<T>, 'reload'>>({ data: undefined, error: undefined, loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef({ call, keeps });
  latest.current = { call, keeps };
  const key = JSON.stringify(keys);
  const shown = useRef(key);

  useEffect(() => {
    const controller = new AbortController();
    const same = shown.current === key;
    shown.current = key;
    setState((before) => ({ data: same ? before.data : undefined, error: undefined, loading: true }));
    latest.current.call(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ data, error: undefined, loading: false });
      },
      (error: unknown) => {
        if (!controller.signal.aborted && !isAborted(error)) setState((before) => ({ data: latest.current.keeps ? before.data : undefined, error, loading: false }));
      },
    );
    return () => controller.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}
