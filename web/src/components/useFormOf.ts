import { useEffect, useRef, useState } from 'react';

/**
 * useFormOf is for a form whose values stand in the page's address. The key is to be the form's: it is another one when an address
 * comes by a link or the way back, whose values take the place of what was written, and stays when the form itself gave the address,
 * so that focus and what was typed since stay. sent is to be told of each address that the form gives.
 */
export function useFormOf(address: string): { key: number; sent: (address: string) => void } {
  const own = useRef<string>(undefined);
  const [shown, setShown] = useState({ address, key: 0 });
  if (shown.address !== address) setShown({ address, key: own.current === address ? shown.key : shown.key + 1 });
  useEffect(() => {
    own.current = undefined;
  }, [address]);
  return {
    key: shown.key,
    sent: (given) => {
      own.current = given;
    },
  };
}
