import { useRef, useState } from 'react';

import { flash } from './Flash.tsx';

/** useAct runs what a button does, once however often it is clicked meanwhile; what goes wrong is said above the page. */
export function useAct(): { busy: boolean; act: (call: () => Promise<unknown>) => void } {
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const run = async (call: () => Promise<unknown>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    await call().catch(flash.error);
    running.current = false;
    setBusy(false);
  };
  return { busy, act: (call) => void run(call) };
}
