/** Part is what GetChanges tells of: who may do what and the account's settings, the audit's report, the alarms, the trail but for reads. */
export type Part = 'state' | 'findings' | 'alarms' | 'trail';

/** Tokens stand for how the parts were. */
export type Tokens = Partial<Record<Part, string>>;

/** Surroundings are what following needs of the browser and the server. */
export interface Surroundings {
  /** ask answers when a part that tokens name is another than it says, or after a while; at once where it names none. */
  ask: (tokens: Tokens, signal: AbortSignal) => Promise<Tokens>;
  /** isVisible is whether somebody may look at the page, and onVisible calls back when that changes. */
  isVisible: () => boolean;
  onVisible: (changed: () => void) => void;
  /** isDenied is whether an error of ask says that it is not allowed. */
  isDenied: (error: unknown) => boolean;
  /** isOver is whether an error of ask says that the session has ended. */
  isOver: (error: unknown) => boolean;
}

/** rest is between two questions, so that many changes are one: the pages that reload wait no longer than that, in milliseconds. */
export const rest = 1_000;

/** After a failure it is asked again so many milliseconds later, twice as many each time up to the most. */
const retry = 2_000;
const retryMost = 60_000;

/** unheard is how often pages reload for a reader who may not be told of changes, in milliseconds. */
export const unheard = 60_000;

interface Follower {
  parts: readonly Part[];
  changed: () => void;
}

/**
 * createFollow gives the function follow(parts, changed), which calls changed back whenever one of the parts is another than before,
 * until the function that it returns is called. However many follow, one question at a time is open, and none while nobody looks.
 */
export function createFollow(around: Surroundings): (parts: readonly Part[], changed: () => void) => () => void {
  const followers = new Set<Follower>();
  const seen: Tokens = {};
  let asking: AbortController | undefined;
  let denied = false;

  const wanted = (): Part[] => [...new Set([...followers].flatMap(({ parts }) => parts))];

  /** renew has what is asked fit those who follow. */
  function renew() {
    asking?.abort();
    asking = undefined;
    if (followers.size === 0 || !around.isVisible()) return;
    asking = new AbortController();
    void (denied ? untold(asking.signal) : run(asking.signal));
  }

  async function run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      let pause = rest;
      try {
        heard(await around.ask(question(), signal));
        failures = 0;
      } catch (error) {
        if (signal.aborted || around.isOver(error)) return;
        pause = Math.min(retry * 2 ** failures++, retryMost);
        denied ||= around.isDenied(error);
        if (denied) return untold(signal);
      }
      await sleep(pause, signal);
    }
  }

  /** untold has all reload now and then. It is not asked again: each refusal is on the trail. */
  async function untold(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(unheard, signal);
      if (signal.aborted) return;
      tell(() => true);
    }
  }

  /** question names the parts that somebody follows, or none while it is not known how one of them is. */
  function question(): Tokens {
    const parts = wanted();
    if (parts.some((part) => part !== 'findings' && !seen[part])) return {};
    // Of a report that nobody has seen yet the first one is news.
    return Object.fromEntries(parts.map((part) => [part, seen[part] ?? 'none']));
  }

  function heard(now: Tokens) {
    const news = wanted().filter((part) => now[part] && now[part] !== seen[part] && (seen[part] || part === 'findings'));
    Object.assign(seen, now);
    if (news.length > 0) tell(({ parts }) => parts.some((part) => news.includes(part)));
  }

  function tell(whom: (follower: Follower) => boolean) {
    for (const follower of followers) if (whom(follower)) follower.changed();
  }

  around.onVisible(renew);
  return (parts, changed) => {
    const follower = { parts, changed };
    const before = wanted();
    followers.add(follower);
    if (!asking || parts.some((part) => !before.includes(part))) renew();
    return () => {
      followers.delete(follower);
      if (followers.size === 0) renew();
    };
  };
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
