import { useEffect, useRef, useState } from 'react';

import { useChanges } from '../api/changes.ts';
import { useCall } from '../api/useCall.ts';
import { warder } from '../api/warder.ts';
import { type AccessMap, readMap } from './model.ts';

/** Milliseconds between two looks while the account is being analysed. */
const lookSoon = 1_500;

/**
 * useMap is the map as it is, which follows the account, or as it was at a time. Where nothing changed the map stays the
 * very same, so that nothing is drawn anew.
 */
export function useMap(at: Date | undefined) {
  const time = at?.toISOString();
  const kept = useRef<{ time: string | undefined; map: AccessMap }>(undefined);
  const { data, error, loading, reload } = useCall(
    async (abortSignal) => {
      const before = kept.current?.time === time && kept.current?.map.analysed ? kept.current.map : undefined;
      const answer = await warder('GetAccessMap', { at: time, revision: before?.revision }, { abortSignal });
      if (before && answer.unchanged) return { map: before };
      kept.current = { time, map: readMap(answer) };
      return { map: kept.current.map };
    },
    [time],
  );
  useChanges(time ? [] : ['state'], reload);
  const visible = useVisible();
  useEffect(() => {
    if (!data || !visible || data.map.analysed) return;
    const timer = setTimeout(reload, lookSoon);
    return () => clearTimeout(timer);
  }, [data, visible, time, reload]);
  const map = data?.map ?? kept.current?.map; // while the slider moves, that of before
  return { map, error, loading: loading && !map, busy: loading, reload };
}

/** useVisible is whether the reader looks at this tab. */
function useVisible(): boolean {
  const [visible, setVisible] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const change = () => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, []);
  return visible;
}
