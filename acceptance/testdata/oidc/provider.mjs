// An OpenID Connect provider on loopback, over TLS: node provider.mjs FOLDER CERT KEY. FOLDER has oidc-provider. It prints
// its issuer, and ends when its standard input does.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, cert, key] = process.argv.slice(2);
const { Provider } = await import(pathToFileURL(join(folder, 'node_modules/oidc-provider/lib/index.js')));

const signing = (kid, type, options, alg) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' });

// Whoever signs in is who he says; what the tests need to know of him follows from his name.
const account = (_, id) => ({
  accountId: id,
  claims: () => ({
    sub: id, email: `${id}@example.com`, groups: ['engineers', id],
    'https://aws.amazon.com/tags': { principal_tags: { team: ['red'] }, transitive_tag_keys: ['team'] },
    'https://aws.amazon.com/source_identity': id,
  }),
});

const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) });
server.listen(0, '127.0.0.1', () => {
  const issuer = `https://127.0.0.1:${server.address().port}`;
  const client = (client_id, more) => ({ client_id, client_secret: 'a-secret-of-the-test', redirect_uris: ['https://127.0.0.1/back'], ...more });
  const provider = new Provider(issuer, {
    clients: [client('warder'), client('warder-es', { id_token_signed_response_alg: 'ES256' }), client('other')],
    jwks: { keys: [signing('rsa-1', 'rsa', { modulusLength: 2048 }, 'RS256'), signing('ec-1', 'ec', { namedCurve: 'P-256' }, 'ES256')] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    findAccount: account,
    conformIdTokenClaims: false,
    claims: { openid: ['sub', 'groups', 'https://aws.amazon.com/tags', 'https://aws.amazon.com/source_identity'], email: ['email'] },
  });
  server.on('request', provider.callback());
  console.log(`issuer ${issuer}`);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
