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
  /** The user's name, or "root". */
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
let credentials: Promise<Credentials> | undefined;

/** getSession is who is signed in; asked for once. */
export function getSession(): Promise<Session> {
  session ??= fetchSession();
  session.catch(() => (session = undefined));
  return session;
}

async function fetchSession(): Promise<Session> {
  return (await ask('/console/session', { method: 'GET' })) as Session;
}

/** renewBefore is how long before their end credentials are replaced, in milliseconds. */
const renewBefore = 2 * 60_000;

/** getCredentials is the credential provider of every client. Calls at the same time share one request. */
export async function getCredentials(): Promise<Credentials> {
  const held = await credentials?.catch(() => undefined);
  if (held && (!held.expiration || held.expiration.getTime() - Date.now() > renewBefore)) return held;
  if (renewing) return renewing;
  credentials = fetchCredentials();
  renewing = credentials;
  return credentials.finally(() => (renewing = undefined));
}

let renewing: Promise<Credentials> | undefined;

async function fetchCredentials(): Promise<Credentials> {
  const { formToken } = await getSession();
  const answer = (await ask('/console/credentials', { method: 'POST', headers: { 'X-Warder-Form': formToken } })) as {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
    expiration: string;
  };
  return { ...answer, expiration: new Date(answer.expiration) };
}

/** signOut ends the session and goes to the sign-in page. */
export async function signOut(): Promise<void> {
  const { formToken } = await getSession();
  await fetch('/signout', { method: 'POST', headers: { 'X-Warder-Form': formToken }, redirect: 'manual' });
  session = credentials = undefined;
  location.assign('/signin');
}

/** toSignIn leaves for the sign-in page, which leads back to this one. */
export function toSignIn(): SignedOut {
  const next = location.pathname + location.search + location.hash;
  location.assign('/signin?next=' + encodeURIComponent(next));
  return new SignedOut();
}

async function ask(path: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(path, { ...init, cache: 'no-store', credentials: 'same-origin', redirect: 'error' });
  if (response.status === 401) throw toSignIn();
  if (!response.ok) throw new Error(`The console's session cannot be read (${response.status}).`);
  return response.json();
}
