/**
 * Whether somebody is at this page. The server ends a session that nobody uses, and cannot tell by the calls: live pages make them
 * on their own.
 */

/** away is how long after the last key, pointer or wheel a page counts as left alone, in milliseconds. */
const away = 60_000;

let acted = Date.now(); // somebody has opened the page

/** isAttended says whether somebody did something here within the last minute. */
export function isAttended(): boolean {
  return Date.now() - acted < away;
}

/** onActivity calls back at every sign of somebody, until what it gives is called. */
export function onActivity(call: () => void): () => void {
  const noticed = () => {
    acted = Date.now();
    call();
  };
  const events = ['keydown', 'pointerdown', 'pointermove', 'wheel'];
  for (const event of events) addEventListener(event, noticed, { capture: true, passive: true });
  return () => {
    for (const event of events) removeEventListener(event, noticed, { capture: true });
  };
}
