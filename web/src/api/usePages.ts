import { useCallback, useEffect, useRef, useState } from 'react';

import { isAborted } from './errors.ts';

/** Pages is a list that is being read page by page. */
export interface Pages<T> {
  /** What has come so far, in the server's order. */
  items: T[];
  error: unknown;
  /** Until the first page is there. */
  loading: boolean;
  /** Until the last page is there. */
  more: boolean;
  reload: () => void;
}

/** Page is one answer: what it held, and the marker of the next one. */
export interface Page<T> {
  items: T[];
  next?: string;
}

/**
 * usePages reads a whole list in the background and shows what has come: the first page at once, the others as few renders
 * as the eye allows; after reload the list of before until the new one is whole. Keys are as in useCall.
 */
export function usePages<T>(read: (marker: string | undefined, signal: AbortSignal) => Promise<Page<T>>, keys: readonly unknown[]): Pages<T> {
  const [state, setState] = useState<Omit<Pages<T>, 'reload'>>({ items: [], error: undefined, loading: true, more: true });
  const [round, setRound] = useState(0);
  const latest = useRef(read);
  latest.current = read;
  const key = JSON.stringify(keys);
  const whole = useRef<string>(undefined); // the key of which the whole list is there

  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const run = async () => {
      let items: T[] = [];
      let marker: string | undefined;
      let shown = 0;
      do {
        const page = await latest.current(marker, signal);
        if (signal.aborted) return;
        items = items.concat(page.items);
        marker = page.next;
        const due = whole.current !== key && (shown === 0 || Date.now() - shown > 500);
        if (!marker || due) {
          shown = Date.now();
          setState({ items, error: undefined, loading: false, more: marker !== undefined });
        }
      } while (marker);
      whole.current = key;
    };
    setState((before) => ({ ...before, error: undefined, loading: before.items.length === 0, more: true }));
    run().catch((error: unknown) => {
      if (!signal.aborted && !isAborted(error)) setState((before) => ({ ...before, error, loading: false, more: false }));
    });
    return () => controller.abort();
  }, [key, round]);

  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}
