import { createContext, useContext } from 'react';

import type { Session } from '../api/session.ts';

const Context = createContext<Session | undefined>(undefined);

export const SessionProvider = Context.Provider;

/** useSession is who is signed in. */
export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error('useSession is for what is inside the application');
  return session;
}
