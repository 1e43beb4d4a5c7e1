import { getCredentials } from '../api/session.ts';
import { areaOf } from './areas.ts';

/*
 * The first thing of the application that runs, while its bulk is on the way: it asks who is signed in and for what the page at this
 * address is made of. What goes wrong is said by who needs it.
 */
getCredentials().catch(() => {});
areaOf(location.pathname)?.load().catch(() => {});
