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

/** onActivity calls back at every sign of somebody. */
export function onActivity(call: () => void): void {
  for (const event of ['keydown', 'pointerdown', 'pointermove', 'wheel']) {
    addEventListener(
      event,
      () => {
        acted = Date.now();
        call();
      },
      { capture: true, passive: true },
    );
  }
}
