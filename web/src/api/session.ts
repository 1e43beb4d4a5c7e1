import { isAttended, onActivity } from './presence.ts';

/**
 * The signed-in person and the temporary credentials of this page. Both live in this module's memory and nowhere else: not in
 * storage, not in a URL.
 */

/** Session is what the server tells of a sign-in; see GET /console/session. */
export interface Session {
  /** 12 digits. */
  account: string;
  /** The account's alias, where it has one. */
  alias?: string;
  /** The user’s name, or the root user’s e-mail address. */
  name: string;
  arn: string;
  kind: 'root' | 'user';
  /** Whether this sign-in was with MFA. */
  mfa: boolean;
  region: string;
  partition: string;
  /** When the session ends whatever happens; RFC 3339. */
  expires: string;
  /** Seconds without a request after which it ends. */
  idleSeconds: number;
  /** When it ends if nobody is seen; RFC 3339. */
  ends: string;
  /** Seconds until then: the browser's clock may be wrong. */
  secondsLeft: number;
  /** Sent along with every POST to the console's own paths. */
  formToken: string;
}

/** Credentials are those of the AWS SDK. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** SignedOut is thrown while the browser is on its way to the sign-in page. */
export class SignedOut extends Error {
  override readonly name = 'SignedOut';
  constructor() {
    super('You are signed out.');
  }
}

let session: Promise<Session> | undefined;
let credentials: Promise<Held> | undefined;
let renewing: Promise<Held> | undefined;

/** Held are credentials with the time from which others are got, in milliseconds since 1970. */
interface Held extends Credentials {
  renewAt: number;
}

/** getSession is who is signed in; asked for once. */
export function getSession(): Promise<Session> {
  session ??= fetchSession();
  session.catch(() => (session = undefined));
  return session;
}

async function fetchSession(): Promise<Session> {
  const response = await ask('/console/session', { method: 'GET' });
  if (!response.ok) throw unreadable(response);
  return (await response.json()) as Session;
}

/** renewBefore is how long before their end credentials are replaced, in milliseconds; half their time where that is less. */
const renewBefore = 2 * 60_000;

/** getCredentials is the credential provider of every client. Calls at the same time share one request. */
export async function getCredentials(): Promise<Credentials> {
  const held = await credentials?.catch(() => undefined);
  return held && Date.now() < held.renewAt ? held : renew();
}

/** The clients ask each time instead of keeping what they got: it may have been replaced. */
getCredentials.memoized = true;

function renew(): Promise<Held> {
  if (renewing) return renewing;
  credentials = fetchCredentials();
  renewing = credentials;
  return credentials.finally(() => (renewing = undefined));
}

/** told is when the server last learned that somebody is here. */
let told = 0;

async function fetchCredentials(): Promise<Held> {
  const mine = await getSession();
  let response = await askCredentials(mine);
  if (response.status === 403) {
    // Another cookie since: a second factor was given again, or somebody has signed in.
    session = undefined;
    const now = await getSession();
    if (now.arn !== mine.arn) throw toPageOfOther();
    response = await askCredentials(now);
  }
  if (!response.ok) throw unreadable(response);
  const answer = (await response.json()) as { accessKeyId: string; secretAccessKey: string; sessionToken?: string; expiration: string };
  const expiration = new Date(answer.expiration);
  const life = expiration.getTime() - Date.now();
  return { ...answer, expiration, renewAt: Date.now() + Math.max(life - renewBefore, life / 2) };
}

function askCredentials({ formToken }: Session): Promise<Response> {
  const attended = isAttended();
  if (attended) told = Date.now();
  // The header says that nobody is here, and that this keeps no session alive.
  return ask('/console/credentials', { method: 'POST', headers: { 'X-Warder-Form': formToken, ...(attended ? {} : { 'X-Warder-Unattended': 'true' }) } });
}

/**
 * lookAgain is the session as it stands now: one that has ended leaves for the sign-in page, one of somebody else has the page opened
 * anew. That keeps none alive.
 */
export async function lookAgain({ arn }: Session): Promise<Session> {
  const now = await fetchSession();
  if (now.arn !== arn) throw toPageOfOther();
  session = Promise.resolve(now);
  return now;
}

/** stay tells the server that somebody is here. */
export async function stay(): Promise<void> {
  await renew();
}

/** keepAlive tells the server that the session is used whenever somebody does something here, be it without a call. */
export function keepAlive({ idleSeconds }: Session): void {
  onActivity(() => {
    // What goes wrong is the next call's to say.
    if (Date.now() - told > (idleSeconds * 1000) / 4) stay().catch(() => {});
  });
}

/**
 * inSession makes a call, and once more with other credentials where the server says that they have expired before their time. That
 * the session has ended shows in asking for them: it leaves for the sign-in page.
 */
export async function inSession<T>(call: () => Promise<T>): Promise<T> {
  const used = await credentials?.catch(() => undefined);
  try {
    return await call();
  } catch (error) {
    if (!/^ExpiredToken(Exception)?$/.test((error as Error).name)) throw error;
    if ((await credentials?.catch(() => undefined)) === used) await renew();
    return call();
  }
}

let ended = false;

/** hasEnded tells that the page is being left since its session has ended: it must not stay, whatever is written on it. */
export function hasEnded(): boolean {
  return ended;
}

/** signOut ends the session and goes to the sign-in page. */
export async function signOut(): Promise<void> {
  const { formToken } = await getSession();
  await fetch('/signout', { method: 'POST', headers: { 'X-Warder-Form': formToken }, redirect: 'manual' });
  session = credentials = undefined;
  ended = true;
  location.assign('/signin');
}

/** toSignIn leaves for the sign-in page, which leads back to this one. */
export function toSignIn(): SignedOut {
  const next = location.pathname + location.search + location.hash;
  ended = true;
  location.assign('/signin?next=' + encodeURIComponent(next));
  return new SignedOut();
}

/** toPageOfOther opens the page anew: another person has signed in with this browser. */
function toPageOfOther(): SignedOut {
  ended = true;
  location.reload();
  return new SignedOut();
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { ...init, cache: 'no-store', credentials: 'same-origin', redirect: 'error' });
  if (response.status === 401) throw toSignIn();
  return response;
}

function unreadable({ status }: Response): Error {
  return new Error(`The console's session cannot be read (${status}).`);
}
