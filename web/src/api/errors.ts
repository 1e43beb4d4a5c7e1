import { SignedOut } from './session.ts';

/** ServiceError is a refusal of the service `warder`; AWS's clients throw errors of the same shape. */
export class ServiceError extends Error {
  readonly requestId: string | undefined;
  constructor(code: string, message: string, id?: string) {
    super(message);
    this.name = code;
    this.requestId = id;
  }
}

/** Problem is an error as people read it. */
export interface Problem {
  kind: 'denied' | 'missing' | 'throttled' | 'offline' | 'refused';
  title: string;
  message: string;
  /** The error's code on the wire, such as EntityAlreadyExists. */
  code: string;
  /** The request's id, as it is in the trail. */
  requestId?: string;
}

const denied = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);
const missing = new Set(['NoSuchEntity', 'NoSuchEntityException', 'ResourceNotFoundException', 'TrailNotFoundException', 'NoSuchPublicKey']);
const throttled = new Set(['Throttling', 'ThrottlingException', 'LimitExceededException', 'TooManyRequestsException']);

/** problem says what an error of any call means. */
export function problem(error: unknown): Problem {
  const { name = 'Error', message = String(error) } = (error ?? {}) as { name?: string; message?: string };
  const base = { code: name, message, requestId: requestId(error) };
  if (denied.has(name)) return { ...base, kind: 'denied', title: 'You are not allowed to do this' };
  if (missing.has(name)) return { ...base, kind: 'missing', title: 'There is no such thing' };
  if (throttled.has(name)) return { ...base, kind: 'throttled', title: 'Too many requests' };
  if (error instanceof TypeError && /fetch|network|load/i.test(message)) {
    return { ...base, kind: 'offline', title: 'The server does not answer', message: 'Is it running, and is the network there? Nothing is known to have changed.' };
  }
  return { ...base, kind: 'refused', title: 'That did not work' };
}

/** isDenied says whether a policy was against it. */
export function isDenied(error: unknown): boolean {
  return problem(error).kind === 'denied';
}

/** isMissing says whether what was asked for does not exist. */
export function isMissing(error: unknown): boolean {
  return problem(error).kind === 'missing';
}

/** isAborted says whether the page itself gave the call up, or is being left: nothing to show. */
export function isAborted(error: unknown): boolean {
  return error instanceof SignedOut || (error as { name?: string } | undefined)?.name === 'AbortError';
}

function requestId(error: unknown): string | undefined {
  const { requestId: own, $metadata } = error as { requestId?: string; $metadata?: { requestId?: string } };
  return own ?? $metadata?.requestId;
}
