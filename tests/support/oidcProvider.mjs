// A real OpenID provider, as a process: its name is an address of 127.0.0.1. Whoever signs in there is called what he types;
// `ana@example.com` has that address verified, `unverified+…` has not, and `ana@example.com/2` is another account with the same.
import { Provider } from 'oidc-provider';

const { PORT, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } = process.env;

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [REDIRECT_URI] }],
  claims: { email: ['email', 'email_verified'] },
  pkce: { required: () => true },
  cookies: { keys: ['test'] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id.replace(/\/.*$/, ''), email_verified: !id.startsWith('unverified') }),
  }),
});
provider.listen(Number(PORT), '127.0.0.1', () => process.send?.('ready'));
