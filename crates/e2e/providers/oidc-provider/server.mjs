// An OpenID provider on this machine: node server.mjs [path of the issuer] [option].
// With the option require-par it takes pushed authorization requests only.
// Prints its issuer once it listens, and ends with its standard input.

import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

const path = process.argv[2] ?? '';
const option = process.argv[3];
const API = 'https://api.example.com';

async function key(alg, kid) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig' };
}

// A native client may use any port of 127.0.0.1 (RFC 8252 section 7.3).
function client(client_id, more = {}) {
  return {
    client_id,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['http://127.0.0.1/callback'],
    post_logout_redirect_uris: ['http://127.0.0.1/goodbye'],
    ...more,
  };
}

// Characters that must be encoded on their way (RFC 6749 section 2.3.1).
const SECRET = 'Xyzzy: 50% + /?&=~ plugh';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

// A program of its own, without a person.
function machine(client_id, more = {}) {
  return {
    client_id,
    client_secret: SECRET,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    ...more,
  };
}

const configuration = {
  jwks: {
    keys: await Promise.all([
      key('RS256', 'rsa'),
      key('ES256', 'p256'),
      key('ES384', 'p384'),
      key('EdDSA', 'ed25519'),
    ]),
  },
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'RS512', 'PS256', 'PS384', 'ES256', 'ES384', 'EdDSA'],
    userinfoSigningAlgValues: ['RS256', 'ES256'],
  },
  clients: [
    client('rs256'),
    client('rs512', { id_token_signed_response_alg: 'RS512' }),
    client('ps256', { id_token_signed_response_alg: 'PS256' }),
    client('ps384', { id_token_signed_response_alg: 'PS384' }),
    client('es256', { id_token_signed_response_alg: 'ES256' }),
    client('es384', { id_token_signed_response_alg: 'ES384' }),
    client('eddsa', { id_token_signed_response_alg: 'EdDSA' }),
    client('jwt-access-token'),
    client('signed-userinfo', { userinfo_signed_response_alg: 'ES256' }),
    client('pairwise', { subject_type: 'pairwise' }),
    client('pairwise-too', { subject_type: 'pairwise' }),
    client('basic: 1', { client_secret: SECRET, token_endpoint_auth_method: 'client_secret_basic' }),
    client('post', { client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post' }),
    client('par', { require_pushed_authorization_requests: true }),
    client('dpop', { dpop_bound_access_tokens: true }),
    client('dpop-nonce', { dpop_bound_access_tokens: true }),
    client('device', { grant_types: [DEVICE_CODE, 'authorization_code', 'refresh_token'] }),
    machine('machine', { token_endpoint_auth_method: 'client_secret_basic' }),
    machine('machine-post', { token_endpoint_auth_method: 'client_secret_post' }),
  ],
  subjectTypes: ['public', 'pairwise'],
  pairwiseIdentifier: async (_context, account, { clientId }) => `${account}-at-${clientId}`,
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  findAccount: async (_context, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, email: `${id}@example.com`, email_verified: true }),
  }),
  issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
  features: {
    devInteractions: { enabled: true },
    jwtUserinfo: { enabled: true },
    revocation: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    dPoP: {
      enabled: true,
      nonceSecret: Buffer.alloc(32),
      requireNonce: ({ oidc }) => oidc.client?.clientId === 'dpop-nonce',
    },
    pushedAuthorizationRequests: {
      enabled: true,
      requirePushedAuthorizationRequests: option === 'require-par',
    },
    // Access tokens are opaque, except those for an API of this client.
    resourceIndicators: {
      enabled: true,
      defaultResource: async (_context, { clientId }) =>
        clientId === 'jwt-access-token' ? API : undefined,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_context, resource) => ({
        scope: 'read write',
        audience: resource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
};

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}${path}`;
  const handle = new Provider(issuer, configuration).callback();
  const mount = path.replace(/\/$/, '');
  server.on('request', (request, response) => {
    if (!request.url.startsWith(mount)) {
      response.writeHead(404).end();
      return;
    }
    // As a framework does that serves an application below a path.
    request.originalUrl = request.url;
    request.url = request.url.slice(mount.length) || '/';
    handle(request, response);
  });
  console.log(issuer);
});
process.stdin.on('end', () => process.exit()).resume();
