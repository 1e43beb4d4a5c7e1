import { getCredentials } from '../api/session.ts';
import { areaOf } from './areas.ts';

/*
 * The first thing of the application that runs: the build makes a chunk of its own of it, so that it does while the bulk is on the
 * way. It asks who is signed in and for what the page at this address is made of. What goes wrong is said by who needs it.
 */
getCredentials().catch(() => {});
areaOf(location.pathname)?.load().catch(() => {});
