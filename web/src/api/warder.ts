import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

import { ServiceError } from './errors.ts';
import { getCredentials, getSession, inSession } from './session.ts';
import { operations, type Operations } from './warder.gen.ts';

export type * from './warder.gen.ts';

const signer = new SignatureV4({
  service: 'warder',
  region: async () => (await getSession()).region,
  credentials: getCredentials,
  sha256: Sha256,
});

/**
 * warder calls an operation of Warder's own service, such as
 *
 *     const { alarms } = await warder('ListAlarms', { maxResults: 50 }, { abortSignal });
 *
 * An answer other than success is thrown as a {@link ServiceError}, like those of the AWS clients.
 */
export function warder<Name extends keyof Operations>(
  name: Name,
  input: Operations[Name]['input'],
  options: { abortSignal?: AbortSignal } = {},
): Promise<Operations[Name]['output']> {
  return inSession(() => send(name, input, options));
}

async function send<Name extends keyof Operations>(
  name: Name,
  input: Operations[Name]['input'],
  options: { abortSignal?: AbortSignal },
): Promise<Operations[Name]['output']> {
  const signed = await signer.sign(request(name, input as Record<string, unknown>));
  const { pathname, search } = target(signed);
  const { host: _, ...headers } = signed.headers; // the browser sets it
  const response = await fetch(pathname + search, {
    method: signed.method,
    headers,
    body: signed.body as string | undefined,
    signal: options.abortSignal,
    cache: 'no-store',
    credentials: 'omit',
  });
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as Operations[Name]['output'];
}

function request(name: keyof Operations, input: Record<string, unknown>): HttpRequest {
  const { method, uri, query: inQuery } = operations[name];
  const query: Record<string, string | string[]> = {};
  const body: Record<string, unknown> = {};
  const path = uri.replace(/\{(\w+)\+?\}/g, (_, member: string) => encodeURIComponent(String(input[member])));
  for (const [member, value] of Object.entries(input)) {
    if (value === undefined || uri.includes(`{${member}}`)) continue;
    const parameter = inQuery[member];
    if (!parameter) body[member] = value;
    else query[parameter] = Array.isArray(value) ? value.map(String) : String(value);
  }
  const hasBody = method !== 'GET' && method !== 'DELETE';
  return new HttpRequest({
    method,
    protocol: location.protocol,
    hostname: location.hostname,
    path,
    query,
    headers: { host: location.host, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    body: hasBody ? JSON.stringify(body) : undefined,
  });
}

function target(signed: { path: string; query?: Record<string, unknown> }): URL {
  const url = new URL(signed.path, location.origin);
  for (const [name, value] of Object.entries(signed.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  // A space is %20 in what was signed, and + in what URLSearchParams writes.
  url.search = url.search.replaceAll('+', '%20');
  return url;
}

async function refusal(response: Response): Promise<ServiceError> {
  const text = await response.text();
  let body: Record<string, unknown> = {};
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not one of ours: a proxy's page.
  }
  const code = response.headers.get('x-amzn-errortype') ?? body['__type'] ?? body['code'] ?? `HTTP ${response.status}`;
  const message = body['message'] ?? body['Message'] ?? response.statusText;
  return new ServiceError(String(code).replace(/^.*#/, '').replace(/:.*$/, ''), String(message), response.headers.get('x-amzn-requestid') ?? undefined);
}
