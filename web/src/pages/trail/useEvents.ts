import { useCallback, useEffect, useRef, useState } from 'react';

import { isAborted } from '../../api/errors.ts';
import { lookup, type Record, type Search } from './record.ts';

/** Events are what has been read of a search: a trail may be long, so older ones come when they are asked for. */
export interface Events {
  records: Record[];
  error: unknown;
  loading: boolean;
  /** There are older ones. */
  more: boolean;
  older: () => void;
  reload: () => void;
}

/** useEvents reads a search page by page; search is made anew for each, so that "the last hour" stays that. */
export function useEvents(search: () => Search, keys: readonly unknown[]): Events {
  const [state, setState] = useState<{ records: Record[]; error: unknown; loading: boolean; next?: string }>({ records: [], error: undefined, loading: true });
  const latest = useRef(search);
  latest.current = search;
  const controller = useRef<AbortController>(undefined);
  const begun = useRef<Search>({});

  const read = useCallback((token: string | undefined) => {
    controller.current?.abort();
    const own = new AbortController();
    controller.current = own;
    if (!token) begun.current = latest.current();
    setState((before) => ({ ...before, error: undefined, loading: true }));
    lookup({ ...begun.current, token }, own.signal).then(
      ({ records, next }) => {
        if (!own.signal.aborted) setState((before) => ({ records: token ? before.records.concat(records) : records, error: undefined, loading: false, next }));
      },
      (error: unknown) => {
        if (!own.signal.aborted && !isAborted(error)) setState((before) => ({ ...before, records: token ? before.records : [], error, loading: false }));
      },
    );
  }, []);

  const key = JSON.stringify(keys);
  useEffect(() => {
    setState({ records: [], error: undefined, loading: true });
    read(undefined);
    return () => controller.current?.abort();
  }, [key, read]);

  return {
    ...state,
    more: state.next !== undefined,
    older: useCallback(() => state.next !== undefined && read(state.next), [read, state.next]),
    reload: useCallback(() => read(undefined), [read]),
  };
}
