import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';

import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Connect, Plugin } from 'vite';

import type { Session } from '../src/api/session.ts';

/**
 * devSession answers /console/session and /console/credentials in development, in place of the sign-in pages: from the profile
 * "warder" in the credentials file that WARDER_ADMIN_CREDENTIALS names. It is no part of what is built.
 */
export function devSession(endpoint: string): Plugin {
  return {
    name: 'warder-dev-session',
    apply: 'serve',
    configureServer: (server) => void server.middlewares.use(middleware(endpoint)),
  };
}

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** readKeys reads the first profile of a file in AWS's credentials form. */
export function readKeys(file: string): Keys {
  return readKeysText(readFileSync(file, 'utf8'), file);
}

/** readKeysText is readKeys of a text; where says whose, in an error. */
export function readKeysText(text: string, where: string): Keys {
  const value = (name: string) => {
    const found = new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'm').exec(text)?.[1];
    if (!found) throw new Error(`${where} has no ${name}`);
    return found;
  };
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
}

/** whoIs makes the session that the sign-in pages would have made for the owner of keys. */
async function whoIs(endpoint: string, keys: Keys): Promise<Session> {
  const sts = new STSClient({ endpoint, region: 'us-east-1', credentials: keys });
  const { Account: account = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  return {
    account,
    arn,
    name: arn.slice(arn.lastIndexOf('/') + 1),
    kind: arn.endsWith(':root') ? 'root' : 'user',
    mfa: false,
    region: 'us-east-1',
    partition: arn.split(':')[1] ?? 'aws',
    expires: new Date(Date.now() + 12 * 3600_000).toISOString(),
    idleSeconds: 1800,
    ends: new Date(Date.now() + 1800_000).toISOString(),
    secondsLeft: 1800,
    formToken: 'development',
  };
}

/** temporary makes the answer of /console/credentials of keys. */
function temporary(keys: Keys) {
  return { ...keys, expiration: new Date(Date.now() + 15 * 60_000).toISOString() };
}

function middleware(endpoint: string): Connect.NextHandleFunction {
  return (request, response, next) => {
    const path = (request.url ?? '').split('?')[0];
    const answer = async () => {
      const file = process.env.WARDER_ADMIN_CREDENTIALS;
      if (!file) throw new Error('WARDER_ADMIN_CREDENTIALS must name the credentials file that `warder serve --admin-credentials` wrote');
      const keys = readKeys(file);
      send(response, 200, path === '/console/session' ? await whoIs(endpoint, keys) : temporary(keys));
    };
    if (path !== '/console/session' && path !== '/console/credentials') return next();
    answer().catch((error: unknown) => send(response, 500, { message: String(error) }));
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
