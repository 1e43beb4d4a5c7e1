import { generateKeyPairSync, sign } from 'node:crypto';

/** Certificate is a self-signed one and its key, both in PEM. */
export interface Certificate {
  certificate: string;
  privateKey: string;
  /** The certificate's DER in base64, without the frame of PEM. */
  base64: string;
}

/** certificate makes one for a host name, good from a time for so many days (X.509, ECDSA on P-256 with SHA-256). */
export function certificate(name: string, from: Date, days: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const until = new Date(from.getTime() + days * 86_400_000);
  const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const commonName = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))));
  const body = sequence(
    der(0x02, Buffer.from([1])), // the serial number; version 1 has no extensions
    ecdsaWithSha256,
    commonName,
    sequence(time(from), time(until)),
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signed = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), sign('sha256', body, privateKey)));
  const base64 = signed.toString('base64');
  return {
    base64,
    certificate: `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** der is a value in ASN.1's distinguished encoding: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const n = content.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const oid = (...bytes: number[]) => der(0x06, Buffer.from(bytes));

/** time is a UTCTime: years from 1950 to 2049. */
const time = (at: Date) => der(0x17, Buffer.from(`${at.toISOString().replace(/^..|\D|\.\d+/g, '').slice(0, 12)}Z`));
