import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

import type { Filter } from '../../map/filter.ts';
import { flagNames, kinds, relations } from '../../map/look.ts';

/** useMapState is what the reader chose. It lives in the URL, so that a link shows the same. */
export function useMapState() {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (changes: Record<string, string | undefined>) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true },
      ),
    [setSearch],
  );
  const text = search.toString();
  const chosen = useMemo(() => {
    const given = new URLSearchParams(text);
    return {
      kinds: listed(given, 'kinds', kinds),
      flags: listed(given, 'marks', flagNames),
      relations: listed(given, 'lines', relations),
      at: timeIn(given.get('at')),
    };
  }, [text]);
  return {
    ...chosen,
    selected: search.get('node') ?? undefined,
    around: search.has('around'),
    view: search.get('view') === 'table' ? ('table' as const) : ('picture' as const),
    select: useCallback((name: string | undefined) => set({ node: name, ...(name ? {} : { around: undefined }) }), [set]),
    setAround: (around: boolean) => set({ around: around ? '1' : undefined }),
    setView: (view: 'picture' | 'table') => set({ view: view === 'table' ? view : undefined }),
    setFilter: (next: Filter) => set({ kinds: next.kinds.join(), marks: next.flags.join(), lines: next.relations.join() }),
    setAt: (at: Date | undefined) => set({ at: at?.toISOString().replace(/\.\d+Z/, 'Z') }),
  };
}

function listed<T extends string>(given: URLSearchParams, name: string, known: Record<T, unknown>): T[] {
  return (given.get(name) ?? '').split(',').filter((value): value is T => Object.hasOwn(known, value));
}

function timeIn(value: string | null): Date | undefined {
  const time = value ? new Date(value) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time : undefined;
}
