import { useRef } from 'react';

/**
 * useRows gives the rows of a list whose items have no names keys that go with them: what a row holds that is not in its item, such
 * as a value half typed, stays with it when one before is removed. The caller removes the item along with the row.
 */
export function useRows(count: number): { keys: readonly number[]; remove: (i: number) => void } {
  const made = useRef(0);
  const keys = useRef<number[]>([]);
  while (keys.current.length < count) keys.current.push(made.current++);
  keys.current.length = count;
  return {
    keys: keys.current,
    remove: (i) => {
      keys.current = keys.current.toSpliced(i, 1);
    },
  };
}
