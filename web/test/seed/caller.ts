import { createHmac } from 'node:crypto';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { AccountClient } from '@aws-sdk/client-account';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The header by which a request to the server of clockserver.ts says when it is made. */
export const clockHeader = 'x-seed-time';

/** Clock is the time that calls are made at: now, or, where the server follows it, any that does not go back. */
export class Clock {
  private at = 0;
  readonly follows: boolean;

  constructor(follows: boolean) {
    this.follows = follows;
  }

  /** ago sets the clock to so many milliseconds before now; it never goes back. */
  ago(ms: number): void {
    this.at = Math.max(this.at, Date.now() - ms);
  }

  get now(): number {
    return this.follows && this.at > 0 ? this.at : Date.now();
  }
}

/** Caller makes calls with one principal's keys, at the clock's time. */
export class Caller {
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly trail: CloudTrailClient;
  readonly account: AccountClient;

  constructor(endpoint: string, keys: Keys, clock: Clock) {
    const config = { endpoint, region: 'us-east-1', credentials: keys, maxAttempts: 1 };
    this.iam = timed(new IAMClient(config), clock);
    this.sts = timed(new STSClient(config), clock);
    this.trail = timed(new CloudTrailClient(config), clock);
    this.account = timed(new AccountClient(config), clock);
  }
}

interface Timed {
  config: { systemClockOffset: number };
  middlewareStack: { add(middleware: unknown, options: unknown): void };
}

/** timed has a client sign and send each request at the clock's time. */
function timed<T>(client: T, clock: Clock): T {
  const { config, middlewareStack } = client as Timed;
  type Args = { request: { headers: Record<string, string> } };
  middlewareStack.add(
    (next: (args: Args) => Promise<unknown>) => (args: Args) => {
      config.systemClockOffset = clock.now - Date.now();
      if (clock.follows) args.request.headers[clockHeader] = String(Math.floor(clock.now / 1000));
      return next(args);
    },
    { step: 'build', name: 'seedClock' },
  );
  return client;
}

/** totp is the code of a base32 seed at a time (RFC 6238: SHA-1, 30 s, 6 digits). */
export function totp(seed: string, at: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', base32(seed)).update(counter).digest();
  const offset = mac[mac.length - 1]! & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

function base32(text: string): Buffer {
  const bits = [...text.replace(/=+$/, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
}
