// A provider on loopback. It reads one line of JSON: port (0 for any), keys (private JWKs,
// the first of which signs), clients. It prints its issuer, and answers until it is ended.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

const lines = createInterface({ input: process.stdin });
const said = JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
const server = createServer();
await new Promise((ready) => server.listen(said.port, '127.0.0.1', ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: said.clients.map((client) => ({
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: ['http://127.0.0.1/'],
    ...client,
  })),
  cookies: { keys: ['a key for cookies of a test'] },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  jwks: { keys: said.keys },
});
server.on('request', provider.callback());
console.log(issuer);
