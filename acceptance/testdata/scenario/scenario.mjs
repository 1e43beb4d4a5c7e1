// Runs the steps of files through the AWS SDK for JavaScript: node scenario.mjs FOLDER FILE..., with what is given, as JSON, on
// standard input. FOLDER has the SDK. acceptance/scenario_test.go says what a step means. scenario.py beside this file does
// the same with another SDK.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [folder, ...files] = process.argv.slice(2);
const require = createRequire(join(resolve(folder), 'package.json'));
const sdk = { iam: require('@aws-sdk/client-iam'), sts: require('@aws-sdk/client-sts') };
const kept = { given: JSON.parse(readFileSync(0, 'utf8')) };
const clients = {};

// find is the value at a path such as session.Credentials or pages.0.Users.
const find = (path) => path.split('.').reduce((value, name) => {
  if (value[name] === undefined) throw new Error(`no ${path}`);
  return value[name];
}, kept);

// code is the one-time code (RFC 6238) of some steps of thirty seconds from now.
function code(seed, steps, now) {
  const bits = [...seed].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30000) + steps));
  const mac = createHmac('sha1', key).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

const members = (object, change) => Object.fromEntries(Object.entries(object).map(([name, v]) => [name, change(v)]));

// fill gives a parameter as it is sent, now: in the middle of a step of the scenario no step of thirty seconds ends.
function fill(value, now) {
  if (typeof value === 'string') return value.replace(/\{\{([\w.]+)\}\}/g, (_, path) => find(path));
  if (Array.isArray(value)) return value.map((v) => fill(v, now));
  if (typeof value !== 'object') return value;
  if ('json' in value) return JSON.stringify(fill(value.json, now));
  if ('code' in value) return code(fill(value.code, now), value.steps, now);
  return members(value, (v) => fill(v, now));
}

// plain gives what the SDK gave, as JSON has it: times in RFC 3339, blobs as texts of one character a byte.
function plain(value) {
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const { $metadata, ...rest } = value;
  return members(rest, plain);
}

function client(service, who) {
  return clients[`${service} ${who}`] ??= new sdk[service][`${service.toUpperCase()}Client`]({
    endpoint: find('given.endpoint'), region: find('given.region'), maxAttempts: 1, credentials: who === 'nobody' ? undefined : credentials(find(who)),
  });
}

const credentials = (key) => ({ accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey, sessionToken: key.SessionToken });

const met = (metadata) => ({ status: metadata.httpStatusCode, request: metadata.requestId });

// run tells what became of a step: its answer, or its error.
async function run(step) {
  const [service, name] = (step.call ?? step.wait).split(':');
  const [api, from, params] = [sdk[service], client(service, step.as ?? 'given.admin'), fill(step.with ?? {}, Date.now())];
  try {
    if (step.wait) {
      await api[`waitUntil${name}`]({ client: from, maxWaitTime: 60 }, params);
      return { answer: {} };
    }
    if (step.pageSize) {
      const pages = [];
      for await (const page of api[`paginate${name}`]({ client: from, pageSize: step.pageSize }, params)) pages.push(page);
      return { ...met(pages.at(-1).$metadata), answer: plain(pages) };
    }
    const answer = await from.send(new api[`${name}Command`](params));
    return { ...met(answer.$metadata), answer: plain(answer) };
  } catch (e) {
    if (!e.$metadata) throw e;
    const error = { code: e.Code, message: e.message };
    if (api[e.name]) error.exception = e.name;
    return { ...met(e.$metadata), error };
  }
}

for (const file of files) {
  for (const step of JSON.parse(readFileSync(file, 'utf8'))) {
    const result = await run(step);
    if (step.keep && result.answer) kept[step.keep] = result.answer;
    console.log(JSON.stringify({ title: step.title, ...result }));
  }
}
