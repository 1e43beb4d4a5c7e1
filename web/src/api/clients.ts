import type { Pluggable } from '@smithy/types';

import { getCredentials, getSession, inSession } from './session.ts';

/**
 * config is that of every AWS client: the server that this page came from, with the session's temporary credentials. The
 * clients are in modules of their own under clients/, so that a page loads the ones it uses and no other:
 *
 *     import { iam } from '../../api/clients/iam.ts';
 *     const { Users } = await iam.send(new ListUsersCommand({}), { abortSignal });
 */
export const config = {
  endpoint: location.origin,
  region: async () => (await getSession()).region,
  credentials: getCredentials,
  maxAttempts: 3,
};

/** withSession has the calls of a client notice when the session has ended. */
export function withSession<Client extends { middlewareStack: { use: (plugin: Pluggable<any, any>) => void } }>(client: Client): Client {
  client.middlewareStack.use({
    applyToStack: (stack) => stack.add((next) => (args) => inSession(() => next(args)), { step: 'initialize', name: 'warderSession' }),
  });
  return client;
}
