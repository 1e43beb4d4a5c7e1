import Alert from '@cloudscape-design/components/alert';
import { useEffect, useState } from 'react';

import { onActivity } from '../api/presence.ts';
import { lookAgain, type Session, stay } from '../api/session.ts';
import { useSession } from './SessionContext.tsx';

/** lookEvery is how often the page asks whether it still has a session, in milliseconds: no longer does it show what it showed in one. */
const lookEvery = 30_000;

/** noticeOf is how long before its end a session says so, in milliseconds. */
const noticeOf = ({ idleSeconds }: Session) => Math.min(120, idleSeconds / 4) * 1000;

const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium' });

/** SessionEnd says that the session is about to end. When it has, here or elsewhere, the page leaves for the sign-in page. */
export function SessionEnd() {
  const { ends, left, notice, limit } = useEnd();
  return (
    <div role="alert">
      {left <= notice && (
        <Alert type="warning" header={`You will be signed out at ${clock.format(ends)}`}>
          {limit ? 'A session lasts no longer. Finish what you are doing, then sign in again.' : 'Nobody has used the console for a while. Press a key or move the mouse to stay.'}
        </Alert>
      )}
    </div>
  );
}

/** useEnd is when the session ends, left milliseconds from now; limit: whatever anybody does. */
function useEnd() {
  const [{ session, at }, setKnown] = useState({ session: useSession(), at: Date.now() });
  const left = session.secondsLeft * 1000 - (Date.now() - at);
  const notice = noticeOf(session);
  const limit = session.ends === session.expires;
  const asking = left <= notice && !limit;
  useEffect(() => {
    const look = () => {
      lookAgain(session).then(
        (now) => setKnown({ session: now, at: Date.now() }),
        () => setKnown((known) => ({ ...known })), // on the way to the sign-in page, or the server is away: later
      );
    };
    const timer = setTimeout(look, untilLook(left, notice));
    const visible = () => {
      if (!document.hidden) look();
    };
    let staying = false;
    const away = onActivity(() => {
      if (!asking || staying) return;
      staying = true;
      stay().then(look, look);
    });
    document.addEventListener('visibilitychange', visible);
    return () => {
      clearTimeout(timer);
      away();
      document.removeEventListener('visibilitychange', visible);
    };
  }, [session, at, left, notice, asking]);
  return { ends: new Date(at + session.secondsLeft * 1000), left, notice, limit };
}

/** untilLook is when to look next, in milliseconds: as the notice is due, or as the end is past. */
function untilLook(left: number, notice: number): number {
  const due = left > notice ? left - notice : left;
  return due < 0 ? lookEvery : Math.min(lookEvery, due + 1000);
}
